/// What went wrong between the program and a Kafka cluster, and what to do about it.
package struct KafkaError: Error, Equatable, Sendable {
    /// The kinds of failure that callers tell apart.
    package enum Code: String, Sendable, CaseIterable {
        /// No broker, or not the one that leads the partition or group, can be reached now.
        case unavailable
        /// No answer came in time; what was asked may have been done.
        case timedOut
        /// The cluster cannot do it now: too few replicas in sync, a rebalance, a quota.
        case busy
        /// The client has ended for good: the idempotent producer was fenced, or its messages went
        /// out of order.
        case fatal
        /// The group has moved on without this member: its partitions are others' now.
        case notAMember
        /// There is no such topic or partition.
        case unknownTopicOrPartition
        /// The offset is before the first or behind the last message that the partition holds.
        case offsetOutOfRange
        /// The broker does not know who this is, or this does not trust the broker.
        case authentication
        /// The broker knows who this is, and does not allow it.
        case authorization
        /// The message is larger than the client, the broker or the topic takes.
        case tooLarge
        /// There are not as many brokers as a topic is to have replicas.
        case tooFewBrokers
        /// A setting is unknown, refused, or does not go with others.
        case wrongConfiguration
        /// The message was thrown away unsent, or unacknowledged, by `purge` or `close`.
        case purged
        /// The broker cannot do what was asked.
        case notSupported
        /// There is a topic of that name already.
        case alreadyExists
        /// What came from the broker is not what was written.
        case damaged
        /// The call itself is wrong.
        case invalidArgument
        /// The client was closed before the call, or during it.
        case closed
        /// Anything else.
        case failed
    }

    /// The kind of failure.
    package let code: Code
    /// What happened, in librdkafka's or the broker's words.
    package let reason: String
    /// librdkafka's name of the failure ("_TIMED_OUT"); nil where it is not librdkafka's.
    package let name: String?
    /// The partition that it befell, where it is one's.
    package private(set) var partition: KafkaPartition?
    /// The offset that was asked for, where that is what failed.
    package private(set) var offset: Int64?
    /// With `.offsetOutOfRange`: the offsets that the partition holds, where the broker said so. It
    /// was trimmed when the lower bound is above the offset, and it lost messages when the upper
    /// bound is below.
    package private(set) var bounds: Range<Int64>?

    /// A failure of `code`; `reason` says what happened, `name` is librdkafka's for it.
    package init(_ code: Code, _ reason: String, name: String? = nil) {
        self.code = code
        self.reason = reason
        self.name = name
    }

    /// The same failure, told of a partition and an offset in it.
    func at(
        _ partition: KafkaPartition?, offset: Int64? = nil, bounds: Range<Int64>? = nil
    ) -> KafkaError {
        var error = self
        error.partition = partition
        error.offset = offset
        error.bounds = bounds
        return error
    }

    /// Whether the same call may succeed later without anybody's doing.
    package var isRetriable: Bool {
        switch code {
        case .unavailable, .timedOut, .busy: true
        default: false
        }
    }

    /// Whether the client must be closed, and another one made in its place.
    package var isFatal: Bool { code == .fatal }

    /// Whether a reader, or a group's member, to which `poll` tells it does not get over it by
    /// itself.
    package var endsReading: Bool {
        switch code {
        case .offsetOutOfRange, .unknownTopicOrPartition, .authentication, .authorization: true
        default: false
        }
    }

    /// What to do about it: one sentence.
    package var remedy: String {
        switch code {
        case .unavailable:
            "check that the brokers run and can be reached, and that security.protocol is theirs"
        case .timedOut: "ask again; what was asked may have been done"
        case .busy: "try again later; if it stays so, look at the brokers' health"
        case .fatal: "make a new client, and send again what was not acknowledged"
        case .notAMember: "drop the work on these partitions and poll: the group gives new ones"
        case .unknownTopicOrPartition: "create the topic, or correct its name or partition"
        case .offsetOutOfRange:
            "begin at an offset that the partition still holds, from a copy"
                + " of the state that reaches there"
        case .authentication: "correct the SASL or TLS settings, or the broker's account"
        case .authorization: "give this user the right to the topic, group or cluster"
        case .tooLarge: "send less in one message, or raise the limit of topic and client"
        case .tooFewBrokers: "start as many brokers as replicas are asked for, or ask for fewer"
        case .wrongConfiguration: "correct the setting"
        case .purged: "send it again through a new producer"
        case .notSupported: "use brokers that can: Kafka 2.4 or later"
        case .alreadyExists: "use the topic that is there, or choose another name"
        case .damaged: "read it again; if it stays so, look at the broker's disks and network"
        case .invalidArgument: "this is a fault in the program: report it"
        case .closed: "make a new client"
        case .failed: "look at the brokers' logs"
        }
    }
}

extension KafkaError: CustomStringConvertible {
    /// "partition: reason (name); remedy".
    package var description: String {
        var text = partition.map { "\($0.topic)[\($0.number)]: " } ?? ""
        text += reason
        if let name { text += " (\(name))" }
        if let offset { text += ", offset \(offset)" }
        if let bounds {
            text += ", the partition holds \(bounds.lowerBound) up to \(bounds.upperBound)"
        }
        return text + "; " + remedy
    }
}
