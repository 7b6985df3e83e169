import KafkaEngine
import KafkaLog

/// What brokers tell of a topic's settings where nobody set them.
private let brokersDefaults = [
    ("cleanup.policy", "delete"), ("retention.ms", "604800000"), ("retention.bytes", "-1"),
    ("max.message.bytes", "1048588"), ("min.insync.replicas", "1"),
    ("unclean.leader.election.enable", "false"), ("message.timestamp.type", "CreateTime"),
    ("segment.bytes", "1073741824"), ("segment.ms", "604800000"),
    ("min.cleanable.dirty.ratio", "0.5"),
]

extension KafkaTopic {
    /// A topic as brokers describe it once it is made.
    init(_ new: KafkaNewTopic) {
        let brokers = Array(1...new.replication)
        self.init(
            name: new.name,
            partitions: (0..<new.partitions).map {
                KafkaTopicPartition(
                    number: $0, leader: 1, replicas: brokers, replicasInSync: brokers)
            })
    }
}

extension KafkaNewTopic {
    /// The settings in force of a topic once it is made.
    var settingsInForce: [KafkaTopicSetting] {
        brokersDefaults.map { key, value in
            let own = configuration.first { $0.key == key }?.value
            return KafkaTopicSetting(key: key, value: own ?? value, isDefault: own == nil)
        }
    }

    /// The same topic with other partitions, brokers or settings.
    func with(
        partitions: Int32? = nil, replication: Int32? = nil, _ changes: [(String, String)] = []
    ) -> KafkaNewTopic {
        let kept = configuration.filter { own in !changes.contains { $0.0 == own.key } }
        return KafkaNewTopic(
            name, partitions: partitions ?? self.partitions,
            replication: replication ?? self.replication,
            configuration: kept + changes.map { (key: $0.0, value: $0.1) })
    }
}

/// A cluster of which brokers tell what they are told to: it makes topics, and forgets nothing.
final class TopicStandIn: TopicAdmin {
    var id: String? = "cluster-1"
    var made: [KafkaNewTopic]
    /// What becomes of the making of a topic.
    var refusals: [(name: String, error: KafkaError)] = []
    /// Why settings are not told, if they are not.
    var silence: KafkaError?
    /// Why nothing is told, if nothing is.
    var failure: KafkaError?
    /// How often a topic that is made is not yet known.
    var looksUntilKnown = 0
    private(set) var asked: [KafkaNewTopic] = []
    private(set) var settingsMilliseconds: [Int] = []

    init(_ made: [KafkaNewTopic] = []) { self.made = made }

    func cluster(timeoutMilliseconds: Int) throws(KafkaError) -> KafkaCluster {
        if let failure { throw failure }
        return KafkaCluster(id: id, brokers: [])
    }

    func topic(_ name: String, timeoutMilliseconds: Int) throws(KafkaError) -> KafkaTopic {
        if let failure { throw failure }
        guard let found = made.first(where: { $0.name == name }) else {
            throw KafkaError(.unknownTopicOrPartition, "there is none")
        }
        if looksUntilKnown > 0, asked.contains(where: { $0.name == name }) {
            looksUntilKnown -= 1
            throw KafkaError(.unknownTopicOrPartition, "it is not known yet")
        }
        return KafkaTopic(found)
    }

    func settings(
        ofTopics names: [String], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Result<[KafkaTopicSetting], KafkaError>] {
        settingsMilliseconds.append(timeoutMilliseconds)
        if let silence { throw silence }
        return names.map { name in
            made.first { $0.name == name }.map { .success($0.settingsInForce) }
                ?? .failure(KafkaError(.unknownTopicOrPartition, "there is none"))
        }
    }

    func create(
        _ topics: [KafkaNewTopic], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [KafkaError?] {
        asked += topics
        return topics.map { topic in
            if let refused = refusals.first(where: { $0.name == topic.name }) {
                return refused.error
            }
            made.append(topic)
            return nil
        }
    }
}
