internal import Answers
internal import Foundation
internal import GraphCore
internal import IdentityModel
internal import Logging
internal import NodeKeys
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

/// A store that this process holds: its partitions, and what gives identifiers their keys.
final class OpenStore {
    /// The partitions; at rest unless opening found no room for what was under way.
    let group: PartitionGroup<RocksLog, RocksState>
    /// What the folder says of the store.
    let folder: StoreFolder
    /// The hash that names identifiers.
    let hasher: NodeKeyHasher
    /// Whether opening has put other survivorship rules in force.
    let hasNewRules: Bool
    private let request: StoreRequest
    private let lock: StoreLock
    private let parts: StoreParts
    /// Done when the store is at rest for the last time, before it is let go of.
    var atRest: () throws(CommandEnd) -> Void = {}

    /// Takes the folder's lock, making the folder where there is none, and opens the store.
    ///
    /// - Throws: `CommandEnd` that says what to do.
    convenience init(_ request: StoreRequest) throws(CommandEnd) {
        try StoreFolder.prepare(request.folder)
        try self.init(request, try StoreLock(folder: request.folder))
    }

    /// Opens the store whose folder is locked, or makes it where there is none; folds its log's
    /// tail; adds namespaces and puts survivorship rules in force that are given now, and the
    /// machine's logic where events are to be written. Where the disk has too little room, those
    /// stay as they were.
    ///
    /// - Throws: `CommandEnd` that says what to do.
    init(_ request: StoreRequest, _ lock: StoreLock) throws(CommandEnd) {
        let start = MonotonicTime.system.nanoseconds()
        self.lock = lock
        self.request = request
        try Self.refuseToMakeWithoutRoom(request.folder)
        var folder = try StoreFolder(request)
        hasher = NodeKeyHasher(key: folder.key)
        if folder.isNew { try folder.makeParts() }
        let parts = try CommandEnd.of(folder) { () throws(StoreFailure) in
            try StoreParts(folder, request)
        }
        try folder.finishMaking()
        var group = try Self.group(folder, parts, request)
        if folder.givenNamespaces != nil {
            var known: [[UInt8]] = []
            for runtime in group.runtimes {
                known += try CommandEnd.of(folder) { () throws(StoreFailure) in
                    try runtime.ask { (graph, _) throws(StateError) in graph.summary.namespaces }
                }
            }
            try folder.addNamespaces(known: known, isRehearsal: request.isRehearsal)
            group = try Self.group(folder, parts, request)
        }
        let mayWrite = parts.shortage == nil && !request.isRehearsal
        hasNewRules = try mayWrite ? Self.put(request, folder, group) : false
        (self.folder, self.parts, self.group) = (folder, parts, group)
        logOpening(since: start)
    }

    private func logOpening(since start: UInt64) {
        let positions = group.runtimes.map { "\($0.position)" }.joined(separator: ",")
        let milliseconds = (MonotonicTime.system.nanoseconds() - start) / 1_000_000
        Logs.logger.info(
            "store opened",
            metadata: [
                "data": "\(folder.path)", "position": "\(positions)",
                "tail_records": "\(group.tailRecords)", "milliseconds": "\(milliseconds)",
            ])
        if hasNewRules {
            Logs.logger.notice(
                "survivorship rules changed", metadata: ["version": "\(rules.version)"])
        }
        guard let feed, feed.takenBack > 0 else { return }
        Logs.logger.warning(
            """
            a power loss took back changes that readers of the feed may have: they are to begin \
            from an export
            """, metadata: ["changes": "\(feed.takenBack)"])
    }

    private static func group(
        _ folder: StoreFolder, _ parts: StoreParts, _ request: StoreRequest
    ) throws(CommandEnd) -> PartitionGroup<RocksLog, RocksState> {
        try CommandEnd.of(folder) { () throws(StoreFailure) in
            try PartitionGroup(
                log: parts.log, states: parts.states, settings: folder.settings(request),
                feed: parts.feed
            ) { ThreadWorker() }
        }
    }

    /// Raises the logic where that is asked for, puts rules in force that are given now, and says
    /// whether they are others. What an earlier change has left undone is done, once there is room.
    private static func put(
        _ request: StoreRequest, _ folder: StoreFolder,
        _ group: PartitionGroup<RocksLog, RocksState>
    ) throws(CommandEnd) -> Bool {
        try CommandEnd.of(folder) { () throws(StoreFailure) in
            do throws(StoreFailure) {
                if request.raisesLogic, try group.raiseLogic() {
                    Logs.logger.notice(
                        "logic raised: earlier releases refuse the store from now on",
                        metadata: ["version": "\(group.logicVersion)"])
                }
                let isNew = try group.put(rules: request.rules)
                if request.sweepsFragments { try group.sweepFragments() }
                return isNew
            } catch {
                guard request.rules == nil, error.code == .noSpace else { throw error }
                return false
            }
        }
    }

