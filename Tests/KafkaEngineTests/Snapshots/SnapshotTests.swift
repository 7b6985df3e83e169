import IdentityModel
import KafkaEngine
import KafkaLog
import KafkaTestSupport
import NodeRuntime
import Testing
import WireFormat

/// Nodes that lose what they have stored, and logs that do not begin with their first record.
@Suite("Snapshots", .serialized)
struct SnapshotTests {
    /// What has a partition's snapshots taken as often as a test can see.
    private static func often(trimsLog: Bool = false) -> SnapshotSettings {
        var settings = SnapshotSettings()
        settings.intervalNanoseconds = 100_000_000
        settings.trimsLog = trimsLog
        settings.marginRecords = 2
        return settings
    }

    /// Links of identifiers that are so long that the mock cluster, which keeps 5 MiB of each
    /// partition, lets go of the first records; and so random that nothing makes them shorter.
    private static func longLines(_ count: Int) -> [[UInt8]] {
        var state: UInt64 = 7
        func name() -> String {
            (0..<56).reduce(into: "") { text, _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += HexadecimalText.print(state)
            }
        }
        return (0..<count).map { place in
            Array(
                (#"{"a":"cookie:\#(name())","b":"cookie:\#(name())","ts":\#(1_000 + place),"#
                    + #""source":"s"}"#).utf8)
        }
    }

    private static func broughtBack(_ events: [SnapshotEvent]) -> [PartitionID] {
        events.compactMap {
            guard case .broughtBack(let partition, _) = $0 else { return nil }
            return partition
        }
    }

    /// A node comes back with an empty folder, and reads no record that a snapshot has folded.
    @Test func shouldComeBackFromSnapshots() async throws {
        let lines = Streams.retail(seed: 61, links: 1_000)
        let cluster = try await ClusterFixture(names: ["a"])
        defer { cluster.close() }
        cluster.snapshots = Self.often()
        try cluster.join("a")
        try cluster.send(all: lines)
        try await cluster.rest()
        let partitions = (0..<ClusterFixture.partitions).map { PartitionID($0) }
        try await cluster.wait {
            partitions.allSatisfy { cluster.shelf.reaches(1, $0) }
        }
        let wanted = try EmbeddedReference(lines)
        #expect(try cluster.digest() == wanted.digest)
        try cluster.kill("a")
        try cluster.replaceStates(of: "a", with: [])
        try cluster.join("a")
        try await cluster.rest()
        #expect(try cluster.digest() == wanted.digest)
        let back = Self.broughtBack(cluster.shelf.events)
        #expect(back.count == partitions.count && partitions.allSatisfy(back.contains))
        #expect(try cluster.consumer() == wanted.customers)
        // What is there already needs none.
        try await cluster.leave("a")
        try cluster.join("a")
        try await cluster.rest()
        #expect(Self.broughtBack(cluster.shelf.events).count == partitions.count)
    }

    /// Too old a state gives way to a snapshot; where there is none, the node says so, and goes on
    /// once there is one.
    @Test func shouldGoOnWhereTheLogWasTrimmed() async throws {
        let short = Streams.retail(seed: 62, links: 100)
        let long = Self.longLines(4_000)
        let partition = PartitionID(0)
        let cluster = try await ClusterFixture(names: ["a"], partitions: 1)
        defer { cluster.close() }
        cluster.snapshots = Self.often()
        try cluster.join("a")
        try cluster.send(all: short)
        try await cluster.rest()
        try await cluster.wait { cluster.shelf.reaches(1, partition) }
        let old = try cluster.states(of: "a")
        let oldPosition = try #require(try StoredHeader.read(old[0])?.position)
        // By parts: the mock cluster lets go of what nobody has read yet, too.
        for first in stride(from: 0, to: long.count, by: 1_000) {
            try cluster.send(all: Array(long[first..<first + 1_000]))
            try await cluster.rest()
        }
        if let newest = cluster.shelf.newest(partition) {
            try cluster.trimLikeAMock(partition, before: newest.position - 2)
        }
        let start = try cluster.graphStart(0)
        try #require(start > oldPosition, "the log keeps more than it did")
        try await cluster.wait { cluster.shelf.reaches(start + 1, partition) }
        let wanted = try EmbeddedReference(short + long)
        #expect(try cluster.digest() == wanted.digest)

        try cluster.kill("a")
        try cluster.replaceStates(of: "a", with: old)
        try cluster.join("a")
        try await cluster.rest()
        #expect(try cluster.digest() == wanted.digest)
        #expect(Self.broughtBack(cluster.shelf.events) == [partition])

        try cluster.kill("a")
        try cluster.replaceStates(of: "a", with: [])
        let newest = try #require(cluster.shelf.newest(partition))
        let last = try cluster.graphStart(0)
        cluster.shelf.clear()
        try cluster.join("a")
        let node = try cluster.node("a")
        try await cluster.wait {
            node.figures.failures[0]?.reason
                == "the log of partition 0 was trimmed to offset \(last), and no snapshot "
                + "reaches it"
        }
        #expect(node.figures.failures[0]?.remedy.contains("--snapshots") == true)
        #expect(try cluster.shelf.add(partition, newest.state, newest.position))
        try await cluster.rest()
        #expect(try cluster.digest() == wanted.digest)
    }

    @Test func shouldTrimBehindTheOldestSnapshotAlone() async throws {
        let lines = Streams.retail(seed: 63, links: 1_500)
        let partition = PartitionID(0)
        let cluster = try await ClusterFixture(names: ["a"], partitions: 1)
        defer { cluster.close() }
        cluster.snapshots = Self.often(trimsLog: true)
        cluster.shelf.refuse(KafkaError(.authorization, "no right to delete"))
        try cluster.join("a")
        // One snapshot is not as many as are kept; then the brokers refuse; then they do not.
        var isRefused = true
        for start in stride(from: 0, to: lines.count - 100, by: 100) {
            let position = cluster.shelf.newest(partition)?.position ?? 0
            try cluster.send(all: Array(lines[start..<start + 100]))
            try await cluster.wait { cluster.shelf.reaches(position + 1, partition) }
            if isRefused, cluster.shelf.events.contains(where: Self.isTrimFailed) {
                #expect(cluster.shelf.trims.isEmpty)
                #expect(cluster.shelf.oldestPosition(partition) != nil)
                cluster.shelf.refuse(nil)
                isRefused = false
            }
        }
        try await cluster.rest()
        try await cluster.wait { !cluster.shelf.trims.isEmpty }
        try cluster.kill("a")
        let oldest = try #require(cluster.shelf.oldestPosition(partition))
        let trims = cluster.shelf.trims.map(\.offset)
        // A state of that position reads the record before it once more; two are the margin.
        #expect(trims.last == Int64(oldest) - 3)
        #expect(trims == trims.sorted())
        let log = KafkaPartition(cluster.settings.topics.graph, 0)
        #expect(cluster.shelf.trims.allSatisfy { $0.partition == log })
        #expect(try !TestBrokers.areReal || cluster.graphStart(0) == oldest - 3)
        #expect(cluster.shelf.events.contains(.trimmed(partition, start: oldest - 3)))
    }

    /// What fails is tried again, and the partition does not notice.
    @Test func shouldTryAgainWhereNoneCanBeTaken() async throws {
        let lines = Streams.retail(seed: 64, links: 300)
        let partition = PartitionID(0)
        let failure = StoreFailure(.noSpace, "the disk is full", remedy: "free space")
        let cluster = try await ClusterFixture(names: ["a"], partitions: 1)
        defer { cluster.close() }
        cluster.snapshots = Self.often()
        cluster.shelf.fail(failure)
        try cluster.join("a")
        try cluster.send(all: lines)
        try await cluster.rest()
        try await cluster.wait { cluster.shelf.events.contains(.failed(partition, failure)) }
        cluster.shelf.fail(nil)
        try await cluster.wait { cluster.shelf.reaches(1, partition) }
        #expect(try cluster.digest() == EmbeddedReference(lines).digest)
        #expect(try cluster.node("a").figures.failures == [nil])
    }

    private static func isTrimFailed(_ event: SnapshotEvent) -> Bool {
        if case .trimFailed = event { true } else { false }
    }
}
