package import KafkaLog

/// What a topic of a store is for.
package enum TopicRole: String, CaseIterable, Sendable {
    /// Events from outside.
    case events
    /// The partitions' logs.
    case graph
    /// Changes of customers.
    case changes
    /// Events that were refused.
    case deadLetters = "dead-letters"
    /// What is known of each customer.
    case profiles
    /// What all nodes know.
    case global

    /// Whether the brokers keep only the last record of a key. In the topic of changes they must
    /// not: what is sent again may come behind what is later.
    var isCompacted: Bool { self == .profiles || self == .global }
}

/// A topic of a store: what it is for, and how it is made.
package struct PlannedTopic: Equatable, Sendable {
    /// What it is for.
    package let role: TopicRole
    /// How it is made.
    package let topic: KafkaNewTopic
}

/// The topics of a store as they should be: a value, from which they are made, and against which
/// those that there are are checked.
package struct TopicPlan: Equatable, Sendable {
    /// How many partitions topics are made with.
    package struct Partitions: Equatable, Sendable {
        /// Those of a store: as many has the graph topic for ever.
        package let graph: Int32
        /// Of the topic of events: the most routers that share the work. May be raised at any time.
        package var events: Int32 = 12
        /// Of the topics of changes and of profiles.
        package var changes: Int32 = 12

        /// Those of a store with so many partitions.
        package init(graph: UInt16) { self.graph = Int32(graph) }
    }

    /// How many brokers have each partition: one may be down, and another be lost meanwhile.
    package static let standardReplication: Int32 = 3
    /// Partitions of the topic of dead letters.
    package static let deadLetterPartitions: Int32 = 3
    /// Milliseconds that events must be kept at least, lest it is warned: a day.
    package static let leastEventsMilliseconds: Int64 = 86_400_000
    /// Milliseconds that events and changes are kept for where Kindred makes the topic: a week.
    package static let streamMilliseconds: Int64 = 7 * 86_400_000
    /// Milliseconds that dead letters are kept for where Kindred makes the topic: 30 days.
    package static let deadLetterMilliseconds: Int64 = 30 * 86_400_000
    /// Bytes of a segment of the global topic: brokers compact no segment that is still written,
    /// and a node reads all of it at its start.
    package static let globalSegmentBytes: Int64 = 16 << 20
    /// Bytes of a segment of the global topic over which it is warned.
    package static let mostGlobalSegmentBytes: Int64 = 64 << 20
    /// Bytes of the largest batch that brokers take unless they are told otherwise.
    private static let standardBatchBytes = 1_048_588

    /// The topics' names.
    package let names: TopicNames
    /// How many partitions they are made with.
    package let partitions: Partitions
    /// On how many brokers each partition is made.
    package let replication: Int32
    /// Whether acknowledged events may be lost with a broker: for trials.
    package let isInsecureDev: Bool
    /// Some of the brokers, "host:port" with commas between, as commands name them.
    package let brokers: String
    /// Bytes of a batch that every topic must take.
    package let batchBytes: Int

    /// The plan of the topics `names` in a cluster.
    ///
    /// - Parameters:
    ///   - replication: on how many brokers each partition is made; nil: 3, or one where
    ///     `isInsecureDev`.
    ///   - isInsecureDev: whether acknowledged events may be lost with a broker.
    /// - Throws: `KafkaError` `.wrongConfiguration`: fewer brokers or partitions than can be.
    package init(
        _ kafka: KafkaSettings, _ names: TopicNames, _ partitions: Partitions,
        replication: Int32? = nil, isInsecureDev: Bool = false
    ) throws(KafkaError) {
        let least = Self.usualReplication(isInsecureDev: isInsecureDev)
        let replication = replication ?? least
        guard replication >= least else {
            throw KafkaError(
                .wrongConfiguration,
                "replication \(replication) is under \(least): a broker that is lost would take "
                    + "acknowledged events along, which only --insecure-dev allows")
        }
        guard partitions.events > 0, partitions.changes > 0 else {
            throw KafkaError(.wrongConfiguration, "a topic has at least one partition")
        }
        self.names = names
        self.partitions = partitions
        self.replication = replication
        self.isInsecureDev = isInsecureDev
        brokers = kafka.brokers
        batchBytes = kafka.maximumBatchBytes
    }

    /// On how many brokers partitions are made where nobody says, and at least.
    static func usualReplication(isInsecureDev: Bool) -> Int32 {
        isInsecureDev ? 1 : standardReplication
    }

    /// On how many brokers a record is before it is acknowledged: two, so that one may be lost, but
    /// not all, so that one may be down.
    package var minimumInSync: Int32 { max(1, min(2, replication - 1)) }

    /// All topics, in the order in which they are made and told of.
    package var topics: [PlannedTopic] { TopicRole.allCases.map { planned($0) } }

    private func planned(_ role: TopicRole) -> PlannedTopic {
        PlannedTopic(
            role: role,
            topic: KafkaNewTopic(
                names.name(of: role), partitions: count(of: role), replication: replication,
                configuration: settings(of: role)))
    }

    private func count(of role: TopicRole) -> Int32 {
        switch role {
        case .events: partitions.events
        case .graph: partitions.graph
        case .changes, .profiles: partitions.changes
        case .deadLetters: Self.deadLetterPartitions
        case .global: 1
        }
    }

    private func settings(of role: TopicRole) -> [(key: String, value: String)] {
        let common = [
            (TopicSetting.messageBytes, String(max(batchBytes, Self.standardBatchBytes))),
            (TopicSetting.minimumInSync, String(minimumInSync)),
            (TopicSetting.uncleanElection, "false"),
            // A producer's repeat has the time of the first; a broker's own would be another.
            (TopicSetting.timestampType, "CreateTime"),
        ]
        let kept: [(String, String)] =
            switch role {
            case .graph: Self.kept(forMilliseconds: -1)
            case .events, .changes: Self.kept(forMilliseconds: Self.streamMilliseconds)
            case .deadLetters: Self.kept(forMilliseconds: Self.deadLetterMilliseconds)
            case .profiles: [(TopicSetting.cleanupPolicy, "compact")]
            case .global: Self.keptSmall
            }
        return kept + common
    }

    private static func kept(forMilliseconds time: Int64) -> [(String, String)] {
        [
            (TopicSetting.cleanupPolicy, "delete"),
            (TopicSetting.retentionMilliseconds, String(time)),
            (TopicSetting.retentionBytes, "-1"),
        ]
    }

    /// The global topic is written twice a second by every node, and read whole by each that
    /// starts: segments end soon, and are compacted once a tenth is outdated.
    private static let keptSmall = [
        (TopicSetting.cleanupPolicy, "compact"),
        (TopicSetting.segmentBytes, String(globalSegmentBytes)),
        (TopicSetting.segmentMilliseconds, "600000"),
        (TopicSetting.dirtyRatio, "0.1"),
    ]
}
