/// What a plan is made from, beside the placement before it.
package struct PlacementInput: Sendable {
    /// A node that lives.
    package struct Node: Equatable, Sendable {
        /// Its name.
        package var id: NodeID
        /// Whether it wants to go: it gets nothing more, and gives up what it has.
        package var isLeaving: Bool
        /// How it stands with the partitions that it holds.
        package var replicas: [ReplicaStanding]

        /// A node of its members.
        package init(_ id: NodeID, isLeaving: Bool = false, _ replicas: [ReplicaStanding] = []) {
            self.id = id
            self.isLeaving = isLeaving
            self.replicas = replicas
        }
    }

    /// Every node that lives, in any order, each once.
    package var nodes: [Node]
    /// How many partitions the store has.
    package var partitionCount: Int
    /// How many nodes are to stand by for each partition, where there are so many.
    package var standbys: Int

    /// An input of its members.
    package init(_ nodes: [Node], partitionCount: Int, standbys: Int) {
        self.nodes = nodes
        self.partitionCount = partitionCount
        self.standbys = standbys
    }
}

/// What is known of the replicas of partitions, in the order in which nodes and partitions are
/// looked at.
struct ReplicaTable {
    private var standings: [[ReplicaStanding?]]
    private let ids: [NodeID]
    /// By partition, where its log ends as far as anybody has told.
    let ends: [UInt64]

    /// The table of nodes by rising id.
    init(_ nodes: [PlacementInput.Node], partitionCount: Int) {
        ids = nodes.map(\.id)
        var ends = [UInt64](repeating: 0, count: partitionCount)
        standings = nodes.map { node in
            var row = [ReplicaStanding?](repeating: nil, count: partitionCount)
            for standing in node.replicas where Int(standing.partition) < partitionCount {
                let place = Int(standing.partition)
                row[place] = standing
                ends[place] = max(ends[place], standing.logEnd ?? 0, standing.position ?? 0)
            }
            return row
        }
        self.ends = ends
    }

    /// How a node stands with a partition; nil where it holds nothing of it, or does not live.
    func standing(of node: NodeID, _ partition: Int) -> ReplicaStanding? {
        ids.firstIndex(of: node).flatMap { standings[$0][partition] }
    }

    /// How far a node is; nil where it has not opened the partition.
    func position(of node: NodeID, _ partition: Int) -> UInt64? {
        standing(of: node, partition)?.position
    }

    /// Whether a node could own the partition at once, or nearly so.
    func hasCaughtUp(_ node: NodeID, _ partition: Int) -> Bool {
        guard let standing = standing(of: node, partition), let position = standing.position,
            standing.role == .standby || standing.role == .owner
        else { return false }
        return ends[partition] - min(position, ends[partition])
            <= PlacementPlanner.caughtUpRecords
    }

    /// Whether a node has told that it cannot go on with the partition.
    func hasFailed(_ node: NodeID, _ partition: Int) -> Bool {
        standing(of: node, partition)?.role == .failed
    }
}
