internal import ArgumentParser
internal import NodeRuntime
internal import SimulationKit

/// `kindred simulate`: does the protocol hold, whatever happens to partitions?
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Prove the partition protocol by seeded runs.",
        discussion: """
            Each seed is one run: real partitions in memory, events of chance, and what goes wrong \
            with delays, repeats, losses, crashes, takeovers and power. Stops at the least seed \
            that fails, with exit status 1, its trace shrunk, and the command that replays it.
            """)

    /// Seconds between two lines that say how far it is.
    private static let progressSeconds = 10

    @Option(help: ArgumentHelp("Play these seeds; quote them in a shell.", valueName: "A..<B"))
    var seeds: SeedRange?
    @Option(help: ArgumentHelp("Tell one run: each record, and what it gives rise to."))
    var trace: UInt64?
    @Option(help: "Of the traced seed, only what it was shrunk to, as a failure says it.")
    var only: String?
    @Flag(help: "Up to thousands of identifiers and 16 partitions: seeds of their own.")
    var large = false
    @Option(help: ArgumentHelp("Threads.", valueName: "n"))
    var jobs = 1
    @OptionGroup var mutants: MutantOptions
    @OptionGroup var format: FormatOptions

    struct Answer: Encodable {
        let ok: Bool
        let seeds: UInt64
        let seconds: Double
        let seedsPerSecond: Double
        let failure: Failure?

        enum CodingKeys: String, CodingKey {
            case ok, seeds, seconds, failure
            case seedsPerSecond = "seeds_per_second"
        }
    }

    struct Failure: Encodable {
        let seed: UInt64
        let reason: String
        let replay: String
        let shrunkReplay: String

        enum CodingKeys: String, CodingKey {
            case seed, reason, replay
            case shrunkReplay = "shrunk_replay"
        }
    }

    private var size: Scenario.Size { large ? .large : .small }
    private var contractMutant: ContractMutant? { mutants.ofTheContract }

    func validate() throws {
        if mutants.areListed { return }
        guard (seeds == nil) != (trace == nil) else {
            throw ValidationError("say either --seeds 'A..<B' or --trace SEED")
        }
        guard jobs > 0, jobs <= SimulateLimits.jobs else {
            throw ValidationError("--jobs is 1 to \(SimulateLimits.jobs)")
        }
        guard only == nil || trace != nil else {
            throw ValidationError("--only goes with --trace")
        }
        guard only.map({ Reduction($0) != nil }) ?? true else {
            throw ValidationError("--only is what a failure says, as it stands there")
        }
    }

    func run() throws {
        if mutants.areListed { return mutants.list() }
        mutants.plant()
        if let trace { return try tell(trace) }
        guard let seeds else { return }
        RunningSeeds.watch(jobs: jobs, size: size)
        let start = MonotonicTime.system.nanoseconds()
        func seconds() -> Double {
            Double(MonotonicTime.system.nanoseconds() - start) / 1_000_000_000
        }
        let search = SeedSearch(seeds.range, size: size, mutant: contractMutant) { job, seed in
            RunningSeeds.note(seed, of: job)
        }
        let (played, failure) = search.run(jobs: jobs) { count in
            Diagnostics.line("\(count) seeds hold so far, \(Self.rate(count, seconds()))")
        }
        let elapsed = seconds()
        guard let failure else {
            return print(played, elapsed, nil)
        }
        let report = FailureReport(failure.scenario, failure.violation, mutant: contractMutant)
        print(played, elapsed, report)
        throw CommandEnd.answerIsNo
    }

    private func tell(_ seed: UInt64) throws {
        let reduction = only.flatMap { Reduction($0) } ?? Reduction()
        let scenario = Scenario(seed: seed, size: size).reduced(by: reduction)
        RunningSeeds.watch(jobs: 1, size: size)
        RunningSeeds.note(seed, of: 0)
        let (lines, violation) = Simulation.trace(scenario, mutant: contractMutant)
        for line in lines { Output.line(line) }
        Output.line("# \(violation?.reason ?? "holds")")
        if violation != nil { throw CommandEnd.answerIsNo }
    }

    private func print(_ played: UInt64, _ seconds: Double, _ report: FailureReport?) {
        guard format.json else {
            if let report { Output.line(report.text) } else {
                Output.line("\(played) seeds hold, \(Self.rate(played, seconds))")
            }
            return
        }
        let failure = report.map {
            Failure(
                seed: $0.scenario.seed, reason: $0.violation.reason, replay: $0.command,
                shrunkReplay: $0.reducedCommand)
        }
        Output.line(
            JSONText.encode(
                Answer(
                    ok: failure == nil, seeds: played, seconds: seconds,
                    seedsPerSecond: Double(played) / max(seconds, 0.000_001), failure: failure)))
    }

    private static func rate(_ count: UInt64, _ seconds: Double) -> String {
        "\(Int(Double(count) / max(seconds, 0.000_001))) seeds/s"
    }
}

/// How much `simulate` is asked for at once.
enum SimulateLimits {
    /// Threads.
    static let jobs = 256
}

/// A range of seeds, as `A..<B`.
struct SeedRange: ExpressibleByArgument {
    let range: Range<UInt64>

    init?(argument: String) {
        guard let dots = argument.firstRange(of: "..<"),
            let first = UInt64(argument[..<dots.lowerBound]),
            let end = UInt64(argument[dots.upperBound...]), first < end
        else { return nil }
        range = first..<end
    }
}
