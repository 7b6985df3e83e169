/// When a checkpoint is begun, and how much may lie behind the last one before writing waits.
package struct CheckpointPolicy: Equatable, Sendable {
    /// Events behind the last checkpoint at which the next is begun.
    package var tailEvents: UInt64
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

    /// Begun at 98,304 events or 32 MiB, stored before there are 294,912 or 96 MiB: what is folded
    /// again in 5 seconds where each event's customers must be read back. At 10 M identifiers that
    /// takes 14 microseconds of processor an event on a quiet machine, nearly all of it RocksDB's.
    package static let standard = CheckpointPolicy(tailEvents: 98_304, tailBytes: 32 << 20)

    /// None is ever begun.
    package static let never = CheckpointPolicy(
        tailEvents: .max, tailBytes: .max, ageNanoseconds: .max)

    /// A policy whose longest tail is so many times longer than the one that begins a checkpoint.
    package init(
        tailEvents: UInt64, tailBytes: UInt64,
        ageNanoseconds: UInt64 = CheckpointPolicy.standardAgeNanoseconds
    ) {
        self.tailEvents = tailEvents
        self.tailBytes = tailBytes
        self.ageNanoseconds = ageNanoseconds
        longestTailEvents = Self.longest(tailEvents)
        longestTailBytes = Self.longest(tailBytes)
    }

    private static func longest(_ tail: UInt64) -> UInt64 {
        let (longest, isOver) = tail.multipliedReportingOverflow(by: longestTailFactor)
        return isOver ? .max : longest
    }
}
