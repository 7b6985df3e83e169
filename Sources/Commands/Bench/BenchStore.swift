internal import ArgumentParser
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import WireFormat

/// A store that a benchmark has open, as a command has it.
final class BenchStore {
    /// The store.
    let store: OpenStore

    private init(_ store: OpenStore) { self.store = store }

    /// Makes a store in a folder, has it used, and lets go of it, checkpointed.
    static func with(
        _ plan: BenchPlan, in folder: String,
        _ body: (BenchStore) throws(CommandEnd) -> Void
    ) throws(CommandEnd) {
        let opened = BenchStore(try OpenStore(plan.request(folder)))
        do throws(CommandEnd) {
            try body(opened)
        } catch {
            opened.store.abandon()
            throw error
        }
        try opened.store.close()
    }

    /// Folds a file as `kindred replay` does, until it is durable and checkpointed; the store stays
    /// open, and its graph in memory.
    ///
    /// - Throws: `CommandEnd`, also where an event was refused: the streams have none that should
    ///   be.
    func replay(_ file: String) throws(CommandEnd) -> ReplaySummary {
        // In 30 years: a benchmark tells its own progress.
        guard let command = try? ReplayCommand.parse(["--progress-every", "1e9", file]) else {
            preconditionFailure("the words of a replay are right")
        }
        var target = ReplayTarget.into(store)
        let store = store
        target.finish = { () throws(CommandEnd) in
            try store.failing { (group) throws(StoreFailure) in
                try group.checkpoint()
                try group.sync()
            }
        }
        let run = try ReplayRun(
            command, folder: store.folder.path,
            options: EventDecoderOptions(namespaces: target.table),
            shape: try command.csv.shape(), target: target)
        let summary: ReplaySummary
        do throws(CommandEnd) {
            summary = try run.fold()
        } catch {
            // How to go on with this replay is of no use: its folder goes.
            let reason = error.message?.split(separator: "\n").first.map(String.init)
            throw CommandEnd(error.status, reason)
        }
        guard summary.rejected == 0 else {
            throw .failed(
                "\(summary.rejected) events of \(file) were refused",
                remedy: "report it: the stream is this program's own")
        }
        return summary
    }

    /// Whether all of the graph is in memory: what is over the target is let go.
    func holdsEverything(_ plan: BenchPlan) -> Bool {
        store.group.memoryBytes < plan.memory.graphTargetBytes
    }

    /// Why a figure of a graph in memory is not told.
    static let isTooLarge = "the graph does not fit: give more --memory"

    /// The keys of both ends of lines of JSON, as the store names them.
    func keys(of lines: [[UInt8]]) -> [NodeKey] {
        var keys: [NodeKey] = []
        decode(lines) { event, bytes in
            for end in [event.a, event.b] {
                keys.append(store.hasher.hash(bytes.span.extracting(end.text)))
            }
        }
        return keys
    }

    /// A log record of each line of JSON, and whose log it belongs into.
    func records(of lines: [[UInt8]]) -> [(partition: PartitionID, record: [UInt8])] {
        var router = EventRouter(
            hasher: store.hasher, partitionCount: store.folder.file.partitions)
        let head = store.group.recordHead
        var records: [(partition: PartitionID, record: [UInt8])] = []
        decode(lines) { event, bytes in
            precondition(router.add(event, in: bytes.span) == nil, "a link has two ends")
            records += router.takeRecords(head)
        }
        return records
    }

    private func decode(_ lines: [[UInt8]], _ body: (DecodedEvent, [UInt8]) -> Void) {
        var decoder = JSONEventDecoder(options: EventDecoderOptions(namespaces: store.folder.table))
        for (place, line) in lines.enumerated() {
            let bytes = line.last == UInt8(ascii: "\n") ? line.dropLast() : line[...]
            guard case .event(let event) = decoder.decode(Array(bytes).span, lineNumber: place + 1)
            else { preconditionFailure("the streams' lines are events") }
            body(event, decoder.scratch.bytes)
        }
    }
}
