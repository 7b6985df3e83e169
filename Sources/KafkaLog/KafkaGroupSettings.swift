/// A membership in a consumer group.
package struct KafkaGroupSettings: Equatable, Sendable {
    /// The group's name.
    package var groupID: String
    /// Where reading begins in a partition that the group never committed in.
    package var whereNothingIsCommitted = KafkaStart.beginning
    /// Milliseconds between two calls of `poll` after which the member counts as stuck and loses
    /// its partitions; at least `sessionMilliseconds`.
    package var maximumPollMilliseconds = 300_000

    /// A membership in the group `groupID`.
    package init(groupID: String) { self.groupID = groupID }

    /// Milliseconds of silence after which the group gives a member's partitions to others: the
    /// least that a broker allows by default, so that they are taken over soon.
    package static let sessionMilliseconds = 6_000
    /// Milliseconds between two signs of life: three in a session.
    package static let heartbeatMilliseconds = 2_000

    /// How the group's partitions are given to its members: dealt out in turn, and all are taken
    /// away at each change. Not `cooperative-sticky`, which takes away only what moves: before
    /// librdkafka 2.4 it ends the process where a member goes between its joining and its first
    /// assignment (confluentinc/librdkafka issue 4312).
    private static let strategy = "roundrobin"

    var entries: [(key: String, value: String)] {
        [
            ("group.id", groupID), ("partition.assignment.strategy", KafkaGroupSettings.strategy),
            ("session.timeout.ms", String(KafkaGroupSettings.sessionMilliseconds)),
            ("heartbeat.interval.ms", String(KafkaGroupSettings.heartbeatMilliseconds)),
            ("max.poll.interval.ms", String(maximumPollMilliseconds)),
        ]
    }
}

/// What a group's member tells beside messages.
package enum KafkaGroupEvent: Sendable {
    /// The group has given these partitions to this member; their messages come from now on.
    case assigned([KafkaPartition])
    /// These are given up when the closure returns: what is done of them may be committed within
    /// it, unless they are lost already (`isLost`), for others have them then.
    case revoked([KafkaPartition], isLost: Bool)
    /// What became of a `commitSoon`: with no error all of it is committed.
    case committed([KafkaPosition], KafkaError?)
    /// Everything that a partition held was read; the next message will have this offset.
    case reachedEnd(KafkaPosition)
    /// Something failed. A partition whose offset was out of range is not read any more until the
    /// member joins anew; all else is tried again.
    case failed(KafkaError)
}
