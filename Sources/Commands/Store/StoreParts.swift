internal import Foundation
internal import IdentityModel
internal import NodeRuntime

/// The databases of a store: its log, and its partition's checkpoints.
struct StoreParts {
    /// The log.
    let log: RocksLog
    /// The checkpoints.
    let state: RocksState
    /// Why both are open for reading alone, if they are.
    let shortage: RoomShortage?

    /// Opens both; makes them where the store is being made, and nowhere else. Where the disk has
    /// too little room they are opened for reading alone.
    ///
    /// - Throws: `StoreFailure`; what is on disk is then as it was.
    init(
        _ folder: StoreFolder, _ partition: PartitionID, memory: MemoryBudget
    ) throws(StoreFailure) {
        let (logPath, statePath) = (folder.logPath, folder.statePath(partition))
        if !folder.isNew {
            for path in [logPath, statePath] where !FileManager.default.fileExists(atPath: path) {
                throw StoreFailure(.damaged, "\(path) is missing", remedy: Remedy.bringBack)
            }
            // Opening a database changes its files: not before both are known to be whole.
            try RocksLog.check(directory: logPath)
            try RocksState.check(directory: statePath, scratch: folder.scratchPath)
        }
        shortage = try Self.shortage(folder)
        log = try RocksLog(
            directory: logPath, isNew: folder.isNew, memory: memory, shortage: shortage)
        state = try RocksState(
            directory: statePath, scratch: folder.scratchPath, isNew: folder.isNew,
            memory: memory, shortage: shortage)
    }

    /// Why nothing may be written; nil where there is room, also once what a killed process left
    /// in the scratch folder has gone.
    private static func shortage(_ folder: StoreFolder) throws(StoreFailure) -> RoomShortage? {
        guard let shortage = RoomShortage(ofStoreIn: folder.path) else { return nil }
        guard !folder.isNew else { throw shortage.failure }
        RocksState.clear(scratch: folder.scratchPath)
        return RoomShortage(ofStoreIn: folder.path)
    }

    /// Lets go of both as they are.
    func close() {
        log.close()
        state.close()
    }
}
