/// Where one partition's checkpoints are: sorted keys and values, changed in whole checkpoints.
///
/// Called from two threads: the owner's reads, and beside it another applies a checkpoint. A read
/// finds all of it or nothing of it. Every call may block.
package protocol StatePort: SendableMetatype {
    /// Puts the value of `key` into `value` and says whether there is one.
    func read(_ key: [UInt8], into value: inout [UInt8]) throws(StoreFailure) -> Bool

    /// Gives the entries of `lower..<upper` to `body`, in order of their keys, until it says false.
    func scan(
        from lower: [UInt8], to upper: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StoreFailure)

    /// Like `scan`, where a few entries are wanted: the store reads nothing ahead.
    func scanFew(
        from lower: [UInt8], to upper: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StoreFailure)

    /// Applies all changes at once and durably, or none.
    func apply(_ batch: CheckpointBatch) throws(StoreFailure)
}

extension StatePort {
    /// `scan`, for stores that never read ahead.
    package func scanFew(
        from lower: [UInt8], to upper: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StoreFailure) { try scan(from: lower, to: upper, body) }
}
