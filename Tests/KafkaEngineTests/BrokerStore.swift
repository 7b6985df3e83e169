import IdentityModel
import KafkaEngine
import KafkaLog
import KafkaTestSupport
import NodeKeys
import NodeRuntime
import TestSupport
import Testing

/// Brokers with a store's topics: events go in, and what comes of them can be looked at.
class BrokerStore {
    /// How long anything is waited for, in milliseconds.
    static let patience = 120_000
    static let eventsPartitions: Int32 = 4
    static let changesPartitions: Int32 = 3
    static let deadLetterPartitions = TopicPlan.deadLetterPartitions

    let brokers: TestBrokers
    let settings: EngineSettings
    private let admin: KafkaAdmin
    private let group: KafkaGroup
    private let producer: KafkaProducer
    private var sent = 0

    private static let key = StoreKey.random()
    static let keys = StoreKeys(key, RandomEvents.namespaces)
    /// The same key with namespaces that nobody has named.
    static let otherNamespaces = StoreKeys(key, .open)
    static var hasher: NodeKeyHasher { keys.hasher }
    static var digest: UInt64 { keys.configurationDigest }

    static func node(
        _ partitions: UInt16, _ checkpoints: CheckpointPolicy = .standard(tailEvents: 40)
    ) -> NodeSettings {
        NodeSettings(
            partitionCount: partitions, namespaces: RandomEvents.namespaces,
            configurationDigest: digest, checkpoints: checkpoints)
    }

    /// The topics of a store of so many partitions.
    init(partitions: UInt16, node: NodeSettings? = nil) async throws {
        brokers = try TestBrokers()
        let kafka = brokers.settings
        let topics = try TopicNames(brokers.prefix)
        var counts = TopicPlan.Partitions(graph: partitions)
        counts.events = Self.eventsPartitions
        counts.changes = Self.changesPartitions
        try brokers.createTopics(brokers.plan(counts))
        settings = try EngineSettings(
            kafka, topics, node ?? Self.node(partitions), isInsecureDev: brokers.areInsecure,
            timeoutMilliseconds: Self.patience)
        admin = try KafkaAdmin(kafka)
        group = try KafkaGroup(kafka, KafkaGroupSettings(groupID: topics.routers))
        producer = try KafkaProducer(kafka)
    }

    /// How all stands, for whoever looks why a test fails.
    var account: String { "nothing runs" }

    /// Everything ends.
    func close() {
        producer.close()
        group.close()
        admin.close()
    }

    // MARK: Events

    /// Sends a value to the topic of events, to one partition after the other.
    private func send(_ value: [UInt8]?) throws {
        let place = Int32(sent) % Self.eventsPartitions
        sent += 1
        let taken = try producer.enqueue(
            topic: settings.topics.events, partition: place, key: nil, value: value?.span)
        try #require(taken == .taken)
    }

    /// Sends values, and returns once the topic holds them.
    func send(all values: [[UInt8]?]) throws {
        try beginSending(values)
        try finishSending()
    }

    /// Sends values, whether or not there is a broker now.
    func beginSending(_ values: [[UInt8]?]) throws { for value in values { try send(value) } }

    /// Returns once the topic holds all that was sent.
    func finishSending() throws {
        var failures = 0
        try producer.flush(timeoutMilliseconds: Self.patience) { delivery in
            failures += delivery.error == nil ? 0 : 1
        }
        #expect(failures == 0)
    }

