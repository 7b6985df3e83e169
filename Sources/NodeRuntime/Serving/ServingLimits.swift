/// How much a partition's thread takes on.
package struct ServingLimits: Equatable, Sendable {
    /// Questions that wait or are being answered.
    package var asks = 4_096
    /// Writes that wait or are being made durable.
    package var appends = 1_024
    /// The bytes of their records.
    package var appendBytes = 64 << 20
    /// The bytes of records that are made durable together, but for one write more.
    package var groupBytes = 4 << 20
    /// Records in the log that are not folded yet at which no further group is begun.
    package var stagedRecords = 256
    /// The bytes of deliveries to one other partition that are not in its log, but for one delivery
    /// more: 1 MiB.
    package var underwayBytes = 1 << 20
    /// The bytes of deliveries that have not left, over which nothing is folded: 16 MiB. What one
    /// record says comes on top of it.
    package var unsentBytes = 16 << 20
    /// Records that are folded, where more wait for it, before what they say is sent: to each
    /// receiver together.
    package var bundledRecords = 16
    /// The bytes of records in one partition's log that are not folded, over which no partition
    /// takes writes: 64 MiB.
    package var backlogBytes = 64 << 20
    /// How long questions are answered between two records, in nanoseconds, but for one question
    /// more: 1 ms.
    package var askNanoseconds: UInt64 = 1_000_000
    /// How long a question waits for the position that it is to see, in nanoseconds: 2 s.
    package var positionNanoseconds: UInt64 = 2_000_000_000
    /// How often the partition is tended while nothing comes, in nanoseconds: 250 ms.
    package var tendNanoseconds: UInt64 = 250_000_000
    /// How long what has changed waits to be told, in nanoseconds: 50 ms.
    package var tickNanoseconds: UInt64 = 50_000_000
    /// How often requests that are over their deadline are looked for, in nanoseconds: 50 ms.
    package var sweepNanoseconds: UInt64 = 50_000_000
    /// How often is looked whether a checkpoint that the writer waits for is stored, in
    /// nanoseconds: 0.5 ms.
    package var stallNanoseconds: UInt64 = 500_000

    /// How often is looked, at most, whether there is room again, in nanoseconds: 1 s.
    package var roomCheckNanoseconds: UInt64 = 1_000_000_000
    /// How often is looked whether a checkpoint that somebody asked for is stored, in nanoseconds:
    /// 10 ms.
    package var checkpointPollNanoseconds: UInt64 = 10_000_000

    /// Events in one record of a node that serves. Questions wait for one record: about a
    /// millisecond where each event's customers must be read from disk.
    package static let recordEvents = 64

    /// The usual limits.
    package init() {}
}
