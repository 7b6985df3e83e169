internal import GraphCore
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import WireFormat

/// Where a replay's records go: into the store, or into memory alone for a rehearsal.
struct ReplayTarget {
    /// The namespaces.
    let table: NamespaceTable
    /// The hash that names identifiers.
    let hasher: NodeKeyHasher
    /// What a record's head says here.
    let head: RecordHead
    /// How many partitions the store has.
    let partitionCount: UInt16
    /// Appends records, each to a partition's log; acknowledged when it returns.
    let append: ([(partition: PartitionID, record: [UInt8])]) throws(CommandEnd) -> Void
    /// What the graph holds and has done.
    let counters: () -> GraphCounters
    /// What checkpoints did and cost.
    let checkpoints: () -> CheckpointStatistics
    /// Checkpoints, makes everything durable and lets go.
    let finish: () throws(CommandEnd) -> Void

    /// Opens the store, or a rehearsal on what it holds.
    static func open(_ request: StoreRequest) throws(CommandEnd) -> ReplayTarget {
        let isRehearsal = request.isRehearsal
        if isRehearsal, try !StoreFolder.holdsStore(request.folder) {
            return try inMemory(request)
        }
        let store = try OpenStore(request)
        if isRehearsal { try store.folder.refuseSeveral(for: "replay --dry-run") }
        return ReplayTarget(
            table: store.folder.table, hasher: store.hasher, head: store.group.recordHead,
            partitionCount: store.folder.file.partitions,
            append: { (records) throws(CommandEnd) in
                try store.failing { (group) throws(StoreFailure) in
                    if isRehearsal {
                        for (_, record) in records { try group.runtimes[0].rehearse(record) }
                    } else {
                        try group.append(records)
                    }
                }
            },
            counters: { store.group.counters },
            checkpoints: { store.group.checkpointStatistics },
            finish: { () throws(CommandEnd) in
                guard !isRehearsal else { return store.abandon() }
                try store.failing { (group) throws(StoreFailure) in try group.checkpoint() }
                try store.close()
            })
    }

    /// A rehearsal where there is no store yet.
    private static func inMemory(_ request: StoreRequest) throws(CommandEnd) -> ReplayTarget {
        let table = request.namespaces ?? .open
        let key = request.key ?? .random()
        let runtime: PartitionRuntime<MemoryLog, MemoryState>
        do throws(StoreFailure) {
            runtime = try PartitionRuntime(
                PartitionID(0), log: MemoryLog(), state: MemoryState(),
                settings: NodeSettings(
                    namespaces: table,
                    configurationDigest: NodeSettings.digest(
                        keyFingerprint: key.fingerprint, namespaces: table)))
        } catch {
            throw CommandEnd(error, folder: request.folder)
        }
        return ReplayTarget(
            table: table, hasher: NodeKeyHasher(key: key), head: runtime.recordHead,
            partitionCount: 1,
            append: { (records) throws(CommandEnd) in
                do throws(StoreFailure) {
                    for (_, record) in records { try runtime.rehearse(record) }
                } catch {
                    throw CommandEnd(error, folder: request.folder)
                }
            },
            counters: { runtime.counters }, checkpoints: { runtime.checkpointStatistics },
            finish: { () throws(CommandEnd) in })
    }
}
