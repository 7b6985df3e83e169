import IdentityModel
import KafkaEngine
import NodeRuntime
import PartitionCore
import TestSupport
import Testing
import WireFormat

/// What stands in a log that nobody can fold stops its partition, and no other, until somebody has
/// all nodes pass over it.
@Suite("Poison in a log", .serialized)
struct ClusterPoisonTests {
    private static let poisoned = PartitionID(5)

    /// A record that is sound, and of another store.
    private static let foreign = RecordCodec.encode(
        .tick(EventTime(milliseconds: 1)),
        RecordHead(
            logicVersion: PartitionMachine.knownLogic.upperBound,
            configurationDigest: BrokerStore.digest &+ 1))

    private static func skip(_ cluster: ClusterFixture, _ offset: UInt64) throws(EngineFailure) {
        let skip = SkipRecord(
            partition: poisoned.rawValue, offset: offset, reason: "a trial", since: 0)
        _ = try SkipWriter.write(
            skip, cluster.settings.kafka, cluster.settings.topics,
            timeoutMilliseconds: BrokerStore.patience)
    }

    private static func refusal(_ cluster: ClusterFixture, _ offset: UInt64) -> String? {
        do throws(EngineFailure) {
            try skip(cluster, offset)
            return nil
        } catch { return error.reason }
    }

    /// The record before which the partition stands, as a node has told all.
    private static func fault(_ cluster: ClusterFixture) throws -> RecordFault? {
        let view = try cluster.node("a").figures.member.view
        return view.nodes.flatMap(\.record.replicas).first {
            $0.partition == poisoned.rawValue && $0.fault != nil
        }?
        .fault
    }

    /// No value, no record, and a sound one of another store.
    private static let poisons: [[UInt8]?] = [nil, Array("no record".utf8), foreign]

    @Test(arguments: 0..<3) func shouldPassOverItOnAllNodesAlike(_ place: Int) async throws {
        let poison = Self.poisons[place]
        let lines = Streams.retail(seed: 91, links: 600)
        let cluster = try await ClusterFixture(names: ["a", "b", "c"])
        defer { cluster.close() }
        for name in ["a", "b"] { try cluster.join(name) }
        try cluster.send(all: Array(lines.prefix(lines.count / 2)))
        try await cluster.rest()
        let offset = try cluster.graphEnd(Int(Self.poisoned.rawValue))
        try cluster.spoil(Self.poisoned, with: poison)
        try await cluster.wait { try Self.fault(cluster) != nil }
        let fault = try #require(try Self.fault(cluster))
        #expect(fault.offset == offset && fault.mayPass && !fault.reason.isEmpty)
        try cluster.send(all: Array(lines.dropFirst(lines.count / 2)))
        try await cluster.wait { try cluster.isRouted() }
        #expect(Self.refusal(cluster, offset + 1)?.contains("no node stands before") == true)
        try await cluster.wait { Self.refusal(cluster, offset) == nil }
        try await cluster.rest()
        try cluster.join("c")
        try await cluster.wait { try cluster.isSettled() }
        try await cluster.rest()
        let wanted = try EmbeddedReference(lines)
        #expect(try cluster.digest() == wanted.digest)
        #expect(try cluster.consumer() == wanted.customers)
        #expect(try cluster.node("a").global.skips.map(\.offset) == [offset])
        #expect(try Self.fault(cluster) == nil)
    }

    /// Of a later release it may not be passed over: that release folds it.
    @Test func shouldStandBeforeALaterRelease() async throws {
        let cluster = try await ClusterFixture(names: ["a"])
        defer { cluster.close() }
        try cluster.join("a")
        try await cluster.wait { try cluster.isSettled() }
        let later = RecordCodec.encode(
            .tick(EventTime(milliseconds: 1)),
            RecordHead(
                logicVersion: PartitionMachine.knownLogic.upperBound + 1,
                configurationDigest: BrokerStore.digest))
        try cluster.spoil(Self.poisoned, with: later)
        try await cluster.wait { try Self.fault(cluster) != nil }
        let fault = try #require(try Self.fault(cluster))
        #expect(!fault.mayPass)
        try await cluster.wait {
            Self.refusal(cluster, fault.offset)?.contains("later release") == true
        }
        #expect(try cluster.node("a").global.skips.isEmpty)
    }

    /// A delivery that does not come while later ones do is told of, by owner and standby, and all
    /// else goes on.
    @Test func shouldTellOfADeliveryThatStaysMissing() async throws {
        let cluster = try await ClusterFixture(names: ["a", "b"])
        defer { cluster.close() }
        cluster.missingNanoseconds = 200_000_000
        for name in ["a", "b"] { try cluster.join(name) }
        try await cluster.wait { try cluster.isSettled() }
        let ahead = RecordCodec.encode(
            deliveries: [[]], sender: PartitionID(3), number: 1_000,
            RecordHead(
                logicVersion: PartitionMachine.knownLogic.lowerBound,
                configurationDigest: BrokerStore.digest))
        func told() throws -> [MissingDelivery?] {
            try cluster.node("a").figures.member.view.nodes.flatMap(\.record.replicas)
                .filter { $0.partition == Self.poisoned.rawValue }.map(\.missing)
        }
        #expect(try told() == [nil, nil])
        try cluster.spoil(Self.poisoned, with: ahead)
        let missing = MissingDelivery(sender: PartitionID(3), number: 1)
        try await cluster.wait { try told() == [missing, missing] }
        let lines = Streams.retail(seed: 92, links: 600)
        try cluster.send(all: lines)
        // The first thing that the sender says is what was missing.
        try await cluster.wait { try told() == [nil, nil] }
        try await cluster.rest()
        #expect(try cluster.digest() == EmbeddedReference(lines).digest)
    }

    @Test func shouldWatchOneThatStays() {
        var watch = MissingDeliveryWatch(patience: 10)
        let (one, other) = (
            MissingDelivery(sender: PartitionID(1), number: 5),
            MissingDelivery(sender: PartitionID(1), number: 6)
        )
        #expect(watch.look(one, at: 100) == nil)
        #expect(watch.look(one, at: 109) == nil && watch.look(one, at: 110) == one)
        #expect(watch.look(other, at: 115) == nil && watch.look(other, at: 125) == other)
        #expect(watch.look(nil, at: 130) == nil && watch.look(other, at: 131) == nil)
    }

    @Test func shouldReadNoOtherKeysAsSkips() throws {
        let skip = SkipRecord(partition: 3, offset: 117, reason: "why", since: 5)
        let (key, value) = skip.encoded
        #expect(key == Array("skip/3/117".utf8))
        #expect(try SkipRecord(key: key, value: value) == skip)
        for text in ["skip/3", "skip/3/", "skip/3/1/2", "skip/65536/1", "node/a", "skip//1"] {
            #expect(SkipRecord.place(Array(text.utf8)) == nil, "\(text)")
        }
        #expect(try SkipRecord(key: key, value: [1]) == nil)
        #expect(throws: EngineFailure.self) {
            try SkipRecord(key: key, value: Array(#"{"format":2}"#.utf8))
        }
    }
}
