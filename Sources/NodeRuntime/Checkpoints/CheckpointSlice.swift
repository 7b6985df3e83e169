/// How much of a checkpoint is gathered behind one record: little enough not to be noticed, and
/// enough to come to an end.
package struct CheckpointSlice: Equatable, Sendable {
    /// Changed entities at least.
    package var entities: Int
    /// Bytes of keys and values at which a slice ends.
    package var bytes: Int
    /// Entities left at which the rest is taken at once: the cut.
    package var cutEntities: Int

    /// What takes one to two milliseconds.
    package static let standard = CheckpointSlice(
        entities: 2_000, bytes: 512 << 10, cutEntities: 2_000)

    /// How many times what a record has newly changed is taken behind it, whatever the size of the
    /// slice: over 1, so that what waits becomes less.
    package static let pace = 2

    /// A slice with its members.
    package init(entities: Int, bytes: Int, cutEntities: Int) {
        self.entities = entities
        self.bytes = bytes
        self.cutEntities = cutEntities
    }
}
