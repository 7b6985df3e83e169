package import IdentityModel
package import NodeRuntime
internal import WireFormat

/// Where a node has the states of its partitions.
package struct StateHome<State: StatePort>: Sendable {
    /// Opens a partition's state: nobody else's until it is closed. May take long.
    package let open: @Sendable (PartitionID) throws(StoreFailure) -> State
    /// Closes a state that `open` gave.
    package let close: @Sendable (PartitionID, State) -> Void
    /// Moves a partition's state, which is not open and was found damaged, out of the way, where it
    /// is kept. Throws where one is kept already: what has failed twice is not made anew for ever.
    package let setAside: @Sendable (PartitionID, StoreFailure) throws(StoreFailure) -> Void
    /// Where their snapshots are; nil: there are none.
    package let snapshots: (any SnapshotPort)?

    /// A home of these.
    package init(
        open: @escaping @Sendable (PartitionID) throws(StoreFailure) -> State,
        close: @escaping @Sendable (PartitionID, State) -> Void,
        setAside: @escaping @Sendable (PartitionID, StoreFailure) throws(StoreFailure) -> Void,
        snapshots: (any SnapshotPort)? = nil
    ) {
        self.open = open
        self.close = close
        self.setAside = setAside
        self.snapshots = snapshots
    }

    /// Opens a partition's state as it can go on with a log that begins at `start`: its own, else
    /// the newest snapshot that reaches there, else none for a log that has all records. Each must
    /// have folded a record that the log still has, for that is how they are known to belong
    /// together. Its own that is damaged is set aside.
    ///
    /// - Parameter goesOn: false once the partition is not wanted here any more.
    /// - Throws: `StoreFailure`.
    func open(
        _ partition: PartitionID, logStart start: UInt64, goesOn: () -> Bool
    ) throws(StoreFailure) -> State {
        let own: (state: State, position: UInt64)
        do throws(StoreFailure) {
            own = try openOwn(partition)
        } catch  where error.isOfState {
            try setAside(partition, error)
            own = try openOwn(partition)
        }
        if own.position > start || start == 0 && snapshots == nil { return own.state }
        close(partition, own.state)
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

    private func openOwn(
        _ partition: PartitionID
    ) throws(StoreFailure) -> (state: State, position: UInt64) {
        let own = try open(partition)
        do throws(StoreFailure) {
            return (own, try StoredHeader.read(own)?.position ?? 0)
        } catch {
            close(partition, own)
            throw error
        }
    }
}
