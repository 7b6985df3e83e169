/// What a runtime's checkpoints did since it was opened, and what they cost its owner.
package struct CheckpointStatistics: Sendable {
    /// Checkpoints that were stored.
    package var checkpoints: UInt64 = 0
    /// Slices that were gathered.
    package var slices: UInt64 = 0
    /// Cuts before little was left, since the tail or memory had come to its limit.
    package var forcedCuts: UInt64 = 0
    /// How long each slice or cut stopped the owner.
    package var pauses = PauseHistogram()
    /// How long the owner waited for a checkpoint to be stored, since the tail or memory had come
    /// to its limit.
    package var waits = PauseHistogram()

    /// Nothing was done.
    package init() {}

    /// Adds what another partition's checkpoints did.
    static func += (sum: inout CheckpointStatistics, part: CheckpointStatistics) {
        sum.checkpoints += part.checkpoints
        sum.slices += part.slices
        sum.forcedCuts += part.forcedCuts
        sum.pauses += part.pauses
        sum.waits += part.waits
    }
}
