/// How much of a checkpoint is gathered at once: little enough not to be noticed, and enough to
/// come to an end.
package struct CheckpointSlice: Equatable, Sendable {
    /// Events between two slices; there is one behind each record too.
    package var events: Int
    /// Changed entities that are taken if no more are owed.
    package var entities: Int
    /// Bytes of keys and values at which a slice ends if no more is owed.
    package var bytes: Int
    /// Time at which a slice ends in any case; what it still owes is owed by the next ones.
    package var nanoseconds: UInt64
    /// Entities left at which the rest is taken at once: the cut.
    package var cutEntities: Int

    /// What takes a millisecond at most, but for one entity that takes longer.
    package static let standard = CheckpointSlice(
        events: 32, entities: 200, bytes: 64 << 10, cutEntities: 200)

    /// How many times what has newly changed since the last slice is owed: over 1, so that what
    /// waits becomes less; the more over 1, the sooner it is done, and the less is written twice.
    package static let pace = 4

    /// A slice with its members.
    package init(
        events: Int, entities: Int, bytes: Int, nanoseconds: UInt64 = 1_000_000, cutEntities: Int
    ) {
        self.events = events
        self.entities = entities
        self.bytes = bytes
        self.nanoseconds = nanoseconds
        self.cutEntities = cutEntities
    }
}
