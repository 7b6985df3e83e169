import IdentityModel
import KafkaEngine
import KafkaTestSupport
import NodeRuntime
import TestSupport
import Testing

/// Nodes that come and go, and the graph that they keep all the while.
@Suite("Cluster", .serialized)
struct ClusterTests {
    /// Nanoseconds after which all partitions have owners again when a node has died: 20 s. On a
    /// quiet machine it is the 1.5 s of the fixture's deaths and 200 ms more; on a busy one own
    /// beats come back late, and what comes late counts for nobody.
    private static let takeoverNanoseconds: UInt64 = 20_000_000_000

    /// Nodes join one after the other while events come in; then something happens, amid events,
    /// too; what all comes to is what the embedded engine comes to.
    ///
    /// - Parameter happens: sends a part of the events by `meanwhile`.
    private func check(
        seed: UInt64, links: Int = 1_200,
        _ happens: (ClusterFixture, _ meanwhile: () throws -> Void) async throws -> Void
    ) async throws {
        let lines = Streams.retail(seed: seed, links: links)
        let quarter = lines.count / 4
        let cluster = try await ClusterFixture(names: ["a", "b", "c"])
        defer { cluster.close() }
        for (place, name) in ["a", "b", "c"].enumerated() {
            try cluster.join(name)
            try cluster.send(all: Array(lines[(quarter * place)..<(quarter * (place + 1))]))
            try await cluster.wait { try cluster.isSettled() }
        }
        try Self.expectBalance(cluster, nodes: 3)
        let parts = (0..<3).map { part in
            Array(lines[(quarter * 3)...].dropFirst(quarter / 3 * part).prefix(quarter / 3))
        }
        let last = lines[(quarter * 3)...].dropFirst(quarter / 3 * 3)
        try cluster.send(all: parts[0])
        try await happens(cluster) { try cluster.send(all: parts[1]) }
        try cluster.send(all: parts[2] + last)
        try await cluster.rest()
        try Self.expectBalance(cluster, nodes: cluster.running.count)
        let wanted = try EmbeddedReference(lines)
        #expect(try cluster.digest() == wanted.digest)
        #expect(try await cluster.askedDigest() == wanted.digest)
        #expect(try cluster.consumer() == wanted.customers)
        #expect(try cluster.profiles() == wanted.customers.profiles)
    }

    private static func expectBalance(_ cluster: ClusterFixture, nodes: Int) throws {
        let partitions = try #require(try cluster.placement()).partitions
        for name in cluster.running {
            let id = NodeID(name)
            let owned = partitions.count { $0.seats.owner == id }
            let stoodBy = partitions.count { seats in seats.seats.standbys.contains { $0 == id } }
            #expect(owned == partitions.count / nodes)
            #expect(stoodBy == (nodes > 1 ? partitions.count / nodes : 0))
        }
    }

    /// A node that dies, and how long its partitions have no owner.
    private func kill(_ name: String, _ cluster: ClusterFixture) async throws {
        try cluster.kill(name)
        let taken = try await cluster.timeUntilOwned()
        #expect(taken < Self.takeoverNanoseconds, "it took \(taken / 1_000_000) ms")
    }

    private func follower(_ cluster: ClusterFixture) throws -> String {
        let coordinators = try cluster.coordinators()
        #expect(coordinators.count == 1)
        return try #require(cluster.running.first { !coordinators.contains($0) })
    }

