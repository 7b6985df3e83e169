internal import IdentityModel
internal import KafkaLog

/// An event that was refused, as the topic of dead letters has it: the event's own bytes, and in
/// headers why, and where it came from.
enum DeadLetter {
    /// The names of the headers. A promise to whoever reads the topic.
    enum Header {
        /// The stable word of why it was refused.
        static let reason = "reason"
        /// The topic that it was in.
        static let topic = "source-topic"
        /// The partition of that topic, in decimal digits.
        static let partition = "source-partition"
        /// The offset there, in decimal digits.
        static let offset = "source-offset"
    }

    /// Words of refusal beside those of events.
    enum Word {
        /// A packed frame that is damaged, or no record of events.
        static let badFrame = "bad_frame"
        /// A packed frame that was made under another key, namespaces or normalisation.
        static let otherConfiguration = "other_configuration"
        /// A value of which more was refused than has letters of its own.
        static let tooManyRefused = "too_many_refused"
    }

    /// Events of one value that have letters of their own; of more the whole value is one letter. A
    /// value of a megabyte could hold half a million.
    static let lettersOfValue = 1_000

    /// The most bytes of an event that are kept: what a message takes beside its headers.
    static let maximumBytes = 900_000

    /// The letter.
    static func message(
        _ event: Span<UInt8>, reason: String, from partition: KafkaPartition, at offset: Int64
    ) -> OrderedSender.Message {
        var value: [UInt8] = []
        value.append(event.extracting(0..<min(event.count, maximumBytes)))
        return OrderedSender.Message(
            key: nil, value: value,
            headers: [
                KafkaHeader(Header.reason, Array(reason.utf8)),
                KafkaHeader(Header.topic, Array(partition.topic.utf8)),
                KafkaHeader(Header.partition, Array(String(partition.number).utf8)),
                KafkaHeader(Header.offset, Array(String(offset).utf8)),
            ])
    }
}
