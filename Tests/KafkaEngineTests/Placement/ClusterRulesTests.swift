import GraphCore
import IdentityModel
import KafkaEngine
import KafkaLog
import KafkaTestSupport
import NodeRuntime
import ProfileCore
import TestSupport
import Testing

/// Survivorship rules come to all partitions of a cluster, and to nodes that start later.
@Suite("Rules over Kafka", .serialized)
struct ClusterRulesTests {
    private static func deadline() -> Deadline {
        .after(nanoseconds: UInt64(BrokerStore.patience) * 1_000_000)
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// Rules about two of the stream's attributes.
    private static func rules(cap: Int) throws -> SurvivorshipRules {
        try SurvivorshipRules(
            version: 0,
            attributes: [
                AttributeRule(name: bytes("first_name"), rule: .first),
                AttributeRule(
                    name: bytes("countries"), from: bytes("country"), rule: .set(cap: cap)),
            ])
    }

    /// Whether all owners and standbys fold by rules of a version.
    private static func fold(_ cluster: ClusterFixture, by version: UInt64) throws -> Bool {
        try cluster.running.allSatisfy { name in
            let node = try cluster.node(name)
            return node.figures.replicas.allSatisfy { standing in
                node.replica(of: PartitionID(standing.partition))?.figures.rulesVersion == version
            }
        }
    }

    /// Rules change while nodes come; a replay of all brings what the new ones lack.
    @Test func shouldComeToTheSameFromAnyNode() async throws {
        let lines = Streams.retail(seed: 81, links: 800)
        let cluster = try await ClusterFixture(names: ["a", "b", "c"])
        defer { cluster.close() }
        try cluster.join("a")
        try await cluster.wait { try cluster.isSettled() && cluster.node("a").isReady }
        let first = try await cluster.node("a").global.put(
            try Self.rules(cap: 2), by: Self.deadline()
        )
        .get()
        #expect(first.isNew && first.rules.version == 1)
        try await cluster.wait { try Self.fold(cluster, by: 1) }
        try cluster.send(all: Array(lines.prefix(lines.count / 2)))
        try cluster.join("b")
        try await cluster.wait { try cluster.isSettled() && cluster.node("b").isReady }
        #expect(try cluster.node("b").global.rules == first.rules)
        let same = try await cluster.node("b").global.put(
            try Self.rules(cap: 2), by: Self.deadline()
        )
        .get()
        #expect(!same.isNew && same.rules == first.rules)
        let next = try await cluster.node("b").global.put(
            try Self.rules(cap: 3), by: Self.deadline()
        )
        .get()
        #expect(next.isNew && next.rules.version == 2)
        try cluster.send(all: Array(lines.dropFirst(lines.count / 2)))
        try cluster.join("c")
        try await cluster.wait { try cluster.isSettled() && Self.fold(cluster, by: 2) }
        try cluster.send(all: lines)
        try await cluster.rest()
        let wanted = try EmbeddedReference(lines, under: next.rules)
        #expect(try cluster.digest() == wanted.digest)
        #expect(try cluster.consumer() == wanted.customers)
        #expect(try cluster.profiles() == wanted.customers.profiles)
        let without = try EmbeddedReference(lines)
        #expect(without.digest != wanted.digest, "the rules make no difference")
    }

    /// Two put different rules at once: each gets a version of its own, and all go by the greater.
    @Test func shouldOrderWhatIsPutAtOnce() async throws {
        let cluster = try await ClusterFixture(names: ["a", "b"])
        defer { cluster.close() }
        for name in ["a", "b"] { try cluster.join(name) }
        try await cluster.wait {
            try cluster.isSettled() && cluster.running.allSatisfy { try cluster.node($0).isReady }
        }
        var version: UInt64 = 0
        for round in 1...4 {
            let (one, other) = (try cluster.node("a").global, try cluster.node("b").global)
            async let mine = one.put(try Self.rules(cap: 2 * round), by: Self.deadline())
            async let theirs = other.put(try Self.rules(cap: 2 * round + 1), by: Self.deadline())
            let both = try await [mine.get(), theirs.get()]
            let last = try #require(both.max { $0.rules.version < $1.rules.version })
            #expect(both.map(\.rules.version).sorted() == [version + 1, version + 2])
            version += 2
            try await cluster.wait { one.rules == last.rules && other.rules == last.rules }
            try await cluster.wait { try Self.fold(cluster, by: version) }
        }
    }

    /// What the rules have no use for is refused where it comes in.
    @Test func shouldCheckEventsByTheRulesInForce() async throws {
        let cluster = try await ClusterFixture(names: ["a"])
        defer { cluster.close() }
        try cluster.join("a")
        try await cluster.wait { try cluster.isSettled() && cluster.node("a").isReady }
        let event = #"{"op":"observe","a":"cookie:1","ts":5,"attributes":{"age":"old"}}"#
        try cluster.send(all: [Self.bytes(event)])
        try await cluster.wait { try cluster.isRouted() }
        let rules = try SurvivorshipRules(
            version: 0,
            attributes: [AttributeRule(name: Self.bytes("age"), type: .number, rule: .max)])
        _ = try await cluster.node("a").global.put(rules, by: Self.deadline()).get()
        try cluster.send(all: [Self.bytes(event)])
        try await cluster.wait { try cluster.node("a").figures.router.refused == 1 }
        try await cluster.rest()
        let letters = try cluster.messages(
            of: cluster.settings.topics.deadLetters, partitions: BrokerStore.deadLetterPartitions)
        #expect(letters.map { $0.headers["reason"] } == ["bad_type"])
        #expect(try cluster.node("a").figures.router.accepted == 1)
    }

    @Test(.stopsBrokers) func shouldSayNoPastTheDeadline() async throws {
        let cluster = try await ClusterFixture(names: ["a"])
        defer { cluster.close() }
        try cluster.join("a")
        try await cluster.wait { try cluster.node("a").isReady }
        try cluster.brokers.setDown()
        let (global, rules) = (try cluster.node("a").global, try Self.rules(cap: 2))
        let refused = await global.put(rules, by: .after(nanoseconds: 200_000_000))
        guard case .failure(.deadlinePassed) = refused else {
            Issue.record("\(refused)")
            return
        }
        try cluster.brokers.setUp()
    }
}
