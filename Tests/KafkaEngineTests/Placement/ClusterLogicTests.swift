import IdentityModel
import KafkaEngine
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// Nodes of two releases, of which one knows a version of the logic that the other lacks, fold one
/// store; it is raised once all know it, and not before.
@Suite("Two versions of the logic over Kafka", .serialized)
struct ClusterLogicTests {
    /// What programs of the release before know, and those of this one.
    private static let (old, new) = (1...1, 1...2) as (ClosedRange<UInt64>, ClosedRange<UInt64>)

    /// By which versions the open partitions of all nodes that run fold, and which one those nodes
    /// take the store to be at.
    private static func versions(_ cluster: ClusterFixture) throws -> Set<UInt64> {
        var found: Set<UInt64> = []
        for name in cluster.running {
            let node = try cluster.node(name)
            found.insert(node.global.logicVersion)
            found.insert(node.figures.member.view.logicVersion)
            for standing in node.figures.replicas {
                let figures = node.replica(of: PartitionID(standing.partition))?.figures
                found.insert(figures?.logicVersion ?? 0)
            }
        }
        return found
    }

    /// By partition, the versions that the heads of all records in its log say, in their order.
    private static func heads(_ cluster: ClusterFixture) throws -> [[UInt64]] {
        var heads: [[UInt64]] = Array(repeating: [], count: Int(ClusterFixture.partitions))
        let messages = try cluster.messages(
            of: cluster.settings.topics.graph, partitions: Int32(ClusterFixture.partitions))
        for message in messages {
            let head = try RecordCodec.decode(message.value.span).head
            heads[Int(message.partition)].append(head.logicVersion)
        }
        return heads
    }

    /// The versions that the global topic has said.
    private static func said(_ cluster: ClusterFixture) throws -> [UInt64?] {
        try cluster.messages(of: cluster.settings.topics.global, partitions: 1)
            .filter { $0.key == LogicRecord.key }
            .map { try LogicRecord.decode($0.value) }
    }

    private static func expect(
        _ cluster: ClusterFixture, toBe lines: some Sequence<[UInt8]>, at version: UInt64
    ) async throws {
        try await cluster.rest()
        #expect(try versions(cluster) == [version])
        let wanted = try EmbeddedReference(Array(lines))
        #expect(try cluster.digest() == wanted.digest)
        #expect(try await cluster.askedDigest() == wanted.digest)
        #expect(try cluster.consumer() == wanted.customers)
    }

    /// Three nodes are upgraded one after the other, amid events; then one of before comes back.
    @Test func shouldUpgradeOneNodeAfterTheOther() async throws {
        let lines = Streams.retail(seed: 95, links: 1_200)
        let part = lines.count / 7
        let cluster = try await ClusterFixture(names: ["a", "b", "c", "d"])
        defer { cluster.close() }
        var next = 0
        func send() throws {
            try cluster.send(all: Array(lines[next..<(next + part)]))
            next += part
        }
        // One that knows version 2 and heard of no other would raise the store at once.
        for name in ["a", "b"] { try cluster.join(name, knowing: Self.old) }
        try await cluster.wait { try cluster.isSettled() }
        try cluster.join("c", knowing: Self.new)
        try await cluster.wait { try cluster.isSettled() }
        try send()
        try await Self.expect(cluster, toBe: lines[..<next], at: 1)
        // One of two that hold it back.
        try send()
        try await cluster.leave("a")
        try send()
        try cluster.join("a", knowing: Self.new)
        try await cluster.wait { try cluster.isSettled() }
        try await Self.expect(cluster, toBe: lines[..<next], at: 1)
        #expect(try Self.said(cluster).isEmpty)
        #expect(try Self.heads(cluster).allSatisfy { $0.allSatisfy { $0 == 1 } })
        // The last one goes: those that are left know version 2.
        try send()
        try await cluster.leave("b")
        try send()
        try await cluster.wait { try Self.versions(cluster) == [2] }
        try cluster.join("b", knowing: Self.new)
        try await cluster.wait { try cluster.isSettled() }
        try send()
        try await Self.expect(cluster, toBe: lines[..<next], at: 2)
        #expect(try Self.said(cluster) == [2], "it is said once")
        #expect(try Self.heads(cluster).allSatisfy { $0.last == 2 })
        try await Self.refuseTheOld(cluster)
        try cluster.send(all: Array(lines[next...]))
        try cluster.kill("d")
        try await Self.expect(cluster, toBe: lines, at: 2)
    }

    /// A node of before is refused, and nobody counts on it; the others go on as they were.
    private static func refuseTheOld(_ cluster: ClusterFixture) async throws {
        let settings = cluster.settings
        let identity = StoreIdentity(
            settings.node, keyFingerprint: BrokerStore.keys.keyFingerprint)
        func claim(_ known: ClosedRange<UInt64>) throws(EngineFailure) {
            try StoreClaim.make(
                identity, settings.kafka, settings.topics, knownLogic: known,
                timeoutMilliseconds: BrokerStore.patience)
        }
        try claim(new)
        let failure = #expect(throws: EngineFailure.self) { try claim(old) }
        let words =
            "the store of \(settings.topics.prefix) is at version 2 of the logic, and this release "
            + "knows 1"
        #expect(failure?.reason == words && failure?.remedy == Remedy.upgrade)
        // One that comes all the same, such as between the look and the raise.
        let placement = try cluster.placement()
        let others = cluster.running
        try cluster.join("d", knowing: old)
        let node = try cluster.node("d")
        try await cluster.wait { node.figures.member.refusal != nil }
        #expect(node.figures.member.refusal?.reason == words)
        #expect(node.figures.replicas.isEmpty)
        for name in others {
            let view = try cluster.node(name).figures.member.view
            #expect(view.nodes.map(\.id.name) == others && view.placement == placement)
        }
    }
}
