/// The steps towards a goal that can be taken now.
struct PlacementSteps {
    private let nodes: [NodeID]
    private let table: ReplicaTable
    private let seats: [Seats]

    /// Steps from seats that living nodes have, given by rising id.
    init(_ nodes: [PlacementInput.Node], _ table: ReplicaTable, _ seats: [Seats]) {
        self.nodes = nodes.map(\.id)
        self.table = table
        self.seats = seats
    }

    /// Where the partitions are after the steps.
    func taken(towards goals: [Seats]) -> [PartitionPlacement] {
        var copies = nodes.map { node in
            seats.indices.count {
                seats[$0].standbys.contains(node) && !table.hasCaughtUp(node, $0)
            }
        }
        return seats.indices.map { place in
            let goal = goals[place]
            var owner = seats[place].owner
            var standbys = seats[place].standbys
            if standbys.contains(goal.owner), table.hasCaughtUp(goal.owner, place) {
                standbys = standbys.filter { $0 != goal.owner } + [owner]
                owner = goal.owner
            }
            for node in [goal.owner] + goal.standbys
            where node != owner && !standbys.contains(node) {
                guard let index = nodes.firstIndex(of: node),
                    copies[index] < PlacementPlanner.copiesAtOnce
                else { continue }
                copies[index] += 1
                standbys.append(node)
            }
            standbys = needed(standbys, place, goal)
            return PartitionPlacement(Seats(owner: owner, standbys: standbys), goal: goal)
        }
    }

    /// Those of `standbys` who are to stay, and the others while they are needed: for as long as
    /// not all who are to stand by have caught up, if they have themselves.
    private func needed(_ standbys: [NodeID], _ place: Int, _ goal: Seats) -> [NodeID] {
        let isReady = goal.standbys.allSatisfy {
            standbys.contains($0) && table.hasCaughtUp($0, place)
        }
        return standbys.filter { node in
            goal.hold(node) || !isReady && table.hasCaughtUp(node, place)
        }
    }
}
