import KafkaEngine
import Testing

/// Who lives is told by beats as they come here, and by nothing else.
@Suite("Cluster table")
struct ClusterTableTests {
    /// A table in a time of its own, in milliseconds.
    private struct Case {
        var table: ClusterTable
        var now: UInt64 = 1_000
        let own: NodeID

        init() throws {
            own = try #require(NodeID("own"))
            table = ClusterTable(
                ClusterSettings(node: own, address: "x", standbys: 1), incarnation: "1")
        }

        mutating func hear(
            _ name: String, _ role: ReplicaRole? = nil, incarnation: String = "1",
            isLeaving: Bool = false, isOfThePast: Bool = false, logic: NodeLogic? = nil
        ) throws {
            let id = try #require(NodeID(name))
            let record = NodeRecord(
                address: name, incarnation: incarnation, since: 0, isLeaving: isLeaving,
                replicas: role.map { [ReplicaStanding(0, $0)] } ?? [], logic: logic)
            table.note(.node(id, record), at: now * 1_000_000, isOfThePast: isOfThePast)
        }

        /// A placement comes.
        mutating func place(by name: String) throws {
            let id = try #require(NodeID(name))
            let placement = Placement(
                epoch: 1, coordinator: id, partitions: [PartitionPlacement(Seats(owner: id))])
            table.note(.placement(placement), at: now * 1_000_000, isOfThePast: true)
        }

        var view: ClusterView { table.view(partitionCount: 1, at: now * 1_000_000) }

        var nextLogic: UInt64? { table.nextLogic(at: now * 1_000_000) }

        var coordinator: String? { table.coordinator(at: now * 1_000_000)?.name }

        /// Time in which these nodes beat every 500 ms.
        mutating func pass(_ milliseconds: UInt64, _ names: [String]) throws {
            let end = now + milliseconds
            while now < end {
                now = min(end, now + 500)
                for name in names { try hear(name) }
            }
        }

        /// The names of those who live; nil where nothing may be planned.
        var living: [String]? {
            table.input(partitionCount: 1, at: now * 1_000_000)?.nodes.map(\.id.name)
        }

        var dead: [String] {
            table.view(partitionCount: 1, at: now * 1_000_000).nodes.filter { !$0.isAlive }
                .map(\.id.name)
        }
    }

    @Test func shouldCallDeadWhoIsSilentForSoLong() throws {
        var test = try Case()
        for name in ["own", "z", "a"] { try test.hear(name) }
        #expect(test.living == ["a", "own", "z"])
        try test.pass(3_999, ["a", "own"])
        #expect(test.living == ["a", "own", "z"])
        try test.pass(1, ["a", "own"])
        #expect(test.living == ["a", "own"] && test.dead == ["z"])
        try test.hear("z")
        #expect(test.living == ["a", "own", "z"] && test.dead.isEmpty)
    }

    /// Who comes waits before it calls anyone dead, and plans nothing until then.
    @Test func shouldWaitForThoseOfThePast() throws {
        var test = try Case()
        try test.hear("old", isOfThePast: true)
        try test.hear("there", isOfThePast: true)
        try test.pass(3_999, ["own", "there"])
        #expect(test.living == nil)
        try test.pass(1, ["own", "there"])
        #expect(test.living == ["own", "there"] && test.dead == ["old"])
    }

    /// Without its own beats a node knows nothing of others, and what it missed counts for nobody.
    @Test func shouldJudgeNobodyWhileItHearsNothing() throws {
        var test = try Case()
        try test.pass(500, ["own", "a", "b", "z"])
        try test.pass(5_000, ["own", "a", "b"])
        #expect(test.living == ["a", "b", "own"] && test.dead == ["z"])
        try test.pass(2_000, [])
        #expect(test.living == ["a", "b", "own"])
        try test.pass(1, [])
        #expect(test.living == nil)
        try test.pass(60_000, [])
        #expect(test.dead == ["z"])
        try test.hear("own")
        #expect(test.living == ["a", "b", "own"] && test.dead == ["z"])
        try test.pass(3_999, ["own", "a"])
        #expect(test.living == ["a", "b", "own"])
        try test.pass(1, ["own", "a"])
        #expect(test.living == ["a", "own"] && test.dead == ["b", "z"])
    }

    /// Whoever wrote the last placement plans on while it lives and stays; else the first by name.
    @Test func shouldKnowTheCoordinatorWithoutAnElection() throws {
        var test = try Case()
        #expect(test.coordinator == nil)
        try test.pass(500, ["own", "z", "b"])
        #expect(test.coordinator == "b")
        try test.place(by: "z")
        #expect(test.coordinator == "z")
        try test.pass(4_000, ["own", "a", "b"])
        #expect(test.coordinator == "a")
        try test.place(by: "own")
        #expect(test.coordinator == "own")
        try test.pass(500, ["z"])
        #expect(test.coordinator == "own")
        try test.hear("own", isLeaving: true)
        #expect(test.coordinator == "a")
        for name in ["a", "b", "z"] { try test.hear(name, isLeaving: true) }
        #expect(test.coordinator == nil)
    }

    /// One that is known from before this node came is not known to live.
    @Test func shouldNotTakeOneOfThePastForTheCoordinator() throws {
        var test = try Case()
        try test.hear("a", isOfThePast: true)
        try test.place(by: "a")
        try test.hear("own")
        #expect(test.coordinator == "own" && test.living == nil)
        try test.hear("a")
        #expect(test.coordinator == "a")
    }

