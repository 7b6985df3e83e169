/// How much of a checkpoint is gathered at once: little enough not to be noticed, and enough to
/// come to an end.
package struct CheckpointSlice: Equatable, Sendable {
    /// Events between two slices; there is one behind each record too.
    package var events: Int
    /// Changed entities at least.
    package var entities: Int
    /// Bytes of keys and values at which a slice ends.
    package var bytes: Int
    /// Entities left at which the rest is taken at once: the cut.
    package var cutEntities: Int

    /// What takes well under a millisecond, but for customers of hundreds of identifiers.
    package static let standard = CheckpointSlice(
        events: 32, entities: 200, bytes: 64 << 10, cutEntities: 200)

    /// How many times what has newly changed since the last slice is taken, whatever a slice's
    /// size: over 1, so that what waits becomes less.
    package static let pace = 2

    /// A slice with its members.
    package init(events: Int, entities: Int, bytes: Int, cutEntities: Int) {
        self.events = events
        self.entities = entities
        self.bytes = bytes
        self.cutEntities = cutEntities
    }
}
