internal import ArgumentParser
internal import Foundation
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// `kindred replay`: folds event files into the store.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Fold event files into the store.",
        discussion: """
            Files are JSON Lines or CSV, plain, gzip or zstd; content tells which. - is standard \
            input. Repeating a replay changes nothing: an interrupted one can be run again whole \
            or from the line that it names. Refused events are counted by reason, and listed with \
            --rejects; they are not failures unless --fail-on-reject is given.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var csv: CSVOptions
    @Argument(help: "Event files; - is standard input.") var files: [String]
    @Option(help: ArgumentHelp("List refused events here, as JSON Lines.", valueName: "file"))
    var rejects: String?
    @Flag(help: "End with status 3 if any event was refused.") var failOnReject = false
    @Option(
        help: ArgumentHelp(
            "What an acknowledged event survives: os (a killed process) or fsync (a power loss).",
            valueName: "fsync|os"))
    var durability: Durability = .os
    @Option(
        help: ArgumentHelp("The namespaces' priorities and normalisation.", valueName: "file"))
    var namespaces: String?
    @Option(help: ArgumentHelp("The key of a new store: 32 hexadecimal digits.", valueName: "file"))
    var keyFile: String?
    @Flag(help: "Fold in memory and write nothing.") var dryRun = false
    @Option(
        help: ArgumentHelp(
            "Skip the lines before this one of the first file; --rejects adds to its file.",
            valueName: "n"))
    var fromLine: Int = 1
    @Option(
        help: ArgumentHelp(
            "The memory to use, at least 32MiB; the graph may be larger. (default: a quarter of "
                + "the machine's)", valueName: "2GiB"))
    var memory: String?
    @Option(
        help: ArgumentHelp(
            "Events behind the last checkpoint at which the next is begun.", valueName: "n"))
    var checkpointEvents: UInt64 = ReplayCommand.standardCheckpointEvents
    @Option(
        help: ArgumentHelp(
            "Seconds between progress lines. (default: 10, on a terminal 0.25)",
            valueName: "seconds"))
    var progressEvery: Double?

    static let standardCheckpointEvents = CheckpointPolicy.standard.tailEvents

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("name at least one file, or -") }
        guard fromLine >= 1 else { throw ValidationError("--from-line counts from 1") }
        guard checkpointEvents >= 1 else {
            throw ValidationError("--checkpoint-events must be at least 1")
        }
        guard (progressEvery ?? 1) > 0 else {
            throw ValidationError("--progress-every must be over 0")
        }
    }

    func run() throws {
        let shape = try csv.shape()
        try ReplayFiles.check(files)
        if let rejects { try StoreFolder.refuseOutput(rejects, in: data.folder) }
        var request = StoreRequest(folder: data.folder)
        if let namespaces { request.namespaces = try NamespacesFile.read(namespaces) }
        if let keyFile {
            request.key = try StoreFolder.readKeyFile(
                keyFile, ifUnreadable: "name a readable file of 32 hexadecimal digits")
        }
        request.isRehearsal = dryRun
        request.durability = durability
        if let memory { request.memory = try MemoryText.parse(memory) }
        request.checkpoints = CheckpointPolicy(
            tailEvents: checkpointEvents, tailBytes: CheckpointPolicy.standard.tailBytes)
        let target = try ReplayTarget.open(request)
        let run = try ReplayRun(
            self, options: try reading.decoderOptions(target.table), shape: shape, target: target)
        try run.perform()
    }
}

extension Durability: ExpressibleByArgument {}
