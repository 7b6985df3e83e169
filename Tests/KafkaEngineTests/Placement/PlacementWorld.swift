import KafkaEngine
import TestSupport
import Testing

/// Nodes that come, die and leave by chance, and copy what the planner gives them; and what must
/// hold of every plan.
struct PlacementWorld {
    /// Plans after which all is at rest when nothing happens any more.
    static let plansToRest = 400

    private struct Replica {
        var partition: Int
        var role: ReplicaRole
        var position: UInt64
    }

    private struct Node {
        let id: NodeID
        var isLeaving = false
        /// Plans since it has wanted to leave.
        var patience = 20
        var replicas: [Replica] = []
    }

    private var chance: SeededGenerator
    private let partitionCount: Int
    private let standbys: Int
    private var ends: [UInt64]
    private var nodes: [Node] = []
    private var born = 0
    private(set) var placement: Placement?
    /// How often a partition had another owner after a plan.
    var moves = 0

    init(seed: UInt64) {
        chance = SeededGenerator(seed: seed)
        partitionCount = chance.pick([1, 3, 12, 13, 64])
        standbys = chance.below(4)
        ends = (0..<partitionCount).map { _ in 0 }
        for place in ends.indices { ends[place] = UInt64(chance.below(100_000)) }
        for _ in 0...chance.below(4) { join() }
    }

    // MARK: What happens

    /// Something, or nothing.
    mutating func happen() {
        switch chance.below(20) {
        case 0 where nodes.count < 9: join()
        case 1 where nodes.count > 1: nodes.remove(at: chance.below(nodes.count))
        case 2: nodes[chance.below(nodes.count)].isLeaving = true
        default: break
        }
        if !nodes.contains(where: { !$0.isLeaving }) { join() }
    }

    /// One thing; says how many partitions have to move for it.
    mutating func change() -> Int {
        let before = owned()
        switch chance.below(3) {
        case 1 where nodes.count > 1:
            let dead = nodes.remove(at: chance.below(nodes.count))
            let orphans = owned(by: dead.id)
            // Where orphans go is the plan's choice; what is over then has to move besides.
            let after = firstPlanOwned()
            return orphans + Self.surplus(after)
        case 2 where nodes.count > 1:
            let place = chance.below(nodes.count)
            nodes[place].isLeaving = true
            nodes[place].patience = .max
            var rest = before
            return rest.remove(at: place) + Self.surplus(rest, total: partitionCount)
        default:
            join()
            return Self.surplus(before + [0])
        }
    }

    private mutating func join() {
        // Names whose order is not that of joining.
        let name = "n\((born * 7) % 10)-\(born)"
        born += 1
        guard let id = NodeID(name) else { preconditionFailure("a node may have that name") }
        nodes.insert(Node(id: id), at: chance.below(nodes.count + 1))
    }

    private func owned(by id: NodeID) -> Int {
        placement?.partitions.count { $0.seats.owner == id } ?? 0
    }

    private func owned() -> [Int] { nodes.map { owned(by: $0.id) } }

    /// How many each node owns once the dead are replaced, and nothing else was done.
    private func firstPlanOwned() -> [Int] {
        let next = PlacementPlanner.plan(placement, input, by: nodes[0].id)
        var owners = placement?.partitions.map(\.seats.owner) ?? []
        for place in owners.indices where !nodes.contains(where: { $0.id == owners[place] }) {
            if let next { owners[place] = next.partitions[place].seats.owner }
        }
        return nodes.map { node in owners.count { $0 == node.id } }
    }

    /// How many are over what each is to have, where those who have the most keep the odd ones.
    private static func surplus(_ owned: [Int], total: Int? = nil) -> Int {
        let total = total ?? owned.reduce(0, +)
        let sorted = owned.sorted(by: >)
        return sorted.indices.reduce(0) { sum, place in
            let quota = total / owned.count + (place < total % owned.count ? 1 : 0)
            return sum + max(0, sorted[place] - quota)
        }
    }

    // MARK: Plans

    private var input: PlacementInput {
        PlacementInput(
            nodes.map { node in
                PlacementInput.Node(
                    node.id, isLeaving: node.isLeaving,
                    node.replicas.map { replica in
                        let isOpen = replica.role != .opening
                        return ReplicaStanding(
                            UInt16(replica.partition), replica.role,
                            position: isOpen ? replica.position : nil,
                            logEnd: isOpen ? ends[replica.partition] : nil)
                    })
            }, partitionCount: partitionCount, standbys: standbys)
    }

    /// Whether the next plan is the last one, and all partitions are where they are to be.
    func isAtRest() throws -> Bool {
        guard let placement,
            PlacementPlanner.plan(placement, input, by: nodes[0].id) == placement
        else { return false }
        return placement.partitions.allSatisfy { $0.seats == $0.goal }
            && !nodes.contains(where: \.isLeaving)
    }

