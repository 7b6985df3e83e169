internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime

/// A store that is opened to be checked: also one whose log can no longer be folded.
final class StoreForVerify {
    /// The checkpoints, with the log's tail in them where it could be folded.
    let state: RocksState
    /// The namespaces.
    let table: NamespaceTable
    /// The hash that names identifiers.
    let hasher: NodeKeyHasher
    /// Why the log's tail could not be folded, if it could not.
    let tailFailure: StoreFailure?
    private let lock: StoreLock

    /// Opens the store and writes its log's tail into a checkpoint.
    ///
    /// - Throws: `CommandEnd` where not even the checkpoints can be opened.
    init(folder path: String) throws(CommandEnd) {
        try StoreFolder.prepare(path)
        lock = try StoreLock(folder: path)
        let request = StoreRequest(folder: path)
        let folder = try StoreFolder(request)
        table = folder.table
        hasher = NodeKeyHasher(key: folder.key)
        // The tail is checkpointed first, which takes room.
        if let shortage = RoomShortage(of: folder) {
            throw CommandEnd(shortage.failure, folder: path)
        }
        let partition = PartitionID(0)
        do throws(StoreFailure) {
            state = try RocksState(
                directory: folder.statePath(partition), scratch: folder.scratchPath)
        } catch {
            throw CommandEnd(error, folder: path)
        }
        do throws(StoreFailure) {
            let log = try RocksLog(directory: folder.logPath)
            let runtime = try PartitionRuntime(
                partition, log: log, state: state, settings: folder.settings(request))
            try runtime.checkpoint()
            log.close()
            tailFailure = nil
        } catch {
            tailFailure = error
        }
    }
}
