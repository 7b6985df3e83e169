internal import KafkaLog

/// Kafka's names of the settings of topics that Kindred sets or looks at.
enum TopicSetting {
    static let cleanupPolicy = "cleanup.policy"
    static let retentionMilliseconds = "retention.ms"
    static let retentionBytes = "retention.bytes"
    static let messageBytes = "max.message.bytes"
    static let minimumInSync = "min.insync.replicas"
    static let uncleanElection = "unclean.leader.election.enable"
    static let timestampType = "message.timestamp.type"
    static let segmentBytes = "segment.bytes"
    static let segmentMilliseconds = "segment.ms"
    static let dirtyRatio = "min.cleanable.dirty.ratio"
}

/// The settings in force of a topic that matter to a store. Every broker tells them of every topic.
struct TopicSettings {
    /// What becomes of old records, as the brokers write it.
    let cleanupPolicy: String
    /// Milliseconds that records are kept for; -1: for ever.
    let retentionMilliseconds: Int64
    /// Bytes that a partition keeps; -1: all.
    let retentionBytes: Int64
    /// Bytes of the largest batch.
    let messageBytes: Int64
    /// On how many brokers a record is before it is acknowledged.
    let minimumInSync: Int64
    /// Whether a broker that lacks acknowledged records may lead.
    let allowsUncleanElection: Bool
    /// Whether records have the broker's time, not their producer's.
    let hasBrokersTime: Bool
    /// Bytes of a segment.
    let segmentBytes: Int64

    /// The name of a setting that is not told, or not as a number.
    struct Untold: Error { let key: String }

    /// Those of a topic, out of all that the brokers tell of it.
    init(_ told: [KafkaTopicSetting]) throws(Untold) {
        func text(_ key: String) throws(Untold) -> String {
            guard let value = told.first(where: { $0.key == key })?.value else {
                throw Untold(key: key)
            }
            return value
        }
        func number(_ key: String) throws(Untold) -> Int64 {
            guard let number = Int64(try text(key)) else { throw Untold(key: key) }
            return number
        }
        cleanupPolicy = try text(TopicSetting.cleanupPolicy)
        retentionMilliseconds = try number(TopicSetting.retentionMilliseconds)
        retentionBytes = try number(TopicSetting.retentionBytes)
        messageBytes = try number(TopicSetting.messageBytes)
        minimumInSync = try number(TopicSetting.minimumInSync)
        allowsUncleanElection = try text(TopicSetting.uncleanElection) != "false"
        hasBrokersTime = try text(TopicSetting.timestampType) != "CreateTime"
        segmentBytes = try number(TopicSetting.segmentBytes)
    }

    /// Whether the brokers keep only the last record of a key.
    var isCompacted: Bool { policies.contains("compact") }
    /// Whether the brokers let go of old records.
    var isDeleted: Bool { policies.contains("delete") }

    private var policies: [String] {
        cleanupPolicy.split { $0 == "," || $0 == " " }.map(String.init)
    }
}
