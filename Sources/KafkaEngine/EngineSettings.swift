package import IdentityModel
package import KafkaLog
package import NodeRuntime
internal import PartitionCore
package import ProfileCore
package import WireFormat

/// What all parts of the engine of one store agree on.
package struct EngineSettings: Sendable {
    /// The cluster.
    package var kafka: KafkaSettings
    /// The store's topics in it.
    package var topics: TopicNames
    /// The store.
    package var node: NodeSettings
    /// How many partitions the topic of changes has.
    package var changesPartitions: Int32
    /// How many partitions the topic of profiles has.
    package var profilesPartitions: Int32
    /// How many partitions the topic of dead letters has.
    package var deadLetterPartitions: Int32
    /// The survivorship rules in force, as the global topic has them; partitions fold by those that
    /// their logs say.
    package var rules: @Sendable () -> SurvivorshipRules = { .standing }
    /// The version of the machine's logic that the store is at, as the global topic has it;
    /// partitions fold by those that their logs say.
    package var logicVersion: @Sendable () -> UInt64 = { PartitionMachine.firstLogic }
    /// Whether all nodes are to pass over the record of a partition's log at an offset.
    package var skips: @Sendable (PartitionID, UInt64) -> Bool = { _, _ in false }
    /// Whether changes show values that the survivorship rules call sensitive.
    package var showsSensitive = false
    /// How long a change waits to be told, in nanoseconds: 50 ms.
    package var tickNanoseconds: UInt64 = 50_000_000
    /// How long a delivery is missing until that is told, in nanoseconds: 60 s. Senders say again
    /// what has not arrived.
    package var missingNanoseconds: UInt64 = 60_000_000_000
    /// Bytes that a part has sent and not heard of, over which it takes nothing further.
    package var inFlightBytes = 32 << 20
    /// The cluster's id, which a node does well to keep; nil where the brokers have none to tell.
    package let clusterID: String?
    /// What somebody should know of the topics.
    package let warnings: [TopicFinding]

    /// Bytes that a message must be allowed to have: a record of the largest size, or a dead letter
    /// with its headers.
    package static let leastMessageBytes = 1_000_000

    /// What the head of a record says that a node writes for others: the store's version of the
    /// logic, which a partition may not be at yet, and of those that the node knows.
    package var recordHead: RecordHead {
        let known = node.knownLogic
        return RecordHead(
            logicVersion: min(max(logicVersion(), known.lowerBound), known.upperBound),
            configurationDigest: node.configurationDigest)
    }

    /// Looks at a store's topics, and takes over what they are.
    ///
    /// - Parameters:
    ///   - isInsecureDev: whether acknowledged events may be lost with a broker: for trials.
    ///   - clusterID: the cluster that the store's topics were in before; nil: not known.
    ///   - timeoutMilliseconds: how long each question to the brokers may take.
    /// - Throws: `EngineFailure`: the cluster is not reached, messages may not be as large as
    ///   records are, or a topic is not as the store needs it; then it says so of all of them.
    package init(
        _ kafka: KafkaSettings, _ topics: TopicNames, _ node: NodeSettings,
        isInsecureDev: Bool = false, before clusterID: String? = nil, timeoutMilliseconds: Int
    ) throws(EngineFailure) {
        guard kafka.maximumMessageBytes >= Self.leastMessageBytes else {
            throw .kafka(
                KafkaError(
                    .wrongConfiguration,
                    "messages of \(kafka.maximumMessageBytes) bytes are too small: records need "
                        + "\(Self.leastMessageBytes)"))
        }
        let (plan, description) = try EngineFailure.ofKafka { () throws(KafkaError) in
            let plan = try TopicPlan(
                kafka, topics, TopicPlan.Partitions(graph: node.partitionCount),
                isInsecureDev: isInsecureDev)
            let admin = try KafkaAdmin(kafka)
            defer { admin.close() }
            return (
                plan,
                try TopicsDescription(
                    of: plan, from: admin, timeoutMilliseconds: timeoutMilliseconds)
            )
        }
        let findings = TopicCheck.findings(in: description, for: plan, before: clusterID)
        guard findings.refused.isEmpty else { throw EngineFailure(findings.refused) }
        self.kafka = kafka
        self.topics = topics
        self.node = node
        warnings = findings.warned
        self.clusterID = description.clusterID
        changesPartitions = description.partitionCount(of: .changes)
        profilesPartitions = description.partitionCount(of: .profiles)
        deadLetterPartitions = description.partitionCount(of: .deadLetters)
    }
}
