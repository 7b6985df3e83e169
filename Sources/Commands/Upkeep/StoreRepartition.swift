internal import Foundation
internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// Makes a store with another number of partitions out of what one knows.
///
/// ```
/// mark ──> new store ──> identifiers ──settled──> pairs ──settled──> checkpoint: same digest?
///      ──> mark removed
/// ```
///
/// The old store's checkpoints are read from end to end, and what they hold goes through the new
/// store's logs as any events do (`CarriedEvents`); so nothing but a batch is in memory. The mark
/// tells whoever opens the new folder meanwhile that it is no whole store. What fails or is
/// interrupted takes away what it made; what is killed leaves it, marked, for the next to remove.
final class StoreRepartition {
    /// What came of it.
    struct Outcome {
        /// How many partitions the old store has.
        let partitionsBefore: UInt16
        /// How many events were folded into the new one.
        let events: Int
        let counters: GraphCounters
        let digest: String
    }

    private let source: OpenStore
    /// The new folder.
    private let path: String
    private let request: StoreRequest
    private var progress: ReplayProgress
    private var summary = ReplaySummary()
    /// Groups that were handed over and are not acknowledged: the events of each.
    private var submitted: [Int] = []
    private var acknowledgedGroups = 0
    /// Identifiers and pairs that were read, of all that there are.
    private var (carried, total) = (UInt64(0), UInt64(0))

    /// The file that marks a new store under way.
    static func markerPath(_ path: String) -> String { path + "/REPARTITION-UNFINISHED" }

    /// Why a folder that a repartition has left unfinished cannot be used.
    static func unfinished(_ path: String) -> CommandEnd {
        .failed(
            "a repartition into \(path) did not finish",
            remedy: "run it again, which begins anew, or remove the folder")
    }

    /// - Parameters:
    ///   - source: the old store, at rest.
    ///   - request: how the new store is opened: its folder, partitions and memory.
    init(from source: OpenStore, _ request: StoreRequest, progressEvery: Double?) {
        self.source = source
        path = request.folder
        var request = request
        request.namespaces = source.folder.table
        request.key = source.folder.key
        // Under the same version: it is what fragments are stamped with.
        request.rules = source.rules
        // The release that could use the old store can use the new one.
        request.raisesLogic = true
        request.logicLimit = source.group.logicVersion
        request.isUnfinished = true
        self.request = request
        progress = ReplayProgress(every: progressEvery)
    }

    /// Seconds since the start.
    var elapsed: Double { progress.elapsed }

    /// Makes the new store.
    ///
    /// - Throws: `CommandEnd` that says what to do; nothing is left of the new store then.
    func perform() throws(CommandEnd) -> Outcome {
        try StoreFolder.prepare(path)
        let lock = try StoreLock(folder: path)
        defer { withExtendedLifetime(lock) {} }
        try clear()
        try SmallFiles.mark(Self.markerPath(path))
        do throws(CommandEnd) {
            let outcome = try carry(lock)
            progress.finish()
            unlink(Self.markerPath(path))
            try SmallFiles.syncFolder(path)
            return outcome
        } catch {
            progress.finish()
            remove()
            let message = error.message ?? "interrupted"
            throw CommandEnd(error.status, "\(message); nothing is kept of the new store")
        }
    }

    // MARK: The new folder

    /// Sees that the folder is empty; what an earlier one left unfinished goes.
    private func clear() throws(CommandEnd) {
        if try SmallFiles.exists(Self.markerPath(path)) {
            Diagnostics.line(
                "kindred: \(path) holds what an earlier repartition left unfinished: removed, and "
                    + "begun anew")
            remove()
        }
        guard try BackupFolder.names(in: path).isEmpty else {
            throw .failed("\(path) is not empty", remedy: "name a new or an empty folder (--into)")
        }
    }

