import SimulationKit
import Testing

/// What is told of a run that fails.
@Suite("Simulation: shrinking")
struct ShrinkTests {
    @Test func shouldShrinkToWhatStillFails() throws {
        let search = SeedSearch(0..<2_000, size: .small, mutant: .releaseBeforeDurable)
        let failure = try #require(search.run(jobs: 1).failure)
        let report = FailureReport(
            failure.scenario, failure.violation, mutant: .releaseBeforeDurable)
        let small = failure.scenario.reduced(by: report.reduction)
        #expect(small.events.count <= failure.scenario.events.count)
        #expect(small.events.count <= 4, "a release too early needs a few events alone")
        #expect(
            Simulation.play(small, mutant: .releaseBeforeDurable) == report.reducedViolation)
        let only = try #require(Reduction("\(report.reduction)"))
        #expect(only == report.reduction, "the command says all of it")
        #expect(report.command.hasPrefix("kindred simulate --trace \(failure.scenario.seed)"))
        #expect(report.reducedCommand.contains("--only '\(report.reduction)'"))
        #expect(report.text.contains(report.command))
        #expect(Simulation.play(small) == nil, "it is the rule that was left out")
    }

    @Test(arguments: [
        "", "events=0", "events=1,4,9;without=drops,lag;schedule=12;partitions=2",
        "frame=1;bias=-90;faults=0;limits=standard",
    ])
    func shouldReadReductionsBack(_ text: String) throws {
        #expect(try #require(Reduction(text)).description == text)
    }

    @Test(arguments: [
        "events", "events=", "events=x", "events=2,1", "events=-1", "without=sleep",
        "partitions=0", "partitions=17", "limits=none", "frame=0", "what=1", "schedule=-1",
        "bias=101",
    ])
    func shouldRefuseWhatIsNoReduction(_ text: String) {
        #expect(Reduction(text) == nil)
    }

    @Test func shouldTakeAwayWhatAReductionSays() throws {
        let scenario = Scenario(seed: 7)
        let reduction = try #require(
            Reduction("events=0,2,900;without=drops;schedule=5;partitions=3;frame=2"))
        let reduced = scenario.reduced(by: reduction)
        #expect(reduced.events == [scenario.events[0], scenario.events[2]])
        #expect(reduced.faults == Faults.all.subtracting(.drops))
        #expect(reduced.scheduleSeed == 5 && reduced.partitions == 3)
        #expect(reduced.habits.frame == 2 && reduced.habits.lag == scenario.habits.lag)
    }
}