    /// Puts a message into a partition's log that is no record: without a value, unless told which.
    func spoil(_ partition: PartitionID, with value: [UInt8]? = nil) throws {
        let taken = try producer.enqueue(
            topic: settings.topics.graph, partition: Int32(partition.rawValue), key: nil,
            value: value?.span)
        try #require(taken == .taken)
        try producer.flush(timeoutMilliseconds: Self.patience) { #expect($0.error == nil) }
    }

    // MARK: Waiting

    /// Whether something holds; where the brokers do not say now, as while a leader changes, it
    /// does not.
    private func look(_ holds: () throws -> Bool) throws -> Bool {
        do {
            return try holds()
        } catch let error as KafkaError where error.isRetriable {
            return false
        }
    }

    /// Waits until something holds.
    func wait(until holds: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .milliseconds(Self.patience)
        while try !look(holds) {
            try #require(ContinuousClock.now < end, "it does not come: \(account)")
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Returns once something holds, and goes on to hold.
    func waitForCalm(until holds: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .milliseconds(Self.patience)
        var calm = 0
        while calm < 3 {
            try #require(ContinuousClock.now < end, "no rest: \(account)")
            calm = try look(holds) ? calm + 1 : 0
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    // MARK: Findings

    /// Whether the routers have committed all events.
    func isRouted() throws -> Bool {
        let partitions = (0..<Self.eventsPartitions).map {
            KafkaPartition(settings.topics.events, $0)
        }
        let committed = try group.committed(partitions, timeoutMilliseconds: Self.patience)
        for (partition, offset) in zip(partitions, committed) {
            let end = try admin.bounds(of: partition, timeoutMilliseconds: Self.patience).upperBound
            guard end == 0 || offset == end else { return false }
        }
        return true
    }

    /// Where the log of a partition ends.
    func graphEnd(_ partition: Int) throws -> UInt64 {
        let place = KafkaPartition(settings.topics.graph, Int32(partition))
        return UInt64(try admin.bounds(of: place, timeoutMilliseconds: Self.patience).upperBound)
    }

    /// Where the log of a partition begins.
    func graphStart(_ partition: Int) throws -> UInt64 {
        let place = KafkaPartition(settings.topics.graph, Int32(partition))
        return UInt64(try admin.bounds(of: place, timeoutMilliseconds: Self.patience).lowerBound)
    }

    /// Lets go of what a partition's log holds before an offset, as a mock does unasked: it keeps
    /// 5 MiB of each partition.
    func trimLikeAMock(_ partition: PartitionID, before offset: UInt64) throws {
        guard TestBrokers.areReal else { return }
        let place = KafkaPartition(settings.topics.graph, Int32(partition.rawValue))
        let held = try admin.deleteRecords(
            before: [KafkaPosition(place, Int64(offset))], timeoutMilliseconds: Self.patience)
        #expect(held == [Int64(offset)])
    }

    /// All messages of a topic.
    func messages(of topic: String, partitions: Int32) throws -> [ReadMessage] {
        let reader = try KafkaReader(settings.kafka)
        defer { reader.close() }
        let places = (0..<partitions).map { KafkaPartition(topic, $0) }
        for place in places { try reader.start(place, at: .beginning) }
        var unread = Set(places)  // lookup only
        var messages: [ReadMessage] = []
        let end = ContinuousClock.now + .milliseconds(Self.patience)
        while !unread.isEmpty {
            try #require(ContinuousClock.now < end)
            try reader.poll(
                limit: 1_000, timeoutMilliseconds: 20,
                event: { if case .reachedEnd(let end) = $0 { unread.remove(end.partition) } },
                message: { messages.append(ReadMessage($0)) })
        }
        return messages
    }

    /// By customer, what the topic of profiles says of it: the greatest version; nil: it is gone.
    func profiles() throws -> [String: [UInt8]] {
        var table = ProfilesTable()
        let messages = try messages(
            of: settings.topics.profiles, partitions: Self.changesPartitions)
        for message in messages { try table.take(message.value, key: message.key) }
        return table.profiles
    }

    /// Whoever has read all changes.
    func consumer() throws -> ChangesTable {
        var table = ChangesTable()
        let messages = try messages(
            of: settings.topics.changes, partitions: Self.changesPartitions)
        for message in messages { try table.take(message.value, key: message.key) }
        return table
    }
}
