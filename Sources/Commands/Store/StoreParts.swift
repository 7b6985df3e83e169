internal import Foundation
internal import IdentityModel
internal import NodeRuntime

#if KillPoints
internal import GraphCore
#endif

/// The databases of a store: its log, and its partitions' checkpoints.
struct StoreParts {
    /// The log.
    let log: RocksLog
    /// The checkpoints, by partition.
    let states: [RocksState]
    /// Why both are open for reading alone, if they are.
    let shortage: RoomShortage?

    /// Opens them; makes them where the store is being made, and nowhere else. Where the disk has
    /// too little room they are opened for reading alone.
    ///
    /// - Throws: `StoreFailure`; what is on disk is then as it was.
    init(_ folder: StoreFolder, memory: MemoryBudget) throws(StoreFailure) {
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
        do throws(StoreFailure) {
            self = try Self(folder, memory: memory, shortage: Self.shortage(folder))
        } catch {
            // RocksDB may begin to rewrite files of one while others are opened, which takes room.
            guard error.code == .noSpace, !folder.isNew else { throw error }
            self = try Self(folder, memory: memory, shortage: RoomShortage(cause: error))
        }
    }

    /// Opens them for reading alone where room is short.
    private init(
        _ folder: StoreFolder, memory: MemoryBudget, shortage: RoomShortage?
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
        return bytes
    }

    /// Lets go of them as they are.
    func close() {
        log.close()
        for state in states { state.close() }
    }
}
