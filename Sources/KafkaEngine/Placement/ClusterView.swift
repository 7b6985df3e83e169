/// What a node knows of all nodes of its store: what `/v1/cluster` tells.
package struct ClusterView: Equatable, Sendable {
    /// A node, as its last beat tells of it.
    package struct Node: Equatable, Sendable {
        /// Its name.
        package var id: NodeID
        /// What it has told last.
        package var record: NodeRecord
        /// Whether it counts as living.
        package var isAlive: Bool
        /// Nanoseconds since its last beat came here.
        package var silenceNanoseconds: UInt64
        /// Beside each of `record.replicas`: how many records it is behind the end of the log, as
        /// far as living nodes have told; nil where it has not opened the partition.
        package var lags: [UInt64?]
    }

    /// All nodes that are not forgotten, by rising id.
    package var nodes: [Node] = []
    /// Who says who has which partition, as far as this node knows; nil: nobody.
    package var coordinator: NodeID?
    /// The last placement; nil before the first.
    package var placement: Placement?
    /// The version of the machine's logic that the store is at.
    package var logicVersion: UInt64 = 0
    /// Records of placement that could not be read.
    package var damagedRecords: UInt64 = 0

    /// Whether each partition is owned by the node that is to own it, as that one says itself, or
    /// cannot be.
    package var isInHand: Bool {
        guard let placement else { return true }
        return placement.partitions.enumerated().allSatisfy { number, partition in
            nodes.contains { node in
                node.id == partition.seats.owner
                    && node.record.replicas.contains {
                        Int($0.partition) == number && ($0.role == .owner || $0.role == .failed)
                    }
            }
        }
    }

    /// The living nodes that own, and those that stand by for a partition, as they say themselves.
    package func holders(of partition: UInt16, as role: ReplicaRole) -> [NodeID] {
        nodes.filter { node in
            node.isAlive
                && node.record.replicas.contains { $0.partition == partition && $0.role == role }
        }.map(\.id)
    }
}