    /// Of two nodes of one name the one that came later stays.
    @Test func shouldKnowWhoHasTakenItsName() throws {
        var elder = try Case()
        try elder.hear("own")
        try elder.hear("own", incarnation: "2")
        #expect(elder.table.successor == "own")
        var later = try Case()
        try later.hear("own", incarnation: "0", isOfThePast: true)
        try later.hear("own", incarnation: "00")
        try later.hear("own")
        for incarnation in ["0", "00"] {
            try later.hear("own", incarnation: incarnation)
            #expect(later.table.successor == nil)
        }
        try later.hear("own", incarnation: "2")
        #expect(later.table.successor == "own")
    }

    // MARK: The logic

    private func say(_ version: UInt64?, _ test: inout Case) {
        test.table.note(.logic(version), at: test.now * 1_000_000, isOfThePast: false)
    }

    /// Every node must know a version, and allow it, before it is said.
    @Test func shouldRaiseTheLogicOnceAllKnowIt() throws {
        var test = try Case()
        try test.hear("own", logic: NodeLogic(1...3))
        #expect(test.nextLogic == 3)
        try test.hear("a")
        #expect(test.nextLogic == nil, "one that says nothing knows the first")
        try test.hear("a", logic: NodeLogic(1...2))
        #expect(test.nextLogic == 2)
        try test.hear("a", logic: NodeLogic(1...2, limit: 1))
        #expect(test.nextLogic == nil)
        try test.hear("a", isLeaving: true, logic: NodeLogic(1...1))
        #expect(test.nextLogic == nil, "it may still come back")
        let id = try #require(NodeID("a"))
        test.table.note(.node(id, nil), at: test.now * 1_000_000, isOfThePast: false)
        #expect(test.nextLogic == 3)
        say(3, &test)
        #expect(test.nextLogic == nil && test.view.logicVersion == 3)
        try test.hear("a", logic: NodeLogic(1...2))
        #expect(test.nextLogic == nil && test.view.logicVersion == 3, "it never falls")
        for version in [2, nil] as [UInt64?] {
            say(version, &test)
            #expect(test.nextLogic == 3, "what stands is to be the last record")
        }
        say(3, &test)
        #expect(test.nextLogic == nil)
    }

    /// One that is dead may come back as it was, until it is forgotten; and who hears nothing, or
    /// has not heard of all, says nothing.
    @Test func shouldNotRaiseTheLogicOverTheDead() throws {
        var test = try Case()
        let new = NodeLogic(1...2)
        try test.hear("z", isOfThePast: true, logic: new)
        try test.hear("own", logic: new)
        #expect(test.nextLogic == nil, "it is not known whether z lives, and as what")
        try test.hear("z")
        for _ in 0..<8 {
            test.now += 500
            try test.hear("own", logic: new)
        }
        #expect(test.dead == ["z"] && test.nextLogic == nil)
        try test.hear("z", logic: new)
        #expect(test.nextLogic == 2)
        test.now += 2_001
        #expect(test.nextLogic == nil, "it hears nothing")
        try test.hear("own", logic: new)
        #expect(test.nextLogic == 2)
    }

    @Test func shouldForgetTheDeadAfterADay() throws {
        var test = try Case()
        try test.pass(500, ["own", "z"])
        let day: UInt64 = 86_400_000
        try test.pass(day - 1, ["own"])
        #expect(test.table.forgotten(at: test.now * 1_000_000).isEmpty)
        try test.pass(1, ["own"])
        #expect(test.table.forgotten(at: test.now * 1_000_000).map(\.name) == ["z"])
        test.table.note(.node(try #require(NodeID("z")), nil), at: 0, isOfThePast: false)
        #expect(test.dead.isEmpty && test.living == ["own"])
    }

    /// A partition is in hand once the node that is to own it says so, or that it cannot.
    @Test func shouldKnowWhatIsInHand() throws {
        var test = try Case()
        #expect(test.view.isInHand)
        try test.place(by: "a")
        #expect(!test.view.isInHand)
        for (role, isInHand) in [
            (ReplicaRole.opening, false), (.standby, false), (.owner, true), (.failed, true),
        ] {
            try test.hear("a", role)
            #expect(test.view.isInHand == isInHand)
        }
        try test.hear("a", .standby)
        try test.hear("own", .owner)
        #expect(!test.view.isInHand)
    }

    @Test func shouldTellHowFarReplicasAreBehind() throws {
        var test = try Case()
        let id = try #require(NodeID("b"))
        let owner = NodeRecord(
            address: "b", incarnation: "1", since: 0,
            replicas: [ReplicaStanding(0, .owner, position: 40, logEnd: 100)])
        let standby = NodeRecord(
            address: "own", incarnation: "1", since: 0,
            replicas: [
                ReplicaStanding(0, .standby, position: 25, logEnd: 30),
                ReplicaStanding(1, .opening),
            ])
        test.table.note(.node(id, owner), at: test.now * 1_000_000, isOfThePast: false)
        test.table.note(.node(test.own, standby), at: test.now * 1_000_000, isOfThePast: false)
        test.table.note(.damaged, at: test.now * 1_000_000, isOfThePast: false)
        let view = test.table.view(partitionCount: 2, at: (test.now + 7) * 1_000_000)
        #expect(view.nodes.map(\.lags) == [[60], [75, nil]])
        #expect(view.nodes.map(\.silenceNanoseconds) == [7_000_000, 7_000_000])
        #expect(view.holders(of: 0, as: .owner) == [id] && view.damagedRecords == 1)
    }
}