    /// Refuses to make a store where there is no room for one, before anything of it is made.
    private static func refuseToMakeWithoutRoom(_ path: String) throws(CommandEnd) {
        guard try !StoreFolder.holdsStore(path), let shortage = RoomShortage(ofStoreIn: path)
        else { return }
        throw CommandEnd(shortage.failure, folder: path)
    }

    /// Runs a part of a command that the store may fail.
    func failing<Answer>(
        _ body: (PartitionGroup<RocksLog, RocksState>) throws(StoreFailure) -> Answer
    ) throws(CommandEnd) -> Answer {
        try CommandEnd.of(folder) { () throws(StoreFailure) in try body(group) }
    }

    /// The partitions once more, in memory alone: nothing of what is appended to them stays.
    func rehearsal() throws(CommandEnd) -> PartitionGroup<RehearsalLog<RocksLog>, RocksState> {
        try failing { (_) throws(StoreFailure) in
            try PartitionGroup(
                log: RehearsalLog(parts.log), states: parts.states,
                settings: folder.settings(request).forRehearsal)
        }
    }

    /// Writes a checkpoint, makes everything durable and lets go of the store.
    ///
    /// A store at rest has no tail: what its log has lost since is then found, for its checkpoint
    /// stands further on. Where the disk has too little room for one, the log keeps the tail.
    func close() throws(CommandEnd) {
        defer { abandon() }
        // Opened for reading alone, or without room for what was under way: nothing was written
        // but what is made again when the store is opened again.
        guard shortage == nil, group.isAtRest else { return }
        try failing { (group) throws(StoreFailure) in
            try group.sync()
            #if KillPoints
            KillPoint.closing.pass()
            #endif
            do throws(StoreFailure) {
                try group.checkpoint()
            } catch {
                guard error.code == .noSpace else { throw error }
            }
        }
        try atRest()
    }

    /// Lets go of the store as it is, once the checkpoint that is on its way has ended.
    func abandon() {
        group.close()
        parts.close()
    }

    /// The bytes that the store takes on disk.
    func bytesOnDisk() throws(CommandEnd) -> UInt64 {
        try CommandEnd.of(folder) { () throws(StoreFailure) in
            try parts.bytesOnDisk()
        }
    }

    /// The checkpoints as they are stored, by partition.
    var stored: [RocksState] { parts.states }

    /// The survivorship rules in force; of a rehearsal those that would be.
    var rules: SurvivorshipRules {
        let present = group.rules
        guard request.isRehearsal else { return present }
        return RulesChange(from: [present], to: request.rules).rules
    }

    /// What gives identifiers their keys.
    var keys: IdentifierKeys { IdentifierKeys(namespaces: folder.table, hasher: hasher) }

    /// The log.
    var log: RocksLog { parts.log }

    /// The change feed, if it is kept.
    var feed: ChangeFeed? { parts.feed }

    /// Where the change feed is kept, if it is.
    var changes: RocksLog? { parts.changes }

    /// Why nothing may be written, if so.
    var shortage: RoomShortage? { parts.shortage }

    /// The store as a backup needs it; `isStill`: nothing is written to it meanwhile.
    func backupSource(isStill: Bool) -> BackupSource {
        BackupSource(
            store: folder, log: parts.log,
            states: Array(zip(folder.partitions, parts.states)),
            content: isStill
                ? BackupSource.Content(
                    digest: group.digest.hexadecimal, events: group.eventCount) : nil)
    }
}

extension CommandEnd {
    /// A store's failure, with the folder where the reason does not name it.
    init(_ failure: StoreFailure, folder: String) {
        let reason =
            failure.reason.contains(folder) ? failure.reason : "\(folder): \(failure.reason)"
        self.init(ExitStatus.failed, "\(reason); \(failure.remedy)")
    }

    /// Runs what a store may fail, and gives its failures in the words of a command's end.
    static func of<Answer>(
        _ folder: StoreFolder, _ body: () throws(StoreFailure) -> Answer
    ) throws(CommandEnd) -> Answer {
        do throws(StoreFailure) {
            return try body()
        } catch {
            throw CommandEnd(error, folder: folder.path)
        }
    }
}
