package import IdentityModel

/// Where the changes that partitions tell are kept: one ordered list per partition, which may begin
/// anywhere and may be begun again.
///
/// Called from several threads: each partition's owner appends, trims and cuts, readers read
/// beside. Every call may block.
package protocol FeedPort: Sendable {
    /// The offsets that are held, from the first to behind the last; empty where none are.
    func bounds(of partition: PartitionID) throws(StoreFailure) -> Range<UInt64>

    /// Adds changes, all of them or none, of which the first is at `offset`: the end of the bounds,
    /// or any where none is held. When it returns they outlive the process; they outlive a power
    /// loss only after `sync`.
    func append(
        _ changes: [[UInt8]], from offset: UInt64, of partition: PartitionID
    ) throws(StoreFailure)

    /// Makes all that was appended so far outlive a power loss.
    func sync() throws(StoreFailure)

    /// Gives the changes from `offset` on to `body`, in order, until it says false.
    func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ change: Span<UInt8>) -> Bool
    ) throws(StoreFailure)

    /// Lets go of the changes before `offset`, which is at most the last one's.
    func trim(before offset: UInt64, of partition: PartitionID) throws(StoreFailure)

    /// Lets go of the changes from `offset` on; of all where there are none before it.
    func cut(from offset: UInt64, of partition: PartitionID) throws(StoreFailure)
}
