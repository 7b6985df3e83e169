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

            With --brokers the events go to the nodes of a store whose logs are in Kafka, by its \
            topic of events: docs/kafka.md.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var csv: CSVOptions
    @OptionGroup(title: "Into Kafka") var feed: FeedOptions
    @Argument(help: "Event files; - is standard input.") var files: [String]
    @Option(help: ArgumentHelp("List refused events here, as JSON Lines.", valueName: "file"))
    var rejects: String?
    @Option(
        help: ArgumentHelp(
            """
            Keep the change feed, and list its changes here as JSON Lines; a file that is there \
            is gone on with. Values of sensitive attributes are masked unless --reveal is given.
            """, valueName: "file"))
    var changes: String?
    @Flag(help: "Show the values of sensitive attributes in the file of --changes.")
    var reveal = false
    @Flag(help: "End with status 3 if any event was refused.") var failOnReject = false
    @Flag(help: "Fold in memory and write nothing.") var dryRun = false
    @Option(
        help: ArgumentHelp(
            "Skip the lines before this one of the first file; --rejects adds to its file.",
            valueName: "n"))
    var fromLine: Int = 1
    @Option(
        help: ArgumentHelp(
            """
            Events behind the last checkpoint at which the next is begun. (default: 393216, and \
            each entry of the store that folding them again must read counts as four; 10000000 \
            spare a first load processor, and a killed one then folds its last minute again)
            """, valueName: "n"))
    var checkpointEvents: UInt64?
    @Option(
        help: ArgumentHelp(
            "Seconds between progress lines. (default: 10, on a terminal 0.25)",
            valueName: "seconds"))
    var progressEvery: Double?

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("name at least one file, or -") }
        guard !dryRun || changes == nil else {
            throw ValidationError("--changes lists what a replay did, and --dry-run does nothing")
        }
        guard !reveal || changes != nil else {
            throw ValidationError("--reveal is about --changes: name its file, too")
        }
        guard fromLine >= 1 else { throw ValidationError("--from-line counts from 1") }
        guard checkpointEvents ?? 1 >= 1 else {
            throw ValidationError("--checkpoint-events must be at least 1")
        }
        guard (progressEvery ?? 1) > 0 else {
            throw ValidationError("--progress-every must be over 0")
        }
    }

    func run() throws {
        let shape = try csv.shape()
        try ReplayFiles.check(files)
        let settings = try store.settings(feed.place.flags, environment: Settings.environment())
        settings.startLogs()
        if try feed.isGiven(settings) { return try runFeed(settings, shape) }
        try refuseFeed()
        if let rejects { try StoreFolder.refuseOutput(rejects, in: settings.folder) }
        var request = try settings.storeRequest(comparesStore: true)
        request.isRehearsal = dryRun
        request.raisesLogic = true
        if let checkpointEvents {
            request.checkpoints = .standard(tailEvents: checkpointEvents)
        }
        let retention = try settings.feedRetention()
        request.feedRetention = retention
        if let changes {
            try StoreFolder.refuseOutput(changes, in: settings.folder)
            guard retention > 0 else {
                throw CommandEnd(
                    ExitStatus.usage,
                    "--changes lists the change feed, and feed_retention is 0: give another"
                )
            }
            request.keepsFeed = true
        }
        let target = try ReplayTarget.open(request, changes: changes, reveal: reveal)
        let run = try ReplayRun(
            self, folder: settings.folder, options: try reading.decoderOptions(target.table),
            shape: shape, target: target)
        try run.perform()
    }

    /// Feeds the nodes of a store whose logs are in Kafka.
    private func runFeed(_ settings: Settings, _ shape: CSVShape) throws(CommandEnd) {
        try FeedOptions.refuseFolders(settings)
        for (flag, isGiven) in [
            ("--changes", changes != nil), ("--dry-run", dryRun),
            ("--checkpoint-events", checkpointEvents != nil),
        ] where isGiven {
            throw CommandEnd(
                ExitStatus.usage,
                "\(flag) is about a store in a folder: leave it out, or --brokers")
        }
        let target = try feed.target(settings)
        var options = try reading.decoderOptions(target.table)
        options.latestTime = EventTime(
            milliseconds: TickPolicy.now.milliseconds + FeedOptions.leadMilliseconds)
        try ReplayRun(
            self, folder: settings.folder, options: options, shape: shape, target: target
        ).perform()
    }

    private func refuseFeed() throws(CommandEnd) {
        guard feed.eventsPerSecond == nil, !feed.noWait else {
            throw CommandEnd(
                ExitStatus.usage,
                "--events-per-second and --no-wait are about nodes over Kafka: name --brokers")
        }
    }
}
