/// Who owns a partition and who stands by.
package struct Seats: Codable, Equatable, Sendable {
    /// The node that owns it.
    package var owner: NodeID
    /// The nodes that stand by, by rising id; the owner is none of them.
    package var standbys: [NodeID]

    /// The seats of one partition, in any order.
    package init(owner: NodeID, standbys: [NodeID] = []) {
        self.owner = owner
        self.standbys = standbys.sorted()
    }

    /// Whether a node has a seat here.
    package func hold(_ node: NodeID) -> Bool { owner == node || standbys.contains(node) }
}

/// One partition's part of a placement.
package struct PartitionPlacement: Equatable, Sendable {
    /// Who has it now.
    package var seats: Seats
    /// Who is to have it, once those who are new to it have caught up.
    package var goal: Seats

    /// A partition that is with those who are to have it, unless told otherwise.
    package init(_ seats: Seats, goal: Seats? = nil) {
        self.seats = seats
        self.goal = goal ?? seats
    }
}

/// Which nodes have which partitions of a store. Ownership is no safety matter: two that own a
/// partition at once say the same. So a placement is a word to go by, and the last one stands.
package struct Placement: Equatable, Sendable {
    /// One more with every change.
    package var epoch: UInt64
    /// Who has written it.
    package var coordinator: NodeID
    /// By partition.
    package var partitions: [PartitionPlacement]

    /// A placement of its members.
    package init(epoch: UInt64, coordinator: NodeID, partitions: [PartitionPlacement]) {
        self.epoch = epoch
        self.coordinator = coordinator
        self.partitions = partitions
    }

    /// What a node is to do with each partition; nil: nothing.
    package func roles(of node: NodeID) -> [AssignedRole?] {
        partitions.map { partition in
            if partition.seats.owner == node { return .owner }
            return partition.seats.standbys.contains(node) ? .standby : nil
        }
    }

    /// Whether a node has a seat anywhere.
    package func hold(_ node: NodeID) -> Bool { partitions.contains { $0.seats.hold(node) } }
}

/// What a node is to do with a partition.
package enum AssignedRole: Sendable {
    /// Fold its log and say nothing.
    case standby
    /// Fold its log and say what comes of it.
    case owner
}
