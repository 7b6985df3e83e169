internal import KafkaLog
internal import NodeRuntime

/// What a member's thread does: reads what all nodes tell, tells of its own node, and plans where
/// that is the coordinator.
///
///     global topic ──▶ table ──▶ view, placement
///            ▲           └─ as the coordinator: plan ─┐
///            └───────────── beats, placements ◀───────┘
///
/// Used from one thread.
final class ClusterTurn {
    private let settings: ClusterSettings
    private let partitionCount: Int
    private let topic: GlobalTopic
    private let incarnation: String
    private let since: Int64
    private var lastBeat: (record: NodeRecord, time: UInt64)?
    /// Whether a placement that was written here has not come back.
    private var awaitsPlacement = false
    /// Whether a version of the logic that was written here has not come back.
    private var awaitsLogic = false
    private let logic: NodeLogic
    private let topics: String
    private var table: ClusterTable

    /// Milliseconds that a turn waits for records.
    private static let waitMilliseconds = 20

    /// Begins to read the global topic.
    ///
    /// - Throws: `EngineFailure`.
    init(
        _ engine: EngineSettings, _ settings: ClusterSettings, incarnation: String, since: Int64
    ) throws(EngineFailure) {
        self.settings = settings
        self.incarnation = incarnation
        self.since = since
        partitionCount = Int(engine.node.partitionCount)
        logic = NodeLogic(engine.node.knownLogic, limit: engine.node.logicLimit)
        topics = engine.topics.prefix
        topic = try EngineFailure.ofKafka { () throws(KafkaError) in
            try GlobalTopic(engine.kafka, engine.topics)
        }
        table = ClusterTable(settings, incarnation: incarnation)
    }

    /// Whether all is read that the topic held.
    var hasReachedEnd: Bool { topic.hasReachedEnd }
    /// The last placement, of another number of partitions than the store's none.
    var placement: Placement? {
        table.placement.flatMap { $0.partitions.count == partitionCount ? $0 : nil }
    }
    /// What is known.
    var view: ClusterView {
        table.view(partitionCount: partitionCount, at: settings.time.nanoseconds())
    }

    /// Where a node runs that has this one's name and started later; nil: nowhere.
    var successor: String? { table.successor }

    /// Why this node may not take part: it lacks the logic that the store is at. Nil: it may, as
    /// far as is known.
    var refusal: StoreFailure? {
        topic.hasReachedEnd ? table.logic.refusal(of: logic.known, topics) : nil
    }

    /// Takes in what has come, and says what is due; where nothing has come, waits a little for it.
    ///
    /// - Throws: `EngineFailure`: the cluster refuses for good, or a record is of a later release.
    func turn(_ standings: [ReplicaStanding], isLeaving: Bool) throws(EngineFailure) {
        let isOfThePast = !topic.hasReachedEnd
        let records = try EngineFailure.ofKafka { () throws(KafkaError) in
            try topic.poll(timeoutMilliseconds: Self.waitMilliseconds)
        }
        let now = settings.time.nanoseconds()
        for (key, value, _) in records {
            let record = try ClusterRecord(key: key, value: value)
            switch record {
            case .placement: awaitsPlacement = false
            case .logic: awaitsLogic = false
            case .node, .damaged, .other: break
            }
            table.note(record, at: now, isOfThePast: isOfThePast)
        }
        // Who is no longer the node of its name says nothing in that name; who is refused, nothing
        // at all, so that nobody counts on it.
        guard topic.hasReachedEnd, table.successor == nil, refusal == nil else { return }
        beat(standings, isLeaving: isLeaving, at: now)
        if !records.isEmpty, table.coordinator(at: now) == settings.node { plan(at: now) }
    }

    /// Says that this node is gone.
    ///
    /// - Returns: false where that took more than so many milliseconds.
    /// - Throws: `EngineFailure`.
    func sayGone(withinMilliseconds limit: UInt64) throws(EngineFailure) -> Bool {
        send(.node(settings.node, nil))
        let end = settings.time.nanoseconds() + limit * 1_000_000
        while topic.pendingCount > 0, settings.time.nanoseconds() < end {
            _ = try EngineFailure.ofKafka { () throws(KafkaError) in
                try topic.poll(timeoutMilliseconds: Self.waitMilliseconds)
            }
        }
        return topic.pendingCount == 0
    }

    /// Lets go of everything, and says nothing more.
    func close() { topic.close() }

    private func send(_ record: ClusterRecord) {
        let (key, value) = record.encoded
        topic.send(key: key, value: value)
    }

    /// Tells of this node where a role has changed, or the last beat is old. A beat waits for the
    /// one before it, so that none pile up before a silent broker.
    private func beat(_ standings: [ReplicaStanding], isLeaving: Bool, at now: UInt64) {
        guard topic.pendingCount == 0 else { return }
        let record = NodeRecord(
            address: settings.address, incarnation: incarnation, since: since,
            isLeaving: isLeaving, replicas: standings, logic: logic)
        if let lastBeat, now - lastBeat.time < settings.beatNanoseconds,
            lastBeat.record.hasSameRoles(as: record)
        {
            return
        }
        send(.node(settings.node, record))
        lastBeat = (record, now)
    }

    /// Writes the placement that follows from what is known, if it is another one; and the version
    /// of the logic.
    private func plan(at now: UInt64) {
        for node in table.forgotten(at: now) { send(.node(node, nil)) }
        if !awaitsLogic, let version = table.nextLogic(at: now) {
            send(.logic(version))
            awaitsLogic = true
        }
        guard !awaitsPlacement, let input = table.input(partitionCount: partitionCount, at: now),
            let next = PlacementPlanner.plan(table.placement, input, by: settings.node),
            next != table.placement
        else { return }
        send(.placement(next))
        awaitsPlacement = true
    }
}

extension NodeRecord {
    /// Whether another record of this node tells of the same roles.
    fileprivate func hasSameRoles(as other: NodeRecord) -> Bool {
        isLeaving == other.isLeaving
            && replicas.elementsEqual(other.replicas) {
                $0.partition == $1.partition && $0.role == $1.role
            }
    }
}