    /// Takes away what was made, the mark last.
    private func remove() {
        let parts = [
            "store.json", "store.json.new", "node-key", "node-key.new", "making", "making.new",
            "log", "partitions",
        ]
        for name in (try? BackupFolder.names(in: path)) ?? []
        where parts.contains(name) || name.hasPrefix("scratch") {
            try? FileManager.default.removeItem(atPath: path + "/" + name)
        }
        unlink(Self.markerPath(path))
    }

    // MARK: Carrying

    private func carry(_ lock: StoreLock) throws(CommandEnd) -> Outcome {
        let store = try OpenStore(request, lock)
        do throws(CommandEnd) {
            try fold(into: store)
        } catch {
            store.abandon()
            throw error
        }
        let outcome = Outcome(
            partitionsBefore: source.folder.file.partitions, events: summary.accepted,
            counters: store.group.counters, digest: store.group.digest.hexadecimal)
        try store.close()
        return outcome
    }

    private func fold(into store: OpenStore) throws(CommandEnd) {
        let before = source.group.counters
        total = max(1, before.identifiers + before.pairs)
        try run(into: store) { (run) throws(CommandEnd) in try self.readIdentifiers(run) }
        try run(into: store) { (run) throws(CommandEnd) in try self.readPairs(run) }
        try store.failing { (group) throws(StoreFailure) in
            // Unlike `close`, which leaves a tail where there is no room.
            try group.sync()
            try group.checkpoint()
        }
        let (old, new) = (source.group.digest.hexadecimal, store.group.digest.hexadecimal)
        let after = store.group.counters
        guard old == new, before.identifiers == after.identifiers,
            before.customers == after.customers, before.liveLinks == after.liveLinks
        else {
            throw .failed(
                "the new store has digest \(new), not \(old) as the old one",
                remedy: "run 'kindred verify' on the old store")
        }
    }

    /// One run through the old store, of which everything is folded when it returns.
    private final class Run {
        let target: ReplayTarget
        var events: CarriedEvents
        /// Why reading goes on no further.
        var end: CommandEnd?

        init(_ target: ReplayTarget) {
            self.target = target
            events = CarriedEvents(partitionCount: target.partitionCount)
        }
    }

    private func run(
        into store: OpenStore, _ read: (Run) throws(CommandEnd) -> Void
    ) throws(CommandEnd) {
        let run = Run(.into(store))
        (submitted, acknowledgedGroups) = ([], 0)
        do throws(CommandEnd) {
            try read(run)
            try submit(run)
        } catch {
            // Whatever is under way comes to its end before the store is let go.
            _ = try? run.target.settle()
            throw error
        }
        note(acknowledged: try run.target.settle())
    }

    private func submit(_ run: Run) throws(CommandEnd) {
        guard run.events.batches.count > 0 else { return }
        let count = run.events.batches.count
        submitted.append(count)
        note(
            acknowledged: try run.target.append(run.events.takeRecords(run.target.head), count))
    }

    private func note(acknowledged groups: Int) {
        while acknowledgedGroups < groups, !submitted.isEmpty {
            let count = submitted.removeFirst()
            acknowledgedGroups += 1
            summary.events += count
            summary.accepted += count
        }
    }

    /// Sends what is full, tells how far it is, and looks whether to go on.
    private func tend(_ run: Run, _ what: String) throws(StateError) {
        carried += 1
        guard run.events.batches.isFull else { return }
        do throws(CommandEnd) {
            if let status = Interruption.status { throw CommandEnd(status) }
            try submit(run)
        } catch {
            run.end = error
            throw StateError(.damaged, "reading ends")
        }
        progress.report(summary, ", \(what)", fraction: Double(carried) / Double(total))
    }

    // MARK: Reading

    private func readIdentifiers(_ run: Run) throws(CommandEnd) {
        // Any name that is known: a sighting's source is not kept.
        let known = try self.names(.source).first { $0.count > 1 }?[1]
        let name = known ?? Array("default".utf8)
        for (state, namespaces) in zip(source.stored, try self.names(.namespace)) {
            try reading(run) { () throws(StoreFailure) in
                try StoredComponents.forEach(in: state, withMembers: true) {
                    (image) throws(StateError) in
                    try self.add(image, namespaces, name, to: run)
                }
            }
        }
    }

