package import KafkaLog

/// The topics of one store in a cluster, by the prefix that they share.
package struct TopicNames: Equatable, Sendable {
    /// What all names begin with, before the dot.
    package let prefix: String

    /// The longest of the words behind the prefix, with its dot, in bytes.
    private static let longestEnding = ".dead-letters".utf8.count

    /// The topics of `prefix`.
    ///
    /// - Throws: `KafkaError` `.invalidArgument`: Kafka allows no such names.
    package init(_ prefix: String) throws(KafkaError) {
        guard !prefix.isEmpty, prefix.utf8.count + Self.longestEnding <= KafkaTopicName.maximumBytes
        else {
            throw KafkaError(
                .invalidArgument,
                "a prefix of topics has 1 to \(KafkaTopicName.maximumBytes - Self.longestEnding) "
                    + "bytes")
        }
        self.prefix = prefix
        try KafkaTopicName.check(events)
    }

    /// The name of the topic that is for `role`.
    package func name(of role: TopicRole) -> String { prefix + "." + role.rawValue }

    /// Events from outside: from any producer, over any partitions.
    package var events: String { name(of: .events) }
    /// The partitions' logs: as many partitions as the store has.
    package var graph: String { name(of: .graph) }
    /// Changes of customers, by customer id.
    package var changes: String { name(of: .changes) }
    /// Events that were refused, and why.
    package var deadLetters: String { name(of: .deadLetters) }
    /// What is known of each customer, by customer id; compacted.
    package var profiles: String { name(of: .profiles) }
    /// What all nodes of the store know, by key: see `GlobalTopic`; compacted.
    package var global: String { name(of: .global) }
    /// The consumer group of the routers.
    package var routers: String { prefix + ".routers" }
}
