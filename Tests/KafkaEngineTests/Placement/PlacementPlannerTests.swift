import KafkaEngine
import TestSupport
import Testing

/// Every plan is a function of what is known, and what follows from it comes to rest.
@Suite("Placement planner")
struct PlacementPlannerTests {
    /// Chance for a few hundred plans: nodes come, die and leave at any moment, and copy slowly.
    @Test(arguments: 0..<60)
    func shouldHoldWhateverHappens(_ seed: Int) throws {
        var world = PlacementWorld(seed: UInt64(seed))
        for _ in 0..<120 {
            world.happen()
            try world.step()
        }
        for _ in 0..<PlacementWorld.plansToRest where try !world.isAtRest() { try world.step() }
        try #require(try world.isAtRest(), "seed \(seed): \(world.placement as Any)")
        world.expectBalance()
    }

    /// From rest, one node comes or goes: no more partitions move than have to.
    @Test(arguments: 0..<60)
    func shouldMoveNoMoreThanNeeded(_ seed: Int) throws {
        var world = PlacementWorld(seed: UInt64(seed) &+ 1_000)
        for _ in 0..<4 {
            for _ in 0..<PlacementWorld.plansToRest where try !world.isAtRest() {
                try world.step()
            }
            try #require(try world.isAtRest())
            let needed = world.change()
            world.moves = 0
            repeat { try world.step() } while try !world.isAtRest()
            #expect(world.moves == needed, "seed \(seed)")
        }
    }

    @Test func shouldGiveAllToTheOnlyNode() throws {
        let a = try #require(NodeID("a"))
        let input = PlacementInput([.init(a)], partitionCount: 3, standbys: 2)
        let placement = try #require(PlacementPlanner.plan(nil, input, by: a))
        #expect(placement.epoch == 1 && placement.coordinator == a)
        #expect(placement.partitions == Array(repeating: .init(Seats(owner: a)), count: 3))
        #expect(PlacementPlanner.plan(placement, input, by: a) == placement)
    }

    @Test func shouldGiveNothingToThoseWhoLeave() throws {
        let (a, b) = (try #require(NodeID("a")), try #require(NodeID("b")))
        let leaving = PlacementInput(
            [.init(a, isLeaving: true)], partitionCount: 2, standbys: 1)
        #expect(PlacementPlanner.plan(nil, leaving, by: a) == nil)
        let before = Placement(
            epoch: 7, coordinator: b,
            partitions: Array(repeating: .init(Seats(owner: b, standbys: [a])), count: 2))
        #expect(PlacementPlanner.plan(before, leaving, by: a) == before)
    }

    /// What a dead node had goes to the standby that is furthest on, at once.
    @Test func shouldPromoteTheStandbyThatIsFurthestOn() throws {
        let ids = try ["a", "b", "c"].map { try #require(NodeID($0)) }
        let before = Placement(
            epoch: 1, coordinator: ids[1],
            partitions: [.init(Seats(owner: ids[0], standbys: [ids[1], ids[2]]))])
        let input = PlacementInput(
            [
                .init(ids[1], [ReplicaStanding(0, .standby, position: 4)]),
                .init(ids[2], [ReplicaStanding(0, .standby, position: 5)]),
            ], partitionCount: 1, standbys: 2)
        let after = try #require(PlacementPlanner.plan(before, input, by: ids[1]))
        #expect(after.epoch == 2)
        #expect(after.partitions == [.init(Seats(owner: ids[2], standbys: [ids[1]]))])
    }

    /// The limit itself has caught up, a record more has not.
    @Test(arguments: [
        (PlacementPlanner.caughtUpRecords, true), (PlacementPlanner.caughtUpRecords + 1, false),
    ])
    func shouldMoveToThoseWhoHaveCaughtUp(_ lag: UInt64, _ moves: Bool) throws {
        let (a, b) = (try #require(NodeID("a")), try #require(NodeID("b")))
        let end: UInt64 = 50_000
        let before = Placement(
            epoch: 1, coordinator: a,
            partitions: (0..<2).map { _ in .init(Seats(owner: a, standbys: [b])) })
        let input = PlacementInput(
            [
                .init(a, (0..<2).map { ReplicaStanding($0, .owner, position: end) }),
                .init(b, (0..<2).map { ReplicaStanding($0, .standby, position: end - lag) }),
            ], partitionCount: 2, standbys: 1)
        let after = try #require(PlacementPlanner.plan(before, input, by: a))
        #expect(after.partitions.count { $0.seats.owner == b } == (moves ? 1 : 0))
        #expect(after.partitions.count { $0.goal.owner == b } == 1)
    }

    /// A node that joins copies so many partitions at once, and no more.
    @Test func shouldCopyAFewAtOnce() throws {
        let (a, b) = (try #require(NodeID("a")), try #require(NodeID("b")))
        let before = Placement(
            epoch: 1, coordinator: a,
            partitions: (0..<12).map { _ in .init(Seats(owner: a)) })
        let owned = (0..<12).map { ReplicaStanding($0, .owner, position: 90_000) }
        let input = PlacementInput([.init(a, owned), .init(b)], partitionCount: 12, standbys: 1)
        let after = try #require(PlacementPlanner.plan(before, input, by: a))
        #expect(after.partitions.count { $0.seats.hold(b) } == PlacementPlanner.copiesAtOnce)
        #expect(PlacementPlanner.plan(after, input, by: a) == after, "none has caught up")
    }

    /// An owner that cannot go on gives way to a standby that can, and only to such a one.
    @Test(arguments: [true, false])
    func shouldPassOverAnOwnerThatHasFailed(_ hasCaughtUp: Bool) throws {
        let (a, b) = (try #require(NodeID("a")), try #require(NodeID("b")))
        let before = Placement(
            epoch: 1, coordinator: a,
            partitions: [.init(Seats(owner: a, standbys: [b]))])
        let role: ReplicaRole = hasCaughtUp ? .standby : .opening
        let input = PlacementInput(
            [
                .init(a, [ReplicaStanding(0, .failed)]),
                .init(b, [ReplicaStanding(0, role, position: hasCaughtUp ? 9 : nil)]),
            ], partitionCount: 1, standbys: 1)
        let after = try #require(PlacementPlanner.plan(before, input, by: a))
        #expect(after.partitions[0].seats.owner == (hasCaughtUp ? b : a))
        #expect(PlacementPlanner.plan(after, input, by: a) == after)
    }
}
