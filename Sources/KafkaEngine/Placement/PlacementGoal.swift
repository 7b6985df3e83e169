/// Where all seats are to be in the end: balanced, and near to where they are.
struct PlacementGoal {
    /// Nodes that may have seats, by rising id. Other lists that go by node are in this order.
    private let takers: [NodeID]
    private let table: ReplicaTable
    private let seats: [Seats]
    /// How many stand by for each partition.
    private let standbyCount: Int
    private var owners: [NodeID]
    private var standbys: [[NodeID]]

    /// A goal for seats that living nodes have, given by rising id.
    init(
        _ nodes: [PlacementInput.Node], _ table: ReplicaTable, _ seats: [Seats], standbys: Int
    ) {
        takers = nodes.filter { !$0.isLeaving }.map(\.id)
        self.table = table
        self.seats = seats
        standbyCount = min(standbys, takers.count - 1)
        owners = seats.map(\.owner)
        self.standbys = []
    }

    /// Whether a goal that was made before still is one.
    func holds(_ goal: [Seats]) -> Bool {
        for seats in goal {
            guard takers.contains(seats.owner), seats.standbys.count == standbyCount,
                seats.standbys.allSatisfy({ takers.contains($0) })
            else { return false }
        }
        let owned = takers.map { taker in goal.count { $0.owner == taker } }
        let stoodBy = takers.map { taker in goal.count { $0.standbys.contains(taker) } }
        return Self.isEven(owned) && Self.isEven(stoodBy)
    }

    /// The goal, made anew.
    mutating func made() -> [Seats] {
        balanceOwners()
        chooseStandbys()
        while let path = pathToBalance() { shift(along: path) }
        return owners.indices.map { Seats(owner: owners[$0], standbys: standbys[$0]) }
    }

    private static func isEven(_ counts: [Int]) -> Bool {
        (counts.max() ?? 0) - (counts.min() ?? 0) <= 1
    }

    // MARK: Owners

    /// How many partitions each taker is to own: those who have the most keep the odd ones, so that
    /// as few as possible move.
    private func quotas(_ owned: [Int]) -> [Int] {
        let order = takers.indices.sorted { (owned[$1], $0) < (owned[$0], $1) }
        var quotas = [Int](repeating: owners.count / takers.count, count: takers.count)
        for index in order.prefix(owners.count % takers.count) { quotas[index] += 1 }
        return quotas
    }

    /// Moves what is over a quota, to those first who could go on with it soonest.
    private mutating func balanceOwners() {
        var owned = takers.map { taker in owners.count { $0 == taker } }
        let quotas = quotas(owned)
        let isNear: [(Int, NodeID) -> Bool] = [
            { [seats, table] in seats[$0].standbys.contains($1) && table.hasCaughtUp($1, $0) },
            { [seats] in seats[$0].standbys.contains($1) },
            { _, _ in true },
        ]
        for isNearEnough in isNear {
            for place in owners.indices {
                let from = takers.firstIndex(of: owners[place])
                if let from, owned[from] <= quotas[from] { continue }
                let open = takers.indices.filter {
                    owned[$0] < quotas[$0] && isNearEnough(place, takers[$0])
                }
                let most = open.max {
                    (quotas[$0] - owned[$0], $1) < (quotas[$1] - owned[$1], $0)
                }
                guard let most else { continue }
                if let from { owned[from] -= 1 }
                owned[most] += 1
                owners[place] = takers[most]
            }
        }
    }

    // MARK: Standbys

    private func load(_ taker: NodeID) -> Int { standbys.count { $0.contains(taker) } }

    /// Keeps those who stand by, and who owned until now; then as many go or come as it takes.
    private mutating func chooseStandbys() {
        standbys = owners.indices.map { place in
            let held = seats[place].standbys + [seats[place].owner]
            return held.filter { $0 != owners[place] && takers.contains($0) }
        }
        for place in owners.indices {
            while standbys[place].count > standbyCount { dropStandby(of: place) }
            while standbys[place].count < standbyCount { addStandby(of: place) }
        }
    }

    /// One that has not caught up goes first; then the one that stands by for the most.
    private mutating func dropStandby(of place: Int) {
        let goes = standbys[place].indices.max { left, right in
            let (one, other) = (standbys[place][left], standbys[place][right])
            return (table.hasCaughtUp(one, place) ? 0 : 1, load(one), left)
                < (table.hasCaughtUp(other, place) ? 0 : 1, load(other), right)
        }
        if let goes { standbys[place].remove(at: goes) }
    }

    private mutating func addStandby(of place: Int) {
        let free = takers.filter { $0 != owners[place] && !standbys[place].contains($0) }
        // The first of those who have the fewest seats.
        let least = free.min { seatCount($0) < seatCount($1) }
        guard let least else { preconditionFailure("there are more nodes than seats: \(takers)") }
        standbys[place].append(least)
    }

    /// By standbys, and where they are equal by all seats.
    private func seatCount(_ taker: NodeID) -> (Int, Int) {
        (load(taker), owners.count { $0 == taker })
    }

    // MARK: Balance

    /// The taker at `to` can stand by for `partition` in the place of the one at `from`.
    private struct Shift {
        let partition: Int
        let from: Int
        let to: Int
    }

    /// The shortest way from a taker that stands by for the most to one that does for at least two
    /// fewer: each on the way hands on one seat. Nil where there is none: then all are even.
    private func pathToBalance() -> [Shift]? {
        let loads = takers.map { load($0) }
        let most = loads.max() ?? 0
        var reached = takers.indices.filter { loads[$0] == most }
        var shifts = [Shift?](repeating: nil, count: takers.count)
        var next = 0
        while next < reached.count {
            let from = reached[next]
            next += 1
            for to in takers.indices where !reached.contains(to) {
                guard let shift = shift(from: from, to: to) else { continue }
                shifts[to] = shift
                reached.append(to)
                if loads[to] <= most - 2 { return Self.path(to: to, shifts) }
            }
        }
        return nil
    }

    private static func path(to end: Int, _ shifts: [Shift?]) -> [Shift] {
        var path: [Shift] = []
        var place = end
        while let shift = shifts[place] {
            path.append(shift)
            place = shift.from
        }
        return path
    }

    private func shift(from: Int, to: Int) -> Shift? {
        let partition = standbys.indices.first {
            standbys[$0].contains(takers[from]) && !standbys[$0].contains(takers[to])
                && owners[$0] != takers[to]
        }
        return partition.map { Shift(partition: $0, from: from, to: to) }
    }

    private mutating func shift(along path: [Shift]) {
        for shift in path {
            standbys[shift.partition].removeAll { $0 == takers[shift.from] }
            standbys[shift.partition].append(takers[shift.to])
        }
    }
}
