/// When a checkpoint is begun, and how much may lie behind the last one before writing waits.
///
/// What lies behind it is folded again when the partition is opened: so events count, and what must
/// be read for them counts more.
package struct CheckpointPolicy: Equatable, Sendable {
    /// Events behind the last checkpoint at which the next is begun.
    package var tailEvents: UInt64
    /// As how many events a home or component counts that folding the tail again must read.
    package var eventsPerRead: UInt64
    /// Bytes of log behind the last checkpoint at which the next is begun.
    package var tailBytes: UInt64
    /// The age of the oldest record behind the last checkpoint at which the next is begun, in
    /// nanoseconds.
    package var ageNanoseconds: UInt64
    /// Events behind the last stored checkpoint at which writing waits until one is stored.
    package var longestTailEvents: UInt64
    /// Bytes of log behind the last stored checkpoint at which writing waits until one is stored.
    package var longestTailBytes: UInt64

    /// How much longer the tail may be than where the next checkpoint is begun: while one is
    /// gathered and stored, records go on coming.
    package static let longestTailFactor: UInt64 = 3
    /// A minute: what rests for that long rests in a checkpoint.
    package static let standardAgeNanoseconds: UInt64 = 60_000_000_000

    /// Begun at 393,216 events or 128 MiB, stored before there are three times as many: what is
    /// folded again in 5 seconds where nothing is read. An event takes 4 microseconds of processor;
    /// one that joins two customers of 10 M identifiers counts for ten and takes twenty times as
    /// long, nearly all of it RocksDB's, also for what is looked for in vain: 9 seconds at most.
    package static let standard = CheckpointPolicy(
        tailEvents: 393_216, tailBytes: 128 << 20, eventsPerRead: 4)

    /// The standard for another number of events, which alone count: the log's bytes grow
    /// with it, so that it is the events that begin a checkpoint, as long as they are no larger
    /// than the standard's may be.
    package static func standard(tailEvents: UInt64) -> CheckpointPolicy {
        let bytesPerEvent = standard.tailBytes / standard.tailEvents
        let (bytes, isOver) = tailEvents.multipliedReportingOverflow(by: bytesPerEvent)
        return CheckpointPolicy(
            tailEvents: tailEvents, tailBytes: isOver ? .max : max(bytes, standard.tailBytes))
    }

    /// None is ever begun.
    package static let never = CheckpointPolicy(
        tailEvents: .max, tailBytes: .max, ageNanoseconds: .max)

    /// A policy whose longest tail is so many times longer than the one that begins a checkpoint.
    /// Events alone count unless it is said otherwise.
    package init(
        tailEvents: UInt64, tailBytes: UInt64, eventsPerRead: UInt64 = 0,
        ageNanoseconds: UInt64 = CheckpointPolicy.standardAgeNanoseconds
    ) {
        self.tailEvents = tailEvents
        self.tailBytes = tailBytes
        self.eventsPerRead = eventsPerRead
        self.ageNanoseconds = ageNanoseconds
        longestTailEvents = Self.longest(tailEvents)
        longestTailBytes = Self.longest(tailBytes)
    }

    private static func longest(_ tail: UInt64) -> UInt64 {
        let (longest, isOver) = tail.multipliedReportingOverflow(by: longestTailFactor)
        return isOver ? .max : longest
    }

    /// Whether so many events, for which so much must be read, begin a checkpoint.
    func isDue(events: UInt64, reads: UInt64) -> Bool {
        events + reads * eventsPerRead >= tailEvents
    }

    /// Whether so many events, for which so much must be read, have writing wait.
    func isLongest(events: UInt64, reads: UInt64) -> Bool {
        events + reads * eventsPerRead >= longestTailEvents
    }
}
