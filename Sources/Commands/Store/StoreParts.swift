internal import Foundation
internal import IdentityModel
internal import Logging
internal import NodeRuntime

#if KillPoints
internal import GraphCore
#endif

/// The databases of a store: its log, its partitions' checkpoints, and its change feed if it keeps
/// one.
struct StoreParts {
    /// The log.
    let log: RocksLog
    /// The checkpoints, by partition.
    let states: [RocksState]
    /// Where the changes are that were told; nil where they are not kept.
    let changes: RocksLog?
    /// The change feed, as partitions keep it and readers read it; nil where it is not kept.
    let feed: ChangeFeed?
    /// Why they are open for reading alone, if they are.
    let shortage: RoomShortage?

    /// Opens them; makes them where the store is being made, and nowhere else. Where the disk has
    /// too little room they are opened for reading alone.
    ///
    /// - Throws: `StoreFailure`; what is on disk is then as it was.
    init(_ folder: StoreFolder, _ request: StoreRequest) throws(StoreFailure) {
        let memory = request.memory
        let (logPath, partitions) = (folder.logPath, folder.partitions)
        if !folder.isNew {
            let parts = [logPath] + partitions.map(folder.statePath)
            for path in parts where !FileManager.default.fileExists(atPath: path) {
                throw StoreFailure(.damaged, "\(path) is missing", remedy: Remedy.bringBack)
            }
            // Opening a database changes its files: not before all are known to be whole.
            try RocksLog.check(directory: logPath)
            for partition in partitions {
                try RocksState.check(
                    directory: folder.statePath(partition), scratch: folder.scratchPath(partition))
            }
        }
        let keepsFeed = try Self.keepsFeed(folder, request)
        do throws(StoreFailure) {
            self = try Self(
                folder, memory: memory, shortage: Self.shortage(folder), keepsFeed: keepsFeed)
        } catch {
            // RocksDB may begin to rewrite files of one while others are opened, which takes room.
            guard error.code == .noSpace, !folder.isNew else { throw error }
            self = try Self(
                folder, memory: memory, shortage: RoomShortage(cause: error), keepsFeed: false)
        }
    }

    /// Opens them for reading alone where room is short.
    private init(
        _ folder: StoreFolder, memory: MemoryBudget, shortage: RoomShortage?, keepsFeed: Bool
    ) throws(StoreFailure) {
        let partitions = folder.partitions
        self.shortage = shortage
        log = try RocksLog(
            directory: folder.logPath, isNew: folder.isNew, memory: memory, shortage: shortage)
        let share = memory.share(among: UInt16(partitions.count))
        var states: [RocksState] = []
        for partition in partitions {
            states.append(
                try RocksState(
                    directory: folder.statePath(partition),
                    scratch: folder.scratchPath(partition), isNew: folder.isNew, memory: share,
                    shortage: shortage))
            #if KillPoints
            KillPoint.databaseOpened.pass()
            #endif
        }
        self.states = states
        changes = keepsFeed && shortage == nil ? try Self.changes(folder, memory: memory) : nil
        feed = changes.map { ChangeFeed($0, partitions: partitions.count) }
    }

    /// Whether changes are kept: where they were so far, they are in any case, for a reader of the
    /// feed must miss none. Removes what there is where none are to be kept.
    private static func keepsFeed(
        _ folder: StoreFolder, _ request: StoreRequest
    ) throws(StoreFailure) -> Bool {
        let path = folder.feedPath
        let isThere = FileManager.default.fileExists(atPath: path)
        guard !request.isRehearsal else { return isThere }
        guard isThere, request.feedRetention == 0 else {
            return isThere || request.keepsFeed && request.feedRetention != 0
        }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw StoreFailure(
                .ioError, "the change feed \(path) cannot be removed",
                remedy: "give this user the right to remove it")
        }
        return false
    }

    /// The change feed. It is told again from the checkpoint on, and readers can begin anew: where
    /// it is damaged it is begun anew too.
    private static func changes(
        _ folder: StoreFolder, memory: MemoryBudget
    ) throws(StoreFailure) -> RocksLog {
        let path = folder.feedPath
        let isNew = !FileManager.default.fileExists(atPath: path + "/CURRENT")
        var opened: RocksLog?
        do throws(StoreFailure) {
            if !isNew { try RocksLog.check(directory: path) }
            let changes = try RocksLog(directory: path, isNew: isNew, memory: memory)
            opened = changes
            for partition in folder.partitions { _ = try changes.bounds(of: partition) }
            return changes
        } catch {
            opened?.close()
            guard error.code == .damaged else { throw error }
            Logs.logger.warning(
                """
                the change feed was damaged and begins anew: its readers are to begin from an \
                export
                """, metadata: ["reason": "\(error.reason)"])
            try? FileManager.default.removeItem(atPath: path)
            return try RocksLog(directory: path, isNew: true, memory: memory)
        }
    }

    /// Why nothing may be written; nil where there is room, also once what a killed process left
    /// in the scratch folders has gone.
    private static func shortage(_ folder: StoreFolder) throws(StoreFailure) -> RoomShortage? {
        guard let shortage = RoomShortage(ofStoreIn: folder.path) else { return nil }
        guard !folder.isNew else { throw shortage.failure }
        for partition in folder.partitions {
            RocksState.clear(scratch: folder.scratchPath(partition))
        }
        return RoomShortage(ofStoreIn: folder.path)
    }

    /// The bytes that they take on disk.
    func bytesOnDisk() throws(StoreFailure) -> UInt64 {
        var bytes = try log.bytesOnDisk()
        for state in states { bytes += try state.bytesOnDisk() }
        if let changes { bytes += try changes.bytesOnDisk() }
        return bytes
    }

    /// Lets go of them as they are.
    func close() {
        log.close()
        for state in states { state.close() }
        changes?.close()
    }
}
