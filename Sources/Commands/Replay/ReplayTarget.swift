internal import GraphCore
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

/// Where a replay's records go: into the store, into memory alone for a rehearsal, or to the nodes
/// of a store whose logs are in Kafka.
struct ReplayTarget {
    /// Records, each for a partition's log.
    typealias RecordGroup = [(partition: PartitionID, record: [UInt8])]

    /// The namespaces.
    let table: NamespaceTable
    /// The hash that names identifiers.
    let hasher: NodeKeyHasher
    /// What a record's head says here.
    let head: RecordHead
    /// The survivorship rules that events are checked by.
    let rules: SurvivorshipRules
    /// How many partitions the store has.
    let partitionCount: UInt16
    /// Hands over a group of records, each for a partition's log, of so many events, and says how
    /// many groups are acknowledged so far: with one partition all of them.
    let append: (_ records: RecordGroup, _ events: Int) throws(CommandEnd) -> Int
    /// Waits until all groups are acknowledged, and says how many those are.
    let settle: () throws(CommandEnd) -> Int
    /// How many groups are acknowledged so far.
    let acknowledged: () -> Int
    /// What the graph holds and has done.
    let counters: () -> GraphCounters
    /// Lists the changes that were told since the last call, where they are listed.
    var listChanges: () throws(CommandEnd) -> Void = {}
    /// Whether a further group may be handed over; waits a little until it may.
    var hasRoom: () throws(CommandEnd) -> Bool = { true }
    /// Events that a group holds at most.
    var eventsAtOnce = Int.max
    /// Whether others fold what is fed, and had folded all when the replay ended; nil where the
    /// replay itself folds.
    var isFoldedElsewhere: () -> Bool? = { nil }
    /// The words that name the store on a command line; nil for its folder.
    var storeWords: [String]?
    /// What checkpoints did and cost.
    let checkpoints: () -> CheckpointStatistics
    /// Checkpoints, makes everything durable and lets go.
    var finish: () throws(CommandEnd) -> Void

    /// Opens the store, or a rehearsal on what it holds.
    ///
    /// - Parameters:
    ///   - changes: the file that changes are listed in, if they are.
    ///   - reveal: whether it shows the values of sensitive attributes.
    static func open(
        _ request: StoreRequest, changes: String?, reveal: Bool
    ) throws(CommandEnd) -> ReplayTarget {
        let isRehearsal = request.isRehearsal
        if isRehearsal, try !StoreFolder.holdsStore(request.folder) {
            return try inMemory(request)
        }
        let store = try OpenStore(request)
        guard isRehearsal else {
            guard let changes else { return into(store) }
            let file = try ChangesFile(changes, store, reveal: reveal)
            store.atRest = { () throws(CommandEnd) in try file.drain() }
            var target = into(store)
            target.listChanges = { () throws(CommandEnd) in try file.drain() }
            return target
        }
        return store.folder.file.partitions > 1
            ? try rehearsal(store) : one(store, isRehearsal: true)
    }

    /// A store that is open. Once it has settled it takes no more records.
    static func into(_ store: OpenStore) -> ReplayTarget {
        store.folder.file.partitions > 1 ? several(store) : one(store, isRehearsal: false)
    }

    /// A store of one partition.
    private static func one(_ store: OpenStore, isRehearsal: Bool) -> ReplayTarget {
        var groups = 0
        return ReplayTarget(
            table: store.folder.table, hasher: store.hasher, head: store.group.recordHead,
            rules: store.rules,
            partitionCount: 1,
            append: { (records, _) throws(CommandEnd) in
                try store.failing { (group) throws(StoreFailure) in
                    if isRehearsal {
                        for (_, record) in records { try group.runtimes[0].rehearse(record) }
                    } else {
                        try group.append(records)
                    }
                }
                groups += 1
                return groups
            },
            settle: { () throws(CommandEnd) in groups }, acknowledged: { groups },
            counters: { store.group.counters },
            checkpoints: { store.group.checkpointStatistics },
            finish: { () throws(CommandEnd) in
                guard !isRehearsal else { return store.abandon() }
                try store.failing { (group) throws(StoreFailure) in try group.checkpoint() }
                try store.close()
            })
    }

    /// A store of several partitions.
    private static func several(_ store: OpenStore) -> ReplayTarget {
        let crew = ReplayCrew(store)
        return ReplayTarget(
            table: store.folder.table, hasher: store.hasher, head: store.group.recordHead,
            rules: store.rules,
            partitionCount: store.folder.file.partitions,
            append: { (records, _) throws(CommandEnd) in try crew.append(records) },
            settle: { () throws(CommandEnd) in try crew.finish() },
            acknowledged: { crew.acknowledged },
            counters: { store.group.counters },
            checkpoints: { store.group.checkpointStatistics },
            finish: { () throws(CommandEnd) in
                try store.failing { (group) throws(StoreFailure) in try group.checkpoint() }
                try store.close()
            })
    }

    /// A rehearsal on what a store of several partitions holds.
    private static func rehearsal(_ store: OpenStore) throws(CommandEnd) -> ReplayTarget {
        let group = try store.rehearsal()
        var groups = 0
        return ReplayTarget(
            table: store.folder.table, hasher: store.hasher, head: group.recordHead,
            rules: store.rules,
            partitionCount: store.folder.file.partitions,
            append: { (records, _) throws(CommandEnd) in
                try store.failing { (_) throws(StoreFailure) in try group.append(records) }
                groups += 1
                return groups
            },
            settle: { () throws(CommandEnd) in groups }, acknowledged: { groups },
            counters: { group.counters }, checkpoints: { group.checkpointStatistics },
            finish: { () throws(CommandEnd) in store.abandon() })
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
        var groups = 0
        return ReplayTarget(
            table: table, hasher: NodeKeyHasher(key: key), head: runtime.recordHead,
            rules: request.rules ?? .standing,
            partitionCount: 1,
            append: { (records, _) throws(CommandEnd) in
                do throws(StoreFailure) {
                    for (_, record) in records { try runtime.rehearse(record) }
                } catch {
                    throw CommandEnd(error, folder: request.folder)
                }
                groups += 1
                return groups
            },
            settle: { () throws(CommandEnd) in groups }, acknowledged: { groups },
            counters: { runtime.counters }, checkpoints: { runtime.checkpointStatistics },
            finish: { () throws(CommandEnd) in })
    }
}
