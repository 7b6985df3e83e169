/// When a checkpoint is begun, and how much may lie behind the last one before writing waits.
///
/// What lies behind it is folded again when the partition is opened: so events count by what that
/// takes. One that names what the store holds counts in full, for it must be read; of others so
/// many count as one.
package struct CheckpointPolicy: Equatable, Sendable {
    /// Events behind the last checkpoint at which the next is begun.
    package var tailEvents: UInt64
    /// How many events count as one whose identifiers the store does not hold.
    package var newEventsCountingAsOne: UInt64
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

    /// Begun at 98,304 events or 128 MiB, stored before there are 294,912 or 384 MiB: what is
    /// folded again in 5 seconds where each event's customers must be read back. At 10 M
    /// identifiers that takes 14 microseconds of processor an event on a quiet machine, nearly all
    /// of it RocksDB's; where nothing is read it takes a quarter of that.
    package static let standard = CheckpointPolicy(
        tailEvents: 98_304, tailBytes: 128 << 20, newEventsCountingAsOne: 4)

    /// The standard for another number of events, all of which count alike: the log's bytes grow
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
    /// All events count alike unless it is said otherwise.
    package init(
        tailEvents: UInt64, tailBytes: UInt64, newEventsCountingAsOne: UInt64 = 1,
        ageNanoseconds: UInt64 = CheckpointPolicy.standardAgeNanoseconds
    ) {
        precondition(newEventsCountingAsOne > 0, "an event counts")
        self.tailEvents = tailEvents
        self.tailBytes = tailBytes
        self.newEventsCountingAsOne = newEventsCountingAsOne
        self.ageNanoseconds = ageNanoseconds
        longestTailEvents = Self.longest(tailEvents)
        longestTailBytes = Self.longest(tailBytes)
    }

    private static func longest(_ tail: UInt64) -> UInt64 {
        let (longest, isOver) = tail.multipliedReportingOverflow(by: longestTailFactor)
        return isOver ? .max : longest
    }

    /// Whether so many events, `stored` of which name what the store holds, begin a checkpoint.
    func isDue(events: UInt64, stored: UInt64) -> Bool {
        counted(events, stored) >= tailEvents
    }

    /// Whether so many events, `stored` of which name what the store holds, have writing wait.
    func isLongest(events: UInt64, stored: UInt64) -> Bool {
        counted(events, stored) >= longestTailEvents
    }

    private func counted(_ events: UInt64, _ stored: UInt64) -> UInt64 {
        stored + (events - stored) / newEventsCountingAsOne
    }
}
