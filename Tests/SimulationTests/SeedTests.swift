import NodeRuntime
import SimulationKit
import TestSupport
import Testing

/// The protocol holds, whatever happens.
@Suite("Simulation: seeds")
struct SeedTests {
    @Test func shouldHoldForSmallSeeds() {
        check(0..<2_000, .small)
    }

    @Test func shouldHoldForLargeSeeds() {
        check(0..<30, .large)
    }

    @Test func shouldHoldForTheNodesOwnTurn() {
        check(0..<1_000, .small, .runtime)
    }

    @Test func shouldHoldForTheNodesOwnTurnAtLargeSeeds() {
        check(0..<20, .large, .runtime)
    }

    private func check(
        _ seeds: Range<UInt64>, _ size: Scenario.Size, _ level: Scenario.Level = .machine
    ) {
        let count = UInt64(TestBudget.rounds(seeds.count))
        let search = SeedSearch(seeds.lowerBound..<count, size: size, level: level)
        let (played, failure) = search.run(jobs: 2)
        if let failure {
            Issue.record(
                Comment(rawValue: FailureReport(failure.scenario, failure.violation).text))
        } else {
            #expect(played == count)
        }
    }

    /// Seeds that once failed, whatever was wrong then.
    @Test(arguments: [15, 53] as [UInt64])
    func regressionLarge(_ seed: UInt64) {
        #expect(Simulation.play(Scenario(seed: seed, size: .large)) == nil)
    }

    @Test(arguments: [113, 204, 358, 2_430, 11_577, 13_889, 17_392] as [UInt64])
    func regressionSmall(_ seed: UInt64) {
        #expect(Simulation.play(Scenario(seed: seed)) == nil)
    }

    @Test(arguments: [2_621, 3_933] as [UInt64])
    func regressionOfTheNodesOwnTurn(_ seed: UInt64) {
        #expect(Simulation.play(Scenario(seed: seed, level: .runtime)) == nil)
    }

    /// Each rule of the contract is needed, and a run without it is found.
    @Test(arguments: ContractMutant.allCases)
    func shouldCatchEachRuleThatIsLeftOut(_ mutant: ContractMutant) {
        let search = SeedSearch(
            0..<2_000, size: .small, level: mutant.level, mutant: mutant)
        let (_, failure) = search.run(jobs: 1)
        #expect(failure != nil, "\(mutant) was not found in 2,000 seeds")
    }

    @Test func shouldTellTheLeastSeedThatFailsForAnyNumberOfThreads() throws {
        let failures = [1, 3].map { jobs in
            SeedSearch(0..<2_000, size: .small, mutant: .releaseBeforeDurable).run(jobs: jobs)
                .failure
        }
        let first = try #require(failures[0])
        #expect(failures[1]?.scenario.seed == first.scenario.seed)
        #expect(failures[1]?.violation == first.violation)
    }

    @Test func shouldTellARunAlikeTwice() {
        for seed in [3, 14, 15] as [UInt64] {
            let traces = [0, 1].map { _ in Simulation.trace(Scenario(seed: seed)).lines }
            #expect(traces[0] == traces[1])
            #expect(traces[0].count > 3 && traces[0][0].hasPrefix("# seed=\(seed) "))
        }
    }
}
