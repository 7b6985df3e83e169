package import NodeRuntime

/// How much a feeder may have under way, and how fast it may be.
package struct FeederSettings: Sendable {
    /// Events that are sent in a second at most; nil: as many as the store takes.
    package var eventsPerSecond: Int?
    /// Events of this feeder that may lie in the topic without a router having taken them: 131,072.
    /// What others send meanwhile waits behind no more of them than that.
    package var untakenEvents = 131_072
    /// Records that an owner may be behind the end of its log, over which nothing further is sent:
    /// 128. Whatever the partitions have to do beside comes first.
    package var recordsBehind: UInt64 = 128
    /// Bytes that were sent and not heard of, over which nothing further is sent: 32 MiB.
    package var inFlightBytes = 32 << 20
    /// The time that the rate is kept by.
    package var time = MonotonicTime.system

    /// Parts of a second that a rate is kept in: a frame holds no more than one allows.
    private static let framesPerSecond = 10

    /// The defaults; `eventsPerSecond` is at least 1.
    package init(eventsPerSecond: Int? = nil) {
        precondition(eventsPerSecond ?? 1 >= 1, "a rate is at least an event a second")
        self.eventsPerSecond = eventsPerSecond
    }

    /// Events that a frame may hold.
    package var eventsPerFrame: Int {
        eventsPerSecond.map { max(1, $0 / Self.framesPerSecond) } ?? .max
    }
}
