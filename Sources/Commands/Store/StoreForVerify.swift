internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime

/// A store that is opened to be checked: also one whose log can no longer be folded.
final class StoreForVerify {
    /// The checkpoints, by partition, with the log's tail in them where it could be folded.
    let states: [RocksState]
    /// The namespaces.
    let table: NamespaceTable
    /// The hash that names identifiers.
    let hasher: NodeKeyHasher
    /// Why the log's tail could not be folded, if it could not.
    let tailFailure: StoreFailure?
    private let lock: StoreLock

    /// Opens the store and writes its log's tail into a checkpoint.
    ///
    /// - Throws: `CommandEnd` where the databases cannot be opened.
    init(_ request: StoreRequest) throws(CommandEnd) {
        let path = request.folder
        try StoreFolder.prepare(path)
        lock = try StoreLock(folder: path)
        let folder = try StoreFolder(request)
        table = folder.table
        hasher = NodeKeyHasher(key: folder.key)
        if folder.isNew { try folder.makeParts() }
        let parts = try CommandEnd.of(folder) { () throws(StoreFailure) in
            try StoreParts(folder, request)
        }
        try folder.finishMaking()
        states = parts.states
        do throws(StoreFailure) {
            let group = try PartitionGroup(
                log: parts.log, states: parts.states, settings: folder.settings(request),
                feed: parts.feed)
            try group.checkpoint()
            tailFailure = nil
        } catch {
            // A disk that is full or fails says nothing of what the store holds.
            guard error.code != .noSpace, error.code != .ioError else {
                throw CommandEnd(error, folder: path)
            }
            tailFailure = error
        }
        parts.log.close()
        parts.changes?.close()
    }
}
