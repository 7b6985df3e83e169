import IdentityModel
import KafkaEngine
import KafkaLog
import KafkaTestSupport
import NodeKeys
import NodeRuntime
import Synchronization
import TestSupport
import Testing
import WireFormat

/// What feeds a store by the million: nothing that is fed is lost, and what others send need not
/// wait for all of it.
@Suite("Feeding", .serialized)
struct EventFeederTests {
    /// A feeder of a store whose first node has said which it is.
    private static func feeder(
        _ store: BrokerStore, _ settings: FeederSettings = FeederSettings()
    ) throws -> EventFeeder {
        try claim(store)
        return try EventFeeder(
            store.settings.kafka, store.settings.topics, BrokerStore.keys, settings,
            timeoutMilliseconds: BrokerStore.patience)
    }

    private static func claim(_ store: BrokerStore) throws {
        let identity = StoreIdentity(
            store.settings.node, keyFingerprint: BrokerStore.keys.keyFingerprint)
        try StoreClaim.make(
            identity, store.settings.kafka, store.settings.topics,
            timeoutMilliseconds: BrokerStore.patience)
    }

    /// The frames of events, each of at most so many.
    private static func frames(
        _ lines: [[UInt8]], _ head: RecordHead, eventsAtOnce: Int = 50
    ) throws -> [(frame: [UInt8], events: Int)] {
        var router = EventRouter(hasher: BrokerStore.hasher)
        var decoder = JSONEventDecoder(
            options: EventDecoderOptions(namespaces: RandomEvents.namespaces))
        var frames: [(frame: [UInt8], events: Int)] = []
        for (place, line) in lines.enumerated() {
            guard case .event(let event) = decoder.decode(line.span, lineNumber: place + 1) else {
                Issue.record("line \(place + 1) is refused")
                continue
            }
            let bytes = decoder.scratch.bytes
            #expect(router.add(event, in: bytes.span) == nil)
            guard router.count == eventsAtOnce || place == lines.count - 1 else { continue }
            let count = router.count
            frames.append((router.takeRecord(head), count))
        }
        return frames
    }

    private static func wait(
        _ feeder: EventFeeder, _ store: BrokerStore, until holds: () throws -> Bool
    ) async throws {
        try await store.wait {
            try feeder.poll(timeoutMilliseconds: 5)
            return try holds()
        }
    }

    @Test func differentialRetailStream() async throws {
        let fixture = try await EngineFixture(partitions: 3)
        defer { fixture.close() }
        let lines = Streams.retail(seed: 61, links: 2_000)
        let feeder = try Self.feeder(fixture)
        defer { feeder.close() }
        let frames = try Self.frames(lines, feeder.recordHead)
        for (frame, events) in frames { feeder.send(frame, events: events) }
        try await Self.wait(feeder, fixture) {
            feeder.acknowledged == frames.count && feeder.untakenEvents == 0
        }
        try await fixture.rest()
        let wanted = try EmbeddedReference(lines)
        #expect(fixture.digest() == wanted.digest)
        #expect(try fixture.consumer() == wanted.customers)
        #expect(fixture.router.figures.accepted == UInt64(lines.count))
        #expect(fixture.router.figures.refused == 0)
    }

    /// No more waits in the topic than may, however much there is to send.
    @Test func shouldWaitForRouters() async throws {
        let store = try await BrokerStore(partitions: 1)
        defer { store.close() }
        var settings = FeederSettings()
        settings.untakenEvents = 100
        let feeder = try Self.feeder(store, settings)
        defer { feeder.close() }
        let frames = try Self.frames(
            Streams.retail(seed: 62, links: 400), feeder.recordHead)
        var sent = 0
        while feeder.hasRoom, sent < frames.count {
            feeder.send(frames[sent].frame, events: frames[sent].events)
            sent += 1
        }
        #expect(sent == 2 && feeder.untakenEvents == 100)
        try await Self.wait(feeder, store) { feeder.acknowledged == 2 }
        for _ in 0..<40 { try feeder.poll(timeoutMilliseconds: 10) }
        #expect(!feeder.hasRoom, "nobody has taken anything")
        let router = Router(store.settings, hasher: BrokerStore.hasher)
        defer { router.stop() }
        for (frame, events) in frames.dropFirst(2) {
            try await Self.wait(feeder, store) { feeder.hasRoom }
            feeder.send(frame, events: events)
            #expect(feeder.untakenEvents <= 150)
        }
        try await Self.wait(feeder, store) { feeder.untakenEvents == 0 }
        #expect(feeder.acknowledged == frames.count)
    }

    /// Says in the global topic how far a node has folded the store's one partition.
    private static func say(
        _ store: BrokerStore, _ role: ReplicaRole, position: UInt64, end: UInt64
    ) throws {
        let topic = try GlobalTopic(store.settings.kafka, store.settings.topics)
        defer { topic.close() }
        let id = try #require(NodeID("a"))
        let (key, value) = ClusterRecord.node(
            id,
            NodeRecord(
                address: "http://a:1", incarnation: "1", since: 0,
                replicas: [ReplicaStanding(0, role, position: position, logEnd: end)])
        ).encoded
        topic.send(key: key, value: value)
        while topic.pendingCount > 0 { _ = try topic.poll(timeoutMilliseconds: 5) }
    }