    private func add(
        _ image: ComponentImage, _ namespaces: [[UInt8]], _ source: [UInt8], to run: Run
    ) throws(StateError) {
        var (start, place) = (0, 0)
        for member in image.members {
            guard member.namespace > 0, member.namespace < namespaces.count else {
                throw StateError(.damaged, "a member's namespace has no name")
            }
            let value = image.values[start..<start + member.valueCount]
            start += member.valueCount
            let fragment = image.fragments[place..<place + member.fragmentCount]
            place += member.fragmentCount
            try carrying { () throws(CarriedEvents.Fault) in
                try run.events.addIdentifier(
                    member.key, namespace: namespaces[Int(member.namespace)], value: value,
                    source: source, firstSeen: member.firstSeen, fragment: fragment)
            }
            try tend(run, "identifiers")
        }
    }

    private func readPairs(_ run: Run) throws(CommandEnd) {
        // Any name that is known: words say it of identifiers that are there already.
        let named = try self.names(.namespace).first { $0.count > 1 }?[1]
        let table = source.folder.table.namespaces.first.map { Array($0.name.utf8) }
        let namespace = named ?? table ?? Array("id".utf8)
        for (state, sources) in zip(source.stored, try self.names(.source)) {
            try reading(run) { () throws(StoreFailure) in
                try StoredHomes.forEach(in: state) { (image) throws(StateError) in
                    try self.add(image, sources, namespace, to: run)
                }
            }
        }
    }

    private func add(
        _ image: HomeImage, _ sources: [[UInt8]], _ namespace: [UInt8], to run: Run
    ) throws(StateError) {
        var (register, reason) = (0, 0)
        for pair in image.pairs {
            var words: [CarriedEvents.Word] = []
            for word in image.registers[register..<register + pair.registerCount] {
                guard word.source < sources.count else {
                    throw StateError(.damaged, "a register's source has no name")
                }
                words.append(
                    CarriedEvents.Word(
                        operation: word.operation, time: word.time,
                        source: sources[Int(word.source)],
                        reason: Array(image.reasons[reason..<reason + word.reasonCount])))
                reason += word.reasonCount
            }
            register += pair.registerCount
            try carrying { () throws(CarriedEvents.Fault) in
                try run.events.addPair(
                    image.key, pair.other, words: words, leastLinkTime: pair.leastLinkTime,
                    namespace: namespace)
            }
            try tend(run, "links")
        }
    }

    /// By partition of the old store, its names by number; number 0 names nothing.
    private func names(_ family: NameFamily) throws(CommandEnd) -> [[[UInt8]]] {
        var names: [[[UInt8]]] = []
        for state in source.stored {
            names.append(
                [[]]
                    + (try source.failing { (_) throws(StoreFailure) in
                        guard let header = try StoredHeader.read(state) else { return [] }
                        let count =
                            family == .source ? header.sourceCount : header.namespaceCount
                        return try StoredHeader.names(
                            family == .source ? .source : .namespace, count: count, state)
                    }))
        }
        return names
    }

    private enum NameFamily { case namespace, source }

    private func carrying(_ body: () throws(CarriedEvents.Fault) -> Void) throws(StateError) {
        do throws(CarriedEvents.Fault) {
            try body()
        } catch {
            throw StateError(.damaged, "what is stored cannot be carried over: \(error.reason)")
        }
    }

    private func reading(
        _ run: Run, _ body: () throws(StoreFailure) -> Void
    ) throws(CommandEnd) {
        do throws(CommandEnd) {
            try source.failing { (_) throws(StoreFailure) in try body() }
        } catch {
            throw run.end ?? error
        }
    }
}
