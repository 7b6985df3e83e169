/// Which cluster, and as whom: what every client of it is made with.
package struct KafkaSettings: Sendable {
    /// Bytes of the largest message that a client sends and that it expects, beside the framing:
    /// what a broker takes unless it is told otherwise, less room for that framing.
    package static let defaultMaximumMessageBytes = 1_000_000
    /// The bounds that librdkafka sets to it.
    package static let maximumMessageBytesRange = 1_000...999_000_000
    /// Bytes that librdkafka allows a message beside its content, for framing.
    static let framingBytes = 16 << 10

    /// Some of the brokers, "host:port" with commas between; the others are learnt from them.
    package var brokers: String
    /// How brokers call this client in their logs and quotas.
    package var clientID = "kindred"
    /// Proof of identity, and encryption.
    package var security = KafkaSecurity.none
    /// Bytes of the largest message: of key, value, and headers with their names together.
    package var maximumMessageBytes = KafkaSettings.defaultMaximumMessageBytes
    /// Bytes of the largest batch of messages that a client sends: what a topic must take.
    package var maximumBatchBytes: Int { maximumMessageBytes + KafkaSettings.framingBytes }
    /// Milliseconds that may pass before a lost connection is tried again, at most.
    package var maximumReconnectMilliseconds = 2_000
    /// Milliseconds after which a topic that the brokers do not know counts as unknown. A topic
    /// that was just created is not known to every broker at once.
    package var unknownTopicMilliseconds = 10_000
    /// Where librdkafka's own log goes; nil: nowhere.
    package var log: KafkaLogSink?

    /// The cluster of these brokers, without security.
    package init(brokers: String) { self.brokers = brokers }

    /// What is the same for every client, and nobody's to choose.
    static let fixed: [(key: String, value: String)] = [
        // Topics are created on purpose, with their partitions and policies, or not at all.
        ("allow.auto.create.topics", "false"),
        ("socket.keepalive.enable", "true"),
        // Small requests must not wait for the one before to be acknowledged.
        ("socket.nagle.disable", "true"),
        // Closed idle connections are no event.
        ("log.connection.close", "false"),
    ]

    /// librdkafka's settings that follow from these; secrets apart.
    func entries() throws(KafkaError) -> [(key: String, value: String)] {
        guard !brokers.isEmpty else {
            throw KafkaError(.wrongConfiguration, "no broker is named: give one or more host:port")
        }
        guard KafkaSettings.maximumMessageBytesRange.contains(maximumMessageBytes) else {
            let range = KafkaSettings.maximumMessageBytesRange
            throw KafkaError(
                .wrongConfiguration,
                "a message of \(maximumMessageBytes) bytes at most is not from"
                    + " \(range.lowerBound) to \(range.upperBound)")
        }
        return KafkaSettings.fixed + [
            ("bootstrap.servers", brokers), ("client.id", clientID),
            ("message.max.bytes", String(maximumBatchBytes)),
            ("reconnect.backoff.max.ms", String(maximumReconnectMilliseconds)),
            ("topic.metadata.propagation.max.ms", String(unknownTopicMilliseconds)),
        ]
    }
}

/// A line of librdkafka's own log. Names of brokers and topics stand in it, no message's content.
package struct KafkaLogLine: Sendable {
    /// How grave it is, as syslog counts: 3 an error, 4 a warning, 5 a notice, 6 information.
    package let level: Int
    /// The client's name and the part of librdkafka that speaks ("kindred#producer-1 FAIL").
    package let source: String
    /// What it says.
    package let text: String

    /// A line of its members.
    package init(level: Int, source: String, text: String) {
        self.level = level
        self.source = source
        self.text = text
    }
}

/// Takes librdkafka's log lines, from any of its threads; it must not block or call a client.
package typealias KafkaLogSink = @Sendable (KafkaLogLine) -> Void
