internal import Answers
internal import ArgumentParser
internal import GraphCore
internal import IdentityModel
internal import NodeRuntime

/// `kindred repartition`: the same graph in another number of partitions.
struct RepartitionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repartition",
        abstract: "Make a store with another number of partitions out of this one.",
        discussion: """
            A store keeps its number of partitions for its whole life. This makes a new one in \
            --into, with the same key, namespaces, customers, evidence and digest, and reads the \
            old store, which stays as it is. It takes about as long as replaying the events \
            would. An interrupted run leaves no store: run it again.
            """)

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions
    @Option(help: ArgumentHelp("The new store's folder: new or empty.", valueName: "dir"))
    var into: String
    @Option(help: ArgumentHelp("The new store's partitions: 1 to 64.", valueName: "n"))
    var partitions: String
    @Option(
        help: ArgumentHelp(
            "The memory to use, at least 32MiB. (default: a quarter of the machine's)",
            valueName: "2GiB"))
    var memory: String?
    @Option(
        help: ArgumentHelp(
            "Seconds between progress lines. (default: 10, on a terminal 0.25)",
            valueName: "seconds"))
    var progressEvery: Double?

    struct Answer: Encodable {
        let partitionsBefore: UInt16
        let partitions: UInt16
        let events: Int
        let identifiers: UInt64
        let customers: UInt64
        let links: UInt64
        let digest: String
        let seconds: Double

        private enum CodingKeys: String, CodingKey {
            case partitions, events, identifiers, customers, links, digest, seconds
            case partitionsBefore = "partitions_before"
        }
    }

    func validate() throws {
        guard !into.isEmpty else { throw ValidationError("--into: name a folder") }
        guard (progressEvery ?? 1) > 0 else {
            throw ValidationError("--progress-every must be over 0")
        }
    }

    func run() throws {
        let settings = try data.settings([.memory: memory, .partitions: partitions])
        let count = try settings.value(.partitions, SettingValues.partitions)
        let folder = settings.folder
        guard try StoreFolder.holdsStore(folder) else {
            throw CommandEnd.failed(
                "\(folder) holds no store", remedy: "name a store's folder (--data)")
        }
        try FolderPlaces.refuseNesting(folder, into)
        Interruption.watch()
        // Both stores are open at once.
        var old = StoreRequest(folder: folder)
        old.memory = (try settings.value(.memory, MemoryText.parse) ?? MemoryText.standard)
            .share(among: 2)
        var new = old
        new.folder = into
        new.partitions = count
        let source = try OpenStore(old)
        guard source.folder.file.partitions != count else {
            throw CommandEnd.failed(
                "\(folder) has \(source.folder.file.partitionsText) already",
                remedy: "name another number, or copy it by 'kindred backup' and 'restore'")
        }
        // What is read are the checkpoints: they are to hold the log's tail, too.
        try source.failing { (group) throws(StoreFailure) in try group.checkpoint() }
        let repartition = StoreRepartition(from: source, new, progressEvery: progressEvery)
        let outcome = try repartition.perform()
        try source.close()
        tell(
            Answer(
                partitionsBefore: outcome.partitionsBefore, partitions: count ?? 0,
                events: outcome.events, identifiers: outcome.counters.identifiers,
                customers: outcome.counters.customers, links: outcome.counters.liveLinks,
                digest: outcome.digest,
                seconds: (repartition.elapsed * 1_000).rounded() / 1_000))
    }

    private func tell(_ answer: Answer) {
        guard !format.json else { return Output.line(JSONText.encode(answer)) }
        let rows = [
            ("partitions", "\(answer.partitions), before \(answer.partitionsBefore)"),
            ("events", "\(answer.events) in \(answer.seconds) s"),
            ("identifiers", "\(answer.identifiers)"), ("customers", "\(answer.customers)"),
            ("links", "\(answer.links)"), ("digest", "\(answer.digest), as the old store's"),
        ]
        for (name, text) in rows { Output.line(name.padding(to: 20) + text) }
        Output.line("the new store is \(into); the old one is as it was")
    }
}
