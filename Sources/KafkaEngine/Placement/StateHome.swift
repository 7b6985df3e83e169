package import IdentityModel
package import NodeRuntime
internal import WireFormat

/// Where a node has the states of its partitions.
package struct StateHome<State: StatePort>: Sendable {
    /// Opens a partition's state: nobody else's until it is closed. May take long.
    package let open: @Sendable (PartitionID) throws(StoreFailure) -> State
    /// Closes a state that `open` gave.
    package let close: @Sendable (PartitionID, State) -> Void
    /// Where their snapshots are; nil: there are none.
    package let snapshots: (any SnapshotPort)?

    /// A home of these.
    package init(
        open: @escaping @Sendable (PartitionID) throws(StoreFailure) -> State,
        close: @escaping @Sendable (PartitionID, State) -> Void,
        snapshots: (any SnapshotPort)? = nil
    ) {
        self.open = open
        self.close = close
        self.snapshots = snapshots
    }

    /// Opens a partition's state as it can go on with a log that begins at `start`: its own, else
    /// the newest snapshot that reaches there, else none for a log that has all records. Each must
    /// have folded a record that the log still has, for that is how they are known to belong
    /// together.
    ///
    /// - Parameter goesOn: false once the partition is not wanted here any more.
    /// - Throws: `StoreFailure`.
    func open(
        _ partition: PartitionID, logStart start: UInt64, goesOn: () -> Bool
    ) throws(StoreFailure) -> State {
        let own = try open(partition)
        do throws(StoreFailure) {
            let position = try StoredHeader.read(own)?.position ?? 0
            if position > start || start == 0 && snapshots == nil { return own }
        } catch {
            close(partition, own)
            throw error
        }
        close(partition, own)
        if let position = try snapshots?.bringBack(partition, after: start, goesOn: goesOn) {
            snapshots?.note(.broughtBack(partition, position: position))
        } else if start > 0 {
            throw StoreFailure(
                .damaged,
                "the log of partition \(partition.rawValue) was trimmed to offset \(start), and no "
                    + "snapshot reaches it", remedy: Remedy.findSnapshot)
        }
        return try open(partition)
    }
}
