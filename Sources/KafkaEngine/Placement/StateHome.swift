package import IdentityModel
package import NodeRuntime

/// Where a node has the states of its partitions.
package struct StateHome<State: StatePort>: Sendable {
    /// Opens a partition's state: nobody else's until it is closed. May take long.
    package let open: @Sendable (PartitionID) throws(StoreFailure) -> State
    /// Closes a state that `open` gave.
    package let close: @Sendable (PartitionID, State) -> Void

    /// A home of these two.
    package init(
        open: @escaping @Sendable (PartitionID) throws(StoreFailure) -> State,
        close: @escaping @Sendable (PartitionID, State) -> Void
    ) {
        self.open = open
        self.close = close
    }
}
