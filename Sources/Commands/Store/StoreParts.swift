internal import Foundation
internal import IdentityModel
internal import NodeRuntime

/// The databases of a store: its log, and its partition's checkpoints.
struct StoreParts {
    /// The log.
    let log: RocksLog
    /// The checkpoints.
    let state: RocksState

    /// Opens both; makes them where the store is being made, and nowhere else.
    ///
    /// - Throws: `StoreFailure`; what is on disk is then as it was.
    init(
        _ folder: StoreFolder, _ partition: PartitionID, memory: MemoryBudget
    ) throws(StoreFailure) {
        let (logPath, statePath) = (folder.logPath, folder.statePath(partition))
        if !folder.isNew {
            for path in [logPath, statePath] where !FileManager.default.fileExists(atPath: path) {
                throw StoreFailure(.damaged, "\(path) is missing", remedy: Remedy.rebuild)
            }
            // Opening a database changes its files: not before both are known to be whole.
            try RocksState.check(directory: statePath)
        }
        log = try RocksLog(directory: logPath, isNew: folder.isNew, memory: memory)
        state = try RocksState(
            directory: statePath, scratch: folder.scratchPath, isNew: folder.isNew,
            memory: memory)
    }

    /// Lets go of both as they are.
    func close() {
        log.close()
        state.close()
    }
}
