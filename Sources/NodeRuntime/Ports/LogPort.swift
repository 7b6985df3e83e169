package import IdentityModel

/// What a checkpoint needs of the logs: that they are durable up to it, and let go of behind it.
///
/// Called from several threads. Every call may block.
package protocol LogUpkeep: SendableMetatype {
    /// Makes all that was appended so far outlive a power loss.
    func sync() throws(StoreFailure)

    /// Lets go of the records before `offset`, which is at most the last record's: that one stays,
    /// so that the log's end is never in doubt. Others may stay for a while.
    func trim(before offset: UInt64, of partition: PartitionID) throws(StoreFailure)
}

/// Where a node's logs are: one ordered log of records per partition.
///
/// Called from several threads: the owner's appends and reads, and beside it others sync, and trim
/// for a checkpoint. Every call may block.
package protocol LogPort: LogUpkeep {
    /// The offsets that are held, from the first that was not trimmed to behind the last.
    func bounds(of partition: PartitionID) throws(StoreFailure) -> Range<UInt64>

    /// Adds the record at `offset`, which is the end of the bounds. When it returns the record
    /// outlives the process; it outlives a power loss only after `sync`.
    func append(
        _ record: Span<UInt8>, at offset: UInt64, of partition: PartitionID
    ) throws(StoreFailure)

    /// Gives the records from `offset` on to `body`, in order, until it says false.
    func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ record: Span<UInt8>) -> Bool
    ) throws(StoreFailure)
}
