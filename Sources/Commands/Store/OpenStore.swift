internal import Foundation
internal import GraphCore
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import WireFormat

/// A store that this process holds: its one partition, and what gives identifiers their keys.
final class OpenStore {
    /// The partition that answers.
    let runtime: PartitionRuntime<RocksLog, RocksState>
    /// What the folder says of the store.
    let folder: StoreFolder
    /// The hash that names identifiers.
    let hasher: NodeKeyHasher
    /// Why nothing may be written, if so.
    let shortage: RoomShortage?
    private let lock: StoreLock
    private let log: RocksLog
    private let state: RocksState

    /// A tail at most so long is left to the next opening to fold; a longer one is checkpointed.
    private static let tailRecordsLeft: UInt64 = 256

    /// Opens the store, or makes it where there is none; folds its log's tail.
    ///
    /// - Throws: `CommandEnd` that says what to do.
    init(_ request: StoreRequest) throws(CommandEnd) {
        try StoreFolder.prepare(request.folder)
        lock = try StoreLock(folder: request.folder)
        folder = try StoreFolder(request)
        hasher = NodeKeyHasher(key: folder.key)
        shortage = RoomShortage(of: folder)
        let partition = PartitionID(0)
        do throws(StoreFailure) {
            try Self.refuseLostParts(folder, partition)
            if let shortage, !Self.isMade(folder, partition) { throw shortage.failure }
            log = try RocksLog(directory: folder.logPath, shortage: shortage)
            state = try RocksState(
                directory: folder.statePath(partition), scratch: folder.scratchPath,
                shortage: shortage)
            runtime = try PartitionRuntime(
                partition, log: log, state: state, settings: folder.settings(request))
        } catch {
            throw CommandEnd(error, folder: request.folder)
        }
    }

    /// Runs a part of a command that the store may fail.
    func failing<Answer>(
        _ body: (PartitionRuntime<RocksLog, RocksState>) throws(StoreFailure) -> Answer
    ) throws(CommandEnd) -> Answer {
        do throws(StoreFailure) {
            return try body(runtime)
        } catch {
            throw CommandEnd(error, folder: folder.path)
        }
    }

    /// Makes everything durable and lets go of the store.
    func close() throws(CommandEnd) {
        // Nothing was written, or it has failed and was told.
        guard shortage == nil else { return abandon() }
        try failing { (runtime) throws(StoreFailure) in
            if runtime.tailRecords > Self.tailRecordsLeft { try runtime.checkpoint() }
            try runtime.sync()
        }
        abandon()
    }

    /// Lets go of the store as it is.
    func abandon() {
        log.close()
        state.close()
    }

    /// The bytes that the store takes on disk.
    func bytesOnDisk() throws(CommandEnd) -> UInt64 {
        do throws(StoreFailure) {
            return try log.bytesOnDisk() + state.bytesOnDisk()
        } catch {
            throw CommandEnd(error, folder: folder.path)
        }
    }

    /// The checkpoints as they are stored.
    var stored: RocksState { state }

    /// The store as a backup needs it; `isStill`: nothing is written to it meanwhile.
    func backupSource(isStill: Bool) -> BackupSource {
        BackupSource(
            store: folder, log: log, states: [(runtime.partition, state)],
            answers: isStill
                ? BackupSource.Answers(
                    digest: runtime.digest.hexadecimal, events: runtime.eventCount) : nil)
    }

    /// Whether both databases are there.
    private static func isMade(_ folder: StoreFolder, _ partition: PartitionID) -> Bool {
        [folder.logPath, folder.statePath(partition)].allSatisfy {
            FileManager.default.fileExists(atPath: $0 + "/CURRENT")
        }
    }

    /// Log and checkpoints are made together: where one is there, the other must be.
    private static func refuseLostParts(
        _ folder: StoreFolder, _ partition: PartitionID
    ) throws(StoreFailure) {
        let manager = FileManager.default
        let parts = [folder.logPath, folder.statePath(partition)]
        let missing = parts.filter { !manager.fileExists(atPath: $0) }
        // The log is made first: its absence beside checkpoints is a loss, the reverse is a store
        // whose making was cut short.
        guard missing.contains(folder.logPath), missing.count < parts.count else { return }
        throw StoreFailure(
            .damaged, "\(folder.logPath) is missing", remedy: Remedy.rebuild)
    }
}

extension CommandEnd {
    /// A store's failure, with the folder where the reason does not name it.
    init(_ failure: StoreFailure, folder: String) {
        let reason =
            failure.reason.contains(folder) ? failure.reason : "\(folder): \(failure.reason)"
        self.init(ExitStatus.failed, "\(reason); \(failure.remedy)")
    }
}
