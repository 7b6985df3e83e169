internal import Answers
internal import ArgumentParser
internal import Foundation
internal import NodeRuntime
internal import RetailWorkload

/// `kindred bench`: how fast it is, here.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure this program on this machine, on a synthetic retail stream.",
        discussion: """
            Phases, all of them unless some are named:

            \(BenchPhase.list.map { "  " + $0 }.joined(separator: "\n"))

            Stores are made in a temporary folder and removed again, also when interrupted. Each \
            figure is the median over the rounds, with the least and the greatest; "CPU-s" are \
            seconds of processor, which other work on the machine disturbs less than wall time. \
            Goals are the project's own, stated for 10 M links on one core and judged from 1 M \
            on; a missed one is no failure unless --fail-on-missed-goal is given. Requests over \
            HTTP are measured by Benchmarks/HTTP/run.
            """)

    @Argument(help: "What to measure. (default: everything)") var phases: [BenchPhase] = []
    @OptionGroup var common: SettingOptions
    @OptionGroup var format: FormatOptions
    @Option(help: ArgumentHelp("Links of the stream.", valueName: "n")) var links = 1_000_000
    @Option(help: ArgumentHelp("How often to measure each phase.", valueName: "n")) var rounds = 3
    @Option(help: "Which stream.") var seed: UInt64 = 1
    @Option(
        help: ArgumentHelp(
            "Partitions of the stores, each on a thread of its own. (default: 1)", valueName: "n"))
    var partitions: String?
    @Option(
        help: ArgumentHelp(
            "The memory to use, at least 32MiB. (default: a quarter of the machine's)",
            valueName: "2GiB"))
    var memory: String?
    @Option(
        help: ArgumentHelp(
            "What an acknowledged event survives: os (a killed process) or fsync (a power loss). "
                + "(default: os)", valueName: "fsync|os"))
    var durability: String?
    @Option(
        help: ArgumentHelp(
            "Make the temporary folder in this one, to measure its disk. (default: $TMPDIR)",
            valueName: "dir"))
    var data: String?
    @Option(help: ArgumentHelp("Write the JSON to this file, too.", valueName: "file"))
    var output: String?
    @Flag(help: "End with status 1 if a goal that applies is missed.") var failOnMissedGoal = false
    @Flag(help: "List the phases and end.") var list = false

    func validate() throws {
        guard (1...RetailWorkloadGenerator.maximumLines).contains(links) else {
            throw ValidationError(
                "--links must be from 1 to \(RetailWorkloadGenerator.maximumLines)")
        }
        guard (1...BenchPlan.maximumRounds).contains(rounds) else {
            throw ValidationError("--rounds must be from 1 to \(BenchPlan.maximumRounds)")
        }
    }

    func run() throws {
        if list {
            for line in BenchPhase.list { Output.line(line) }
            return
        }
        let plan = try plan()
        let file = try output.map { (path) throws(CommandEnd) in try FileOutput(path: path) }
        Interruption.watch()
        let report = try BenchRun(plan, in: data).perform()
        try file?.write(Array((JSONText.encode(report) + "\n").utf8))
        try file?.flush()
        if format.json {
            Output.line(JSONText.encode(report))
        } else {
            for line in report.lines { Output.line(line) }
        }
        if failOnMissedGoal, report.missesGoal { throw CommandEnd.answerIsNo }
    }

    private func plan() throws -> BenchPlan {
        let settings = try common.settings(
            [.partitions: partitions, .memory: memory, .durability: durability],
            environment: Settings.environment())
        settings.startLogs()
        return BenchPlan(
            links: links,
            partitions: try settings.value(.partitions, SettingValues.partitions) ?? 1,
            memory: try settings.value(.memory, MemoryText.parse) ?? MemoryText.standard,
            durability: try settings.value(.durability, SettingValues.durability) ?? .os,
            rounds: rounds, seed: seed,
            phases: phases.isEmpty
                ? BenchPhase.allCases : BenchPhase.allCases.filter(phases.contains))
    }
}
