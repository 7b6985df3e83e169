/// One partition of a topic.
package struct KafkaPartition: Hashable, Sendable {
    /// The topic's name, as Kafka allows it: see `KafkaTopicName`.
    package let topic: String
    /// The partition's number in the topic, from 0.
    package let number: Int32

    /// Partition `number` of `topic`.
    package init(_ topic: String, _ number: Int32) {
        self.topic = topic
        self.number = number
    }
}

/// A place in a partition: the message with this offset, or the next one that is there.
package struct KafkaPosition: Hashable, Sendable {
    /// The partition.
    package let partition: KafkaPartition
    /// The offset, from 0; offsets rise, and need not be without gaps.
    package let offset: Int64

    /// The place `offset` in `partition`.
    package init(_ partition: KafkaPartition, _ offset: Int64) {
        self.partition = partition
        self.offset = offset
    }
}

/// Where reading begins.
package enum KafkaStart: Hashable, Sendable {
    /// At the message with this offset.
    case offset(Int64)
    /// At the first message that the partition still holds.
    case beginning
    /// Behind the last message that the partition holds now.
    case end
}

/// What Kafka allows as a topic's name: 1 to 249 of the ASCII letters, digits, dot, underscore and
/// hyphen, but neither "." nor "..". So two names are equal as text where they are as bytes.
package enum KafkaTopicName {
    /// The most bytes of a name.
    package static let maximumBytes = 249

    /// Throws `.invalidArgument` where Kafka allows no topic of that name.
    package static func check(_ name: String) throws(KafkaError) {
        let bytes = name.utf8
        guard (1...maximumBytes).contains(bytes.count), name != ".", name != "..",
            bytes.allSatisfy(isAllowed)
        else {
            throw KafkaError(
                .invalidArgument,
                "a topic's name has 1 to \(maximumBytes) of the letters, digits, '.', '_', '-'"
                    + " of ASCII; this one has others, or \(bytes.count) bytes")
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
