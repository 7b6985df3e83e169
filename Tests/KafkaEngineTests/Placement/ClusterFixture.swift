import Glibc
import GraphCore
import IdentityModel
import KafkaEngine
import KafkaLog
import KafkaTestSupport
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// The nodes of a store, with intervals that suit a test.
final class ClusterFixture: BrokerStore {
    /// A node with what survives its ends.
    private final class Seat {
        let states: NodeStates
        /// Where its membership waits when it is to pause.
        let door = Gate()
        var node: EngineNode<MemoryState>?

        init(_ shelf: SnapshotShelf) { states = NodeStates(shelf) }
    }

    static let partitions: UInt16 = 12
    static let standbys = 1
    /// Nanoseconds of silence that make a node dead: 1.5 s; what goes through real brokers of a
    /// busy machine may take longer: 5 s.
    private static let deadNanoseconds: UInt64 =
        TestBrokers.areReal ? 5_000_000_000 : 1_500_000_000

    private let ids: [NodeID]
    private let seats: [Seat]
    /// Where snapshots are, for all nodes.
    let shelf = SnapshotShelf()
    /// When snapshots are taken; nil: never.
    var snapshots: SnapshotSettings?
    /// The longest pause between two tries, in nanoseconds; nil: the usual one.
    var longestRetryNanoseconds: UInt64?
    /// How long a delivery is missing until that is told, in nanoseconds; nil: the usual time.
    var missingNanoseconds: UInt64?

    /// A store without a node that runs.
    init(names: [String], partitions: UInt16 = partitions) async throws {
        ids = names.compactMap { NodeID($0) }
        seats = names.map { [shelf] _ in Seat(shelf) }
        try await super.init(partitions: partitions)
    }

    // MARK: Lives

    /// A node joins, for the first time or again; it knows these versions of the logic, if not the
    /// program's.
    func join(_ name: String, knowing logic: ClosedRange<UInt64>? = nil) throws {
        let (id, seat) = try seat(of: name)
        var cluster = ClusterSettings(
            node: id, address: "http://\(name):7411", standbys: Self.standbys)
        cluster.beatNanoseconds = 100_000_000
        cluster.deadNanoseconds = Self.deadNanoseconds
        cluster.firstRetryNanoseconds = 100_000_000
        if let longestRetryNanoseconds {
            cluster.longestRetryNanoseconds = longestRetryNanoseconds
        }
        let door = seat.door
        cluster.time = MonotonicTime {
            door.pass()
            return MonotonicTime.system.nanoseconds()
        }
        let states = seat.states
        let (shelf, kafka) = (shelf, settings.kafka)
        var engine = settings
        if let missingNanoseconds { engine.missingNanoseconds = missingNanoseconds }
        engine.node.knownLogic = logic ?? settings.node.knownLogic
        seat.node = EngineNode(
            engine, cluster, hasher: Self.hasher,
            states: StateHome(
                open: { (id) throws(StoreFailure) in try states.open(id) },
                close: { id, _ in states.close(id) },
                setAside: { (id, failure) throws(StoreFailure) in
                    try states.setAside(id, failure)
                },
                snapshots: snapshots == nil ? nil : states),
            snapshots: snapshots,
            makeTrimmer: { () throws(KafkaError) in
                SnapshotTrimmer(shelf, TestBrokers.areReal ? try KafkaAdmin(kafka) : nil)
            })
    }

    /// What a node that does not run has stored goes, and what it had stored at some time comes in
    /// its place.
    func replaceStates(of name: String, with states: [MemoryState]) throws {
        try seat(of: name).1.states.replace(states)
    }

    /// What a node has stored, by partition.
    func states(of name: String) throws -> [MemoryState] {
        try seat(of: name).1.states.copies(partitions: settings.node.partitionCount)
    }

    /// What a node has stored of a partition is damaged from here on, wherever it is read.
    func damage(_ name: String, _ partition: PartitionID, _ family: StateKey.Family) throws {
        try seat(of: name).1.states.damage(partition, family)
    }

    /// The partitions whose states a node has set aside.
    func setAside(by name: String) throws -> [PartitionID] {
        try seat(of: name).1.states.damaged
    }

    /// A node cannot open a partition so many times from here on.
    func refuse(_ name: String, _ partition: PartitionID, times: Int) throws {
        try seat(of: name).1.states.refuse(partition, times: times)
    }

    /// A node ends without a word.
    func kill(_ name: String) throws { try take(name).abandon() }

    /// A node ends with all that is due.
    func leave(_ name: String) async throws {
        let node = try take(name)
        await SystemThread.run { node.leave() }
    }

    /// A node's membership does nothing and hears nothing, until `resume`; its partitions go on.
    func pause(_ name: String) throws { try seat(of: name).1.door.shut() }

    /// It wakes.
    func resume(_ name: String) throws { try seat(of: name).1.door.open() }

    override func close() {
        for seat in seats {
            seat.door.open()
            seat.node?.abandon()
        }
        super.close()
    }

    private func seat(of name: String) throws -> (NodeID, Seat) {
        let place = try #require(ids.firstIndex { $0.name == name })
        return (ids[place], seats[place])
    }

    private func take(_ name: String) throws -> EngineNode<MemoryState> {
        let (_, seat) = try seat(of: name)
        defer { seat.node = nil }
        return try #require(seat.node)
    }

    // MARK: Looks