    @Test func shouldLeaveRoomToPartitionsThatAreBehind() async throws {
        let store = try await BrokerStore(partitions: 1)
        defer { store.close() }
        let feeder = try Self.feeder(store)
        defer { feeder.close() }
        #expect(feeder.hasRoom)
        let most = FeederSettings().recordsBehind
        try Self.say(store, .owner, position: 1_000, end: 1_001 + most)
        try await Self.wait(feeder, store) { !feeder.hasRoom }
        #expect(feeder.unfolded(before: [1_001 + most]) == 1 + most)
        // What stands by is not waited for, and has nothing folded for others.
        try Self.say(store, .standby, position: 1_001 + most, end: 1_001 + most)
        for _ in 0..<40 { try feeder.poll(timeoutMilliseconds: 10) }
        #expect(!feeder.hasRoom)
        try Self.say(store, .owner, position: 1_001, end: 1_001 + most)
        try await Self.wait(feeder, store) { feeder.hasRoom }
        #expect(feeder.unfolded(before: [1_001]) == 0)
        #expect(feeder.unfolded(before: [1_002]) == 1)
    }

    @Test func shouldKeepToItsRate() async throws {
        let store = try await BrokerStore(partitions: 1)
        defer { store.close() }
        let now = Mutex<UInt64>(5_000_000_000)
        var settings = FeederSettings(eventsPerSecond: 100)
        settings.time = MonotonicTime { now.withLock { $0 } }
        #expect(settings.eventsPerFrame == 10)
        #expect(FeederSettings(eventsPerSecond: 1).eventsPerFrame == 1)
        let feeder = try Self.feeder(store, settings)
        defer { feeder.close() }
        let frames = try Self.frames(
            Streams.retail(seed: 63, links: 60), feeder.recordHead, eventsAtOnce: 10)
        #expect(feeder.hasRoom)
        feeder.send(frames[0].frame, events: 10)
        #expect(!feeder.hasRoom)
        now.withLock { $0 += 99_999_999 }
        #expect(!feeder.hasRoom)
        now.withLock { $0 += 1 }
        #expect(feeder.hasRoom)
        // A minute in which nothing was sent is not made up for.
        now.withLock { $0 += 60_000_000_000 }
        feeder.send(frames[1].frame, events: 10)
        #expect(!feeder.hasRoom)
        now.withLock { $0 += 100_000_000 }
        #expect(feeder.hasRoom)
    }

    /// Nothing counts as acknowledged that the brokers do not have; and it comes to be.
    @Test(.mockOnly()) func shouldLoseNothingWithAProducer() async throws {
        try await checkLoss { feeder, fixture, send in
            fixture.brokers.mock.fail(
                .produce, with: Array(repeating: .outOfOrderSequence, count: 3))
            send()
            try feeder.poll(timeoutMilliseconds: 50)
            fixture.brokers.mock.clearFailures(.produce)
        }
    }

    @Test(.stopsBrokers) func shouldLoseNothingWithABroker() async throws {
        try await checkLoss { feeder, fixture, send in
            try fixture.brokers.setDown()
            send()
            for _ in 0..<20 { try feeder.poll(timeoutMilliseconds: 5) }
            #expect(feeder.acknowledged == 1 && feeder.pendingCount > 0)
            try fixture.brokers.setUp()
        }
    }

    /// Feeds an event, and the others while something happens, and compares.
    private func checkLoss(
        _ happens: (EventFeeder, EngineFixture, _ send: () -> Void) async throws -> Void
    ) async throws {
        let fixture = try await EngineFixture(partitions: 1)
        defer { fixture.close() }
        let lines = Streams.retail(seed: 64, links: 600)
        let feeder = try Self.feeder(fixture)
        defer { feeder.close() }
        let frames = try Self.frames(lines, feeder.recordHead)
        feeder.send(frames[0].frame, events: frames[0].events)
        try await Self.wait(feeder, fixture) { feeder.acknowledged == 1 }
        try await happens(feeder, fixture) {
            for (frame, events) in frames.dropFirst() { feeder.send(frame, events: events) }
        }
        try await Self.wait(feeder, fixture) { feeder.acknowledged == frames.count }
        try await fixture.rest()
        #expect(fixture.digest() == (try EmbeddedReference(lines)).digest)
    }

    @Test func shouldRefuseAnotherStore() async throws {
        let store = try await BrokerStore(partitions: 1)
        defer { store.close() }
        func refusal(_ keys: StoreKeys) -> String? {
            do throws(EngineFailure) {
                try EventFeeder(
                    store.settings.kafka, store.settings.topics, keys,
                    timeoutMilliseconds: BrokerStore.patience
                ).close()
                return nil
            } catch { return error.reason + "; " + error.remedy }
        }
        let none = "there is no store of \(store.brokers.prefix) yet"
        #expect(refusal(BrokerStore.keys)?.contains(none) == true)
        try Self.claim(store)
        #expect(refusal(BrokerStore.keys) == nil)
        let key = StoreKey.random()
        #expect(refusal(StoreKeys(key, RandomEvents.namespaces))?.contains("--key-file") == true)
        #expect(refusal(BrokerStore.otherNamespaces)?.contains("--namespaces") == true)
    }
}
