internal import KafkaLog
internal import NodeRuntime
internal import ProfileCore

/// What whoever feeds a store must know of it, out of its global topic: which store it is, by
/// which rules, and how far its partitions are.
///
/// Used from one thread.
final class FedStore {
    private let topic: GlobalTopic
    /// Which store it is.
    let identity: StoreIdentity
    /// The survivorship rules that were in force when this was made.
    let rules: SurvivorshipRules
    /// The version of the machine's logic that the store was at when this was made.
    let logicVersion: UInt64
    /// How far its partitions are.
    private(set) var folds: FoldTable

    /// Milliseconds that one look at the topic waits for records.
    private static let pollMilliseconds = 20

    /// Reads what the topic holds.
    ///
    /// - Throws: `EngineFailure`: there is no store yet, it is another one than that of this key
    ///   and these namespaces, or all of it took longer than so many milliseconds.
    init(
        _ kafka: KafkaSettings, _ topics: TopicNames, _ own: StoreKeys,
        timeoutMilliseconds milliseconds: Int
    ) throws(EngineFailure) {
        let topic = try EngineFailure.ofKafka { () throws(KafkaError) in
            // That this user may not see the topic, no reading of it tells.
            let admin = try KafkaAdmin(kafka)
            defer { admin.close() }
            _ = try admin.topic(topics.global, timeoutMilliseconds: milliseconds)
            return try GlobalTopic(kafka, topics)
        }
        self.topic = topic
        let end = MonotonicTime.system.nanoseconds() + UInt64(max(0, milliseconds)) * 1_000_000
        var (register, rules, logic) = (StoreRegister(), RulesRegister(), LogicRegister())
        var nodes: [NodeRecord] = []
        do throws(EngineFailure) {
            while !topic.hasReachedEnd {
                guard MonotonicTime.system.nanoseconds() < end else {
                    throw .kafka(
                        KafkaError(
                            .timedOut,
                            "\(topics.global) was not read within \(milliseconds) ms"))
                }
                for record in try Self.poll(topic, waiting: Self.pollMilliseconds) {
                    if record.key == StoreIdentity.key { try register.take(record.value) }
                    if record.key == RulesRecord.key { try rules.take(record.value) }
                    if record.key == LogicRecord.key {
                        logic.take(try LogicRecord.decode(record.value))
                    }
                    if let node = try Self.node(record) { nodes.append(node) }
                }
            }
            guard let standing = register.standing else {
                throw .store(
                    StoreFailure(
                        .otherConfiguration, "there is no store of \(topics.prefix) yet",
                        remedy: "start a node first ('kindred serve --engine kafka'), which says "
                            + "which key and namespaces the store has"))
            }
            if let refusal = standing.refusal(ofKeys: own, topics.prefix) {
                throw .store(refusal)
            }
            identity = standing
            self.rules = rules.standing
            logicVersion = logic.standing
        } catch {
            topic.close()
            throw error
        }
        folds = FoldTable(partitionCount: identity.partitions)
        for node in nodes { folds.note(node) }
    }

    /// Takes in what has come.
    ///
    /// - Throws: `EngineFailure`.
    func poll() throws(EngineFailure) {
        for record in try Self.poll(topic, waiting: 0) {
            if let node = try Self.node(record) { folds.note(node) }
        }
    }

    /// Lets go of the cluster.
    func close() { topic.close() }

    private static func poll(
        _ topic: GlobalTopic, waiting milliseconds: Int
    ) throws(EngineFailure) -> [GlobalTopic.Record] {
        try EngineFailure.ofKafka { () throws(KafkaError) in
            try topic.poll(timeoutMilliseconds: milliseconds)
        }
    }

    private static func node(_ record: GlobalTopic.Record) throws(EngineFailure) -> NodeRecord? {
        guard case .node(_, let node?) = try ClusterRecord(key: record.key, value: record.value)
        else { return nil }
        return node
    }
}
