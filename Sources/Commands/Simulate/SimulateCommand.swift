internal import Answers
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
    private static let progressSeconds = 10.0
    /// Between two looks at whether a seed has come to its end.
    private static let lookNanoseconds: UInt64 = 1_000_000_000

    @Option(help: ArgumentHelp("Play these seeds; quote them in a shell.", valueName: "A..<B"))
    var seeds: SeedRange?
    @Option(help: ArgumentHelp("Tell one run: each record, and what it gives rise to."))
    var trace: UInt64?
    @Option(help: "Of the traced seed, only what it was shrunk to, as a failure says it.")
    var only: String?
    @Flag(help: "Up to thousands of identifiers and 16 partitions: seeds of their own.")
    var large = false
    @Flag(help: "Drive the turn of a node's partitions, in a process that dies, in their stead.")
    var runtime = false
    @Option(help: ArgumentHelp("Threads.", valueName: "n"))
    var jobs = 1
    @Option(help: ArgumentHelp("Fail where no seed has ended for so long.", valueName: "seconds"))
    var patience = 600
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

    /// As a command says them.
    private var flags: StaticString {
        switch (large, runtime) {
        case (false, false): ""
        case (false, true): " --runtime"
        case (true, false): " --large"
        case (true, true): " --large --runtime"
        }
    }

    private var size: Scenario.Size { large ? .large : .small }
    private var level: Scenario.Level { runtime ? .runtime : .machine }
    private var contractMutant: ContractMutant? { mutants.ofTheContract }

    func validate() throws {
        if mutants.areListed { return }
        guard (seeds == nil) != (trace == nil) else {
            throw ValidationError("say either --seeds 'A..<B' or --trace SEED")
        }
        guard jobs > 0, jobs <= SimulateLimits.jobs else {
            throw ValidationError("--jobs is 1 to \(SimulateLimits.jobs)")
        }
        guard contractMutant.map({ $0.level == level }) ?? true else {
            let fit = ContractMutant.allCases.filter { $0.level == level }.map { "\($0.rawValue)" }
            throw ValidationError("--mutant is one of \(fit.joined(separator: ", ")) there")
        }
        guard patience > 0, patience <= SimulateLimits.patience else {
            throw ValidationError("--patience is 1 to \(SimulateLimits.patience) seconds")
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
        RunningSeeds.watch(jobs: jobs, flags: flags)
        let start = MonotonicTime.system.nanoseconds()
        func seconds() -> Double {
            Double(MonotonicTime.system.nanoseconds() - start) / 1_000_000_000
        }
        let search = SeedSearch(seeds.range, size: size, level: level, mutant: contractMutant) {
            job, seed in
            RunningSeeds.note(seed, of: job)
        }
        var lastLook: (count: UInt64, seconds: Double) = (0, 0)
        var lastLine = 0.0
        let (played, failure) = search.run(jobs: jobs, interval: Self.lookNanoseconds) { count in
            let now = seconds()
            if count > lastLook.count { lastLook = (count, now) }
            if now - lastLook.seconds > Double(patience) { RunningSeeds.endStuck() }
            guard now - lastLine >= Self.progressSeconds else { return }
            lastLine = now
            Diagnostics.line("\(count) seeds hold so far, \(Self.rate(count, now))")
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
        let scenario = Scenario(seed: seed, size: size, level: level).reduced(by: reduction)
        RunningSeeds.watch(jobs: 1, flags: flags)
        RunningSeeds.note(seed, of: 0)
        let (lines, violation) = Simulation.trace(scenario, mutant: contractMutant)
        for line in lines { Output.line(line) }
        Output.line("# \(violation?.reason ?? "holds")")
        if violation != nil { throw CommandEnd.answerIsNo }
    }

    private func print(_ played: UInt64, _ seconds: Double, _ report: FailureReport?) {
        guard format.json else {
            if let report {
                Output.line(report.text)
            } else {
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
    /// Seconds in which some seed comes to its end.
    static let patience = 86_400
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