    /// A plan, and time in which nodes do what it says.
    mutating func step() throws {
        let input = input
        let next = try #require(PlacementPlanner.plan(placement, input, by: nodes[0].id))
        var other = input
        other.nodes = chance.shuffled(input.nodes)
        for place in other.nodes.indices {
            other.nodes[place].replicas = chance.shuffled(other.nodes[place].replicas)
        }
        let same = PlacementPlanner.plan(placement, other, by: nodes[0].id)
        #expect(same == next, "the order of what is given tells")
        try check(next, after: placement)
        for (place, partition) in (placement?.partitions ?? []).enumerated()
        where partition.seats.owner != next.partitions[place].seats.owner {
            moves += 1
        }
        placement = next
        obey(next)
    }

    private func check(_ next: Placement, after last: Placement?) throws {
        #expect(next.partitions.count == partitionCount)
        #expect(next == last || next.epoch == (last?.epoch ?? 0) + 1)
        for (place, partition) in next.partitions.enumerated() {
            let seats = partition.seats
            #expect(!seats.standbys.contains(seats.owner))
            #expect(zip(seats.standbys, seats.standbys.dropFirst()).allSatisfy { $0 < $1 })
            #expect(([seats.owner] + seats.standbys).allSatisfy { node($0) != nil })
            guard let before = last?.partitions[place].seats else { continue }
            for id in [seats.owner] + seats.standbys where !before.hold(id) {
                #expect(node(id)?.isLeaving == false, "who leaves gets nothing")
            }
            guard before.owner != seats.owner else { continue }
            if node(before.owner) != nil {
                #expect(before.standbys.contains(seats.owner))
                #expect(lag(of: seats.owner, place) <= PlacementPlanner.caughtUpRecords)
            } else {
                expectFurthest(seats.owner, place, before)
            }
        }
    }

    /// One that has caught up is as good as the one that is furthest on.
    private func expectFurthest(_ owner: NodeID, _ partition: Int, _ before: Seats) {
        let living = before.standbys.filter { node($0) != nil }
        let stay = living.filter { node($0)?.isLeaving == false }
        let choice = stay.isEmpty ? living : stay
        guard let least = choice.map({ lag(of: $0, partition) }).min() else { return }
        #expect(choice.contains(owner))
        let behind = lag(of: owner, partition)
        #expect(behind == least || behind <= PlacementPlanner.caughtUpRecords)
    }

    private func node(_ id: NodeID) -> Node? { nodes.first { $0.id == id } }

    private func lag(of id: NodeID, _ partition: Int) -> UInt64 {
        let replica = node(id)?.replicas.first { $0.partition == partition }
        guard let replica, replica.role != .opening else { return .max }
        return ends[partition] - replica.position
    }

    /// Nodes open, close and fold; who has left is gone.
    private mutating func obey(_ placement: Placement) {
        for place in ends.indices { ends[place] += UInt64(chance.below(500)) }
        for index in nodes.indices {
            let roles = placement.roles(of: nodes[index].id)
            nodes[index].replicas.removeAll { roles[$0.partition] == nil }
            for partition in 0..<partitionCount where roles[partition] != nil {
                let place = nodes[index].replicas.firstIndex { $0.partition == partition }
                guard let place else {
                    nodes[index].replicas.append(
                        Replica(partition: partition, role: .opening, position: 0))
                    continue
                }
                let replica = nodes[index].replicas[place]
                nodes[index].replicas[place] = folded(replica, as: roles[partition])
            }
            if nodes[index].isLeaving, nodes[index].patience < .max {
                nodes[index].patience -= 1
            }
        }
        nodes.removeAll { node in
            node.isLeaving && (!placement.hold(node.id) || node.patience == 0)
        }
    }

    private mutating func folded(_ replica: Replica, as role: AssignedRole?) -> Replica {
        if replica.role == .opening, chance.chance(50) { return replica }
        let end = ends[replica.partition]
        let position = chance.chance(40) ? end : end - (end - replica.position) / 2
        return Replica(
            partition: replica.partition, role: role == .owner ? .owner : .standby,
            position: position)
    }

    // MARK: Rest

    /// What holds at rest: as many standbys as there can be, and everyone with as much as others.
    func expectBalance() {
        guard let placement else { return }
        for partition in placement.partitions {
            #expect(partition.seats.standbys.count == min(standbys, nodes.count - 1))
        }
        let stoodBy = nodes.map { node in
            placement.partitions.count { $0.seats.standbys.contains(node.id) }
        }
        for counts in [owned(), stoodBy] {
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "\(counts)")
        }
    }
}
