package import KafkaLog
internal import TestSupport

/// The brokers that one test runs on, and which topics there are its own: a mock cluster in this
/// process, or the real cluster that `KINDRED_TEST_BROKERS` names ("host:port", commas between).
///
/// On a real cluster the test's topics are deleted when this value goes; it must outlive the
/// clients that the test has. What only a mock can do is asked of `mock`, and such a test is
/// marked `.mockOnly`.
package final class TestBrokers: Sendable {
    /// The real brokers that tests run on; nil: each test has a mock cluster.
    package static let named = TestBudget.variable("KINDRED_TEST_BROKERS")
    /// Whether tests run on real brokers.
    package static let areReal = named != nil
    /// On how many brokers a topic is at most, as the program makes it.
    private static let mostReplicas = 3

    /// What all names of the test's topics and groups begin with: no other test has it.
    package let prefix: String
    /// The brokers' numbers, rising.
    package let numbers: [Int32]
    /// On how many brokers the test's topics are.
    package let replication: Int32
    /// What a client's settings name: the brokers' addresses.
    package let bootstrap: String
    private let cluster: KafkaMock?
    private let real: RealCluster?

    /// Brokers without a topic of this test; a mock cluster has `mockBrokers` of them.
    package init(mockBrokers: Int32 = 1) throws {
        prefix = "kindred-test-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        if let named = Self.named {
            let real = try RealCluster(brokers: named, prefix: prefix)
            self.real = real
            cluster = nil
            numbers = real.numbers
            bootstrap = named
        } else {
            let cluster = KafkaMock(brokers: mockBrokers)
            self.cluster = cluster
            real = nil
            numbers = Array(1...mockBrokers)
            bootstrap = cluster.bootstrap
        }
        replication = Int32(min(Self.mostReplicas, numbers.count))
    }

    deinit { real?.close() }

    /// The mock cluster, for what it alone can do.
    package var mock: KafkaMock {
        guard let cluster else { preconditionFailure("mark the test .mockOnly: it needs the mock") }
        return cluster
    }

    /// Settings for a client: as the program has them; of a mock, quick to try again.
    package var settings: KafkaSettings {
        var settings = KafkaSettings(brokers: bootstrap)
        guard !Self.areReal else { return settings }
        settings.maximumReconnectMilliseconds = 100
        settings.unknownTopicMilliseconds = 500
        return settings
    }

    /// Whether a broker that is lost may take along what it has acknowledged: all is on one.
    package var areInsecure: Bool { replication < Self.mostReplicas }

    // MARK: Topics

    /// The full name of a topic or group of this test.
    package func name(_ word: String) -> String { "\(prefix).\(word)" }

    /// Makes topics; the mock knows no settings.
    package func create(_ topics: [KafkaNewTopic]) throws {
        precondition(topics.allSatisfy { $0.name.hasPrefix(prefix) }, "nobody would delete them")
        if let real { return try real.create(topics) }
        for topic in topics {
            mock.createTopic(
                topic.name, partitions: topic.partitions, replication: topic.replication)
        }
    }

    /// Waits until all brokers know topics that another has made.
    package func awaitTopics(_ words: [String]) throws { try real?.awaitTopics(words.map(name)) }

    /// Makes a topic of so many partitions, each on as many brokers as may be: its full name.
    package func createTopic(_ word: String, partitions: Int32) throws -> String {
        let topic = KafkaNewTopic(
            name(word), partitions: partitions, replication: replication,
            configuration: [("min.insync.replicas", areInsecure ? "1" : "2")])
        try create([topic])
        return topic.name
    }

    /// Has a mock say that there is no such topic, where it would make one whoever asks; on real
    /// brokers there is none unless somebody makes it.
    package func hideTopic(_ name: String) { cluster?.hideTopic(name) }

    // MARK: Brokers

    /// Takes a broker down: nobody can connect to it.
    package func setDown(_ broker: Int32) throws {
        if let real { return try real.setDown(broker) }
        mock.setDown(broker)
    }

    /// Has a broker come back. Real ones are awaited, until all have again what each is to have.
    package func setUp(_ broker: Int32) throws {
        if let real { return try real.setUp([broker]) }
        mock.setUp(broker)
    }

    /// Takes all brokers down.
    package func setDown() throws { for broker in numbers { try setDown(broker) } }

    /// Has all brokers come back.
    package func setUp() throws {
        if let real { return try real.setUp(numbers) }
        for broker in numbers { mock.setUp(broker) }
    }

    /// Has a mock's answers be on their way so long; those of real brokers are as long as they are.
    package func setRoundTrip(milliseconds: Int32) {
        for broker in cluster == nil ? [] : numbers {
            mock.setRoundTrip(milliseconds: milliseconds, broker: broker)
        }
    }
}
