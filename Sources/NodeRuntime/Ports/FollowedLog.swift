package import IdentityModel

/// A log that others order and keep: a topic partition of Kafka.
///
/// What was read of it is durable there, so a checkpoint has nothing to sync. Nor does it trim: a
/// node that holds one of several copies does not know the oldest snapshot that is kept.
package struct FollowedLog: LogUpkeep, Sendable {
    /// A log that others keep.
    package init() {}

    /// Nothing: what was read is durable.
    package func sync() {}

    /// Nothing: whoever knows all snapshots trims.
    package func trim(before offset: UInt64, of partition: PartitionID) {}
}