    @Test func shouldTakeOverFromTheDead() async throws {
        try await check(seed: 31) { cluster, meanwhile in
            let dead = try follower(cluster)
            try await kill(dead, cluster)
            try meanwhile()
            let node = try cluster.node(try #require(cluster.running.first))
            try await cluster.wait {
                node.figures.member.view.nodes.contains { $0.id.name == dead && !$0.isAlive }
            }
        }
    }

    /// The one who would say who takes over is the one who is dead.
    @Test func shouldTakeOverFromADeadCoordinator() async throws {
        try await check(seed: 32) { cluster, meanwhile in
            let dead = try #require(try cluster.coordinators().first)
            try await kill(dead, cluster)
            try meanwhile()
            #expect(try cluster.coordinators().count == 1)
        }
    }

    /// A node that was dead comes back with what it had.
    @Test func shouldTakeBackTheDead() async throws {
        try await check(seed: 33) { cluster, meanwhile in
            let dead = try follower(cluster)
            try await kill(dead, cluster)
            try meanwhile()
            try cluster.join(dead)
            try await cluster.wait { try cluster.isSettled() }
            try Self.expectBalance(cluster, nodes: 3)
        }
    }

    /// A node that leaves is gone only when others have all that it had.
    @Test func shouldLeaveWithoutAGap() async throws {
        try await check(seed: 34) { cluster, meanwhile in
            let name = try follower(cluster)
            try meanwhile()
            try await cluster.leave(name)
            #expect(cluster.isOwned(), "others have what it had when it is gone")
            try await cluster.wait {
                try cluster.running.allSatisfy {
                    try cluster.node($0).figures.member.view.nodes.map(\.id.name)
                        == cluster.running
                }
            }
        }
    }

    @Test func shouldLetACoordinatorLeave() async throws {
        try await check(seed: 35) { cluster, meanwhile in
            try meanwhile()
            try await cluster.leave(try #require(try cluster.coordinators().first))
            #expect(cluster.isOwned())
            try await cluster.wait { try cluster.coordinators().count == 1 }
        }
    }

    /// A node that hears nothing owns on, while others own what it had; then it wakes.
    @Test(arguments: [false, true])
    func shouldBearANodeThatSleeps(_ isCoordinator: Bool) async throws {
        try await check(seed: 36) { cluster, meanwhile in
            let name =
                isCoordinator
                ? try #require(try cluster.coordinators().first) : try follower(cluster)
            let id = try #require(NodeID(name))
            try cluster.pause(name)
            let other = try cluster.node(try #require(cluster.running.first { $0 != name }))
            try await cluster.wait { other.figures.member.view.placement?.hold(id) == false }
            try meanwhile()
            #expect(try cluster.node(name).figures.replicas.contains { $0.role == .owner })
            try cluster.resume(name)
            try await cluster.wait { try cluster.isSettled() }
        }
    }

    /// A broker of three goes amid events that are acknowledged all the same; with another gone
    /// nothing is acknowledged; then they come back. A single broker goes and comes back.
    @Test(.stopsBrokers) func shouldLoseNothingWithBrokers() async throws {
        let lines = Streams.retail(seed: 37, links: 1_200)
        let parts = (0..<4).map { part in
            Array(lines.dropFirst(lines.count / 4 * part).prefix(part < 3 ? lines.count / 4 : .max))
        }
        let cluster = try await ClusterFixture(names: ["a", "b", "c"])
        defer { cluster.close() }
        for name in ["a", "b", "c"] { try cluster.join(name) }
        try cluster.send(all: parts[0])
        try await cluster.wait { try cluster.isSettled() }
        let brokers = cluster.brokers
        try cluster.beginSending(parts[1])
        try brokers.setDown(brokers.numbers[0])
        if !brokers.areInsecure {
            try cluster.finishSending()
            try brokers.setDown(brokers.numbers[1])
        }
        try cluster.beginSending(parts[2])
        try await Task.sleep(for: .seconds(3))
        try brokers.setUp()
        try cluster.finishSending()
        try cluster.send(all: parts[3])
        try await cluster.rest()
        let wanted = try EmbeddedReference(lines)
        #expect(try cluster.digest() == wanted.digest)
        #expect(try cluster.consumer() == wanted.customers)
        #expect(try cluster.profiles() == wanted.customers.profiles)
    }

    /// What one partition fails at is told and tried again, and the others go on.
    @Test func shouldTryAgainWhatCannotBeOpened() async throws {
        let cluster = try await ClusterFixture(names: ["a"])
        defer { cluster.close() }
        try cluster.refuse("a", PartitionID(3), times: 2)
        try cluster.join("a")
        let node = try cluster.node("a")
        try await cluster.wait { node.figures.failures[3] != nil }
        try await cluster.wait { try cluster.isSettled() }
        let failures = node.figures.failures
        #expect(failures.enumerated().allSatisfy { ($0.element != nil) == ($0.offset == 3) })
        #expect(failures[3]?.reason == "the disk says no")
    }

    /// A log with something that is no record in it: nobody can go on with it, and others do.
    @Test func shouldGoOnBesideAPartitionThatFails() async throws {
        let lines = Streams.retail(seed: 41, links: 100)
        let cluster = try await ClusterFixture(names: ["a"])
        defer { cluster.close() }
        try cluster.join("a")
        try await cluster.wait { try cluster.isSettled() }
        try cluster.spoil(PartitionID(5))
        let node = try cluster.node("a")
        try await cluster.wait { node.figures.replicas.contains { $0.role == .failed } }
        try cluster.send(all: lines)
        try await cluster.wait { try cluster.isRouted() }
        try await cluster.wait {
            let view = node.figures.member.view.nodes.first
            let roles = view?.record.replicas.map(\.role) ?? []
            return roles.count == 12 && roles[5] == .failed && roles.count { $0 == .owner } == 11
        }
        let failures = node.figures.failures
        #expect(failures.enumerated().allSatisfy { ($0.element != nil) == ($0.offset == 5) })
        #expect(failures[5]?.remedy.isEmpty == false)
    }
}
