/// Gives what dead nodes had to nodes that live.
struct PlacementRepair {
    private let living: [NodeID]
    private let takers: [NodeID]
    private let table: ReplicaTable

    /// A repair among nodes by rising id.
    init(_ nodes: [PlacementInput.Node], _ table: ReplicaTable) {
        living = nodes.map(\.id)
        takers = nodes.filter { !$0.isLeaving }.map(\.id)
        self.table = table
    }

    /// Seats that only living nodes have: those of `last`, else new ones.
    func repaired(_ last: [PartitionPlacement]?, count: Int) -> [Seats] {
        let kept: [Seats?] = (0..<count).map { place in
            last.flatMap { repaired($0[place].seats, place) }
        }
        var owned = takers.map { taker in kept.count { $0?.owner == taker } }
        return kept.map { seats in
            if let seats { return seats }
            // The first of those who own the fewest: takers are by rising id.
            let least = owned.indices.min { owned[$0] < owned[$1] } ?? 0
            owned[least] += 1
            return Seats(owner: takers[least])
        }
    }

    /// Nil where nobody is left.
    private func repaired(_ seats: Seats, _ partition: Int) -> Seats? {
        let standbys = seats.standbys.filter { living.contains($0) }
        guard living.contains(seats.owner) else {
            let stay = standbys.filter { takers.contains($0) }
            guard let next = furthest(of: stay, partition) ?? furthest(of: standbys, partition)
            else { return nil }
            return Seats(owner: next, standbys: standbys.filter { $0 != next })
        }
        let ready = standbys.filter { table.hasCaughtUp($0, partition) }
        guard table.hasFailed(seats.owner, partition), let next = furthest(of: ready, partition)
        else { return Seats(owner: seats.owner, standbys: standbys) }
        return Seats(owner: next, standbys: standbys.filter { $0 != next } + [seats.owner])
    }

    /// The first of those who are furthest on.
    private func furthest(of nodes: [NodeID], _ partition: Int) -> NodeID? {
        var best: (node: NodeID, records: UInt64)?
        for node in nodes {
            // One that has opened the partition at its start is before one that has not.
            let records = table.position(of: node, partition).map { $0 + 1 } ?? 0
            if best.map({ records > $0.records }) ?? true { best = (node, records) }
        }
        return best?.node
    }
}