    /// A node that runs.
    func node(_ name: String) throws -> EngineNode<MemoryState> {
        try #require(try seat(of: name).1.node)
    }

    /// The names of the nodes that run.
    var running: [String] {
        zip(ids, seats).filter { $0.1.node != nil }.map(\.0.name)
    }

    /// The nodes that take themselves to be the coordinator.
    func coordinators() throws -> [String] {
        try running.filter { try node($0).figures.member.view.coordinator?.name == $0 }
    }

    /// The running node's open partition.
    private func figures(_ id: NodeID, _ partition: Int) -> OwnerFigures? {
        let place = ids.firstIndex(of: id)
        return place.flatMap { seats[$0].node?.replica(of: PartitionID(UInt16(partition))) }?
            .figures
    }

    /// The placement that all running nodes know, if it is the same.
    func placement() throws -> Placement? {
        let placements = try running.map { try node($0).figures.member.view.placement }
        guard let first = placements.first, placements.allSatisfy({ $0 == first }) else {
            return nil
        }
        return first
    }

    /// Whether each partition has an owner that says what comes of it, on a node that runs.
    func isOwned() -> Bool {
        (0..<Int(settings.node.partitionCount)).allSatisfy { partition in
            ids.contains { figures($0, partition)?.isStandby == false }
        }
    }

    /// How long it takes until each partition has an owner, in nanoseconds: looked at on a thread
    /// of its own, for a test may wait long for one of those that all share.
    func timeUntilOwned() async throws -> UInt64 {
        // unsafe: the test that has this fixture waits meanwhile.
        nonisolated(unsafe) let fixture = self
        let taken = await SystemThread.run {
            let time = MonotonicTime.system
            let start = time.nanoseconds()
            let patience = UInt64(Self.patience) * 1_000_000
            while !fixture.isOwned(), time.nanoseconds() - start < patience { usleep(2_000) }
            return time.nanoseconds() - start
        }
        try #require(isOwned(), "it does not come: \(account)")
        return taken
    }

    /// Whether all partitions are where they are to be, and open there.
    func isSettled() throws -> Bool {
        guard let placement = try placement() else { return false }
        let owned = running.map { name in
            placement.partitions.count { $0.seats.owner.name == name }
        }
        guard let least = owned.min(), let most = owned.max(), most - least <= 1,
            owned.reduce(0, +) == placement.partitions.count
        else { return false }
        for (place, partition) in placement.partitions.enumerated() {
            guard partition.seats == partition.goal,
                figures(partition.seats.owner, place)?.isStandby == false,
                partition.seats.standbys.count == min(Self.standbys, running.count - 1),
                partition.seats.standbys.allSatisfy({ figures($0, place)?.isStandby == true })
            else { return false }
            let held = ids.filter { figures($0, place) != nil }
            guard held.count == 1 + partition.seats.standbys.count else { return false }
        }
        return true
    }

    override var account: String {
        var text = ""
        for (id, seat) in zip(ids, seats) {
            guard let figures = seat.node?.figures else { continue }
            let coordinator = figures.member.view.coordinator?.name ?? "nobody"
            text += "\n\(id.name): \(figures.router), coordinator \(coordinator)"
            text += ", \(String(describing: figures.member.failure)) \(figures.failures)"
            text += " \(String(describing: figures.routerFailure))"
            for standing in figures.replicas {
                let replica = self.figures(id, Int(standing.partition))
                text += "\n  \(standing) arrived \(replica?.hasArrived as Any)"
                text += " awaits tick \(replica?.awaitsTick as Any)"
            }
        }
        let partitions = (try? placement())??.partitions.map { "\($0)" } ?? []
        return text + "\n" + partitions.joined(separator: "\n")
    }

    // MARK: Rest

    /// Returns once all is where it is to be, all events are folded, and all that came of them.
    func rest() async throws { try await waitForCalm { try isAtRest() } }

    private func isAtRest() throws -> Bool {
        guard try isSettled(), let placement = try placement(), try isRouted() else { return false }
        for name in running {
            guard try node(name).figures.router.isIdle else { return false }
        }
        for (place, partition) in placement.partitions.enumerated() {
            let end = try graphEnd(place)
            for id in [partition.seats.owner] + partition.seats.standbys {
                guard let figures = figures(id, place), figures.position == end,
                    figures.inFlightBytes == 0, !figures.awaitsTick,
                    figures.isStandby || figures.hasArrived
                else { return false }
            }
        }
        return true
    }

    /// The logical digest over all owners; at rest all replicas of a partition have its owner's.
    func digest() throws -> Digest {
        let placement = try #require(try placement())
        var sum = Digest.zero
        for (place, partition) in placement.partitions.enumerated() {
            let owner = try #require(figures(partition.seats.owner, place))
            sum += owner.digest
            for id in partition.seats.standbys {
                let standby = try #require(figures(id, place))
                #expect(standby.position == owner.position && standby.digest == owner.digest)
            }
        }
        return sum
    }

    /// The same as the owners say it when they are asked.
    func askedDigest() async throws -> Digest {
        let placement = try #require(try placement())
        var sum = Digest.zero
        for (place, partition) in placement.partitions.enumerated() {
            let node = try node(partition.seats.owner.name)
            let host = try #require(node.host(of: PartitionID(UInt16(place))))
            let deadline = Deadline.after(nanoseconds: UInt64(Self.patience) * 1_000_000)
            sum += try await host.ask(by: deadline) { .success($0.digest) }.get()
        }
        return sum
    }
}
