internal import CRdkafka
internal import Glibc
internal import KafkaLog

/// What a test met at real brokers that it cannot go on with.
struct RealClusterFailure: Error, CustomStringConvertible {
    let description: String
}

/// Real brokers, and the topics there whose names begin with a test's prefix.
///
/// `@unchecked Sendable`: librdkafka locks for itself, the pointer never changes, and one test has
/// this alone, which has its calls one after the other.
final class RealCluster: @unchecked Sendable {
    /// Milliseconds that brokers may take for anything, also for a start of their own.
    private static let patience: Int32 = 120_000
    /// Milliseconds between two looks whether brokers have done something.
    private static let lookMilliseconds: UInt32 = 50
    /// How often each broker is asked, on average, whether it knows a topic.
    private static let looksPerBroker = 5
    /// The topic of committed offsets: without it no group goes on.
    private static let offsets = "__consumer_offsets"

    private let handle: OpaquePointer
    private let admin: KafkaAdmin
    private let prefix: String
    private var down: Set<Int32> = []  // lookup only
    /// The brokers' numbers, rising.
    let numbers: [Int32]

    /// The cluster of some brokers, and the topics there that begin with `prefix`.
    init(brokers: String, prefix: String) throws {
        let configuration: OpaquePointer = rd_kafka_conf_new()
        var text = [CChar](repeating: 0, count: 512)
        rd_kafka_conf_set(configuration, "bootstrap.servers", brokers, &text, text.count)
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        guard let made = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, &text, text.count) else {
            throw RealClusterFailure(description: "librdkafka makes no client of \(brokers)")
        }
        handle = made
        admin = try KafkaAdmin(KafkaSettings(brokers: brokers))
        self.prefix = prefix
        numbers = try admin.cluster(timeoutMilliseconds: Int(Self.patience)).brokers.map(\.number)
    }

    deinit { rd_kafka_destroy(handle) }

    /// Has the brokers come back that are down, and deletes the test's topics: whoever looks at the
    /// cluster later finds nothing of the test.
    func close() {
        do {
            if !down.isEmpty { try setUp(numbers) }
            try deleteTopics()
        } catch {
            let text = "topics \(prefix)* are left behind: \(error)\n"
            _ = write(STDERR_FILENO, text, text.utf8.count)
        }
        admin.close()
    }

    // MARK: Topics

    /// Makes topics, and waits until the brokers know them.
    func create(_ topics: [KafkaNewTopic]) throws {
        let errors = try admin.create(topics, timeoutMilliseconds: Int(Self.patience))
        if let error = errors.compactMap(\.self).first { throw error }
        try awaitTopics(topics.map(\.name))
    }

    /// Waits until brokers know topics, each partition of which is led and whole. Each look asks
    /// any one of them: after so many in a row that find all, no broker is left that does not.
    func awaitTopics(_ names: [String]) throws {
        var looks = 0
        try wait("the topics \(names)") {
            let known = try topics()
            let areThere = names.allSatisfy { name in known.contains { $0 == (name, true) } }
            looks = areThere ? looks + 1 : 0
            return looks == Self.looksPerBroker * numbers.count
        }
    }

    private func deleteTopics() throws {
        var natives = try topics().map(\.name).filter { $0.hasPrefix(prefix) }
            .map { rd_kafka_DeleteTopic_new($0) }
        defer { for native in natives { rd_kafka_DeleteTopic_destroy(native) } }
        guard !natives.isEmpty else { return }
        let queue: OpaquePointer = rd_kafka_queue_new(handle)
        defer { rd_kafka_queue_destroy(queue) }
        rd_kafka_DeleteTopics(handle, &natives, natives.count, nil, queue)
        guard let event = rd_kafka_queue_poll(queue, Self.patience) else {
            throw RealClusterFailure(description: "no answer to a deletion")
        }
        defer { rd_kafka_event_destroy(event) }
        guard rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw RealClusterFailure(
                description: String(cString: rd_kafka_event_error_string(event)))
        }
    }

    /// The test's topics and that of committed offsets, and whether all brokers have each that are
    /// to have it.
    private func topics() throws -> [(name: String, isWhole: Bool)] {
        try withMetadata { metadata in
            (0..<Int(metadata.topic_cnt)).compactMap { index in
                let topic = metadata.topics[index]
                let name = String(cString: topic.topic)
                guard name.hasPrefix(prefix) || name == Self.offsets else { return nil }
                let partitions = UnsafeBufferPointer(
                    start: topic.partitions, count: Int(topic.partition_cnt))
                return (
                    name,
                    !partitions.isEmpty
                        && partitions.allSatisfy { $0.leader >= 0 && $0.isr_cnt == $0.replica_cnt }
                )
            }
        }
    }

    private func withMetadata<Found>(_ body: (rd_kafka_metadata) throws -> Found) throws -> Found {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let error = rd_kafka_metadata(handle, 1, nil, &metadata, Self.patience)
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else {
            throw RealClusterFailure(description: String(cString: rd_kafka_err2str(error)))
        }
        defer { rd_kafka_metadata_destroy(metadata) }
        return try body(metadata.pointee)
    }

    // MARK: Brokers

    /// Takes a broker down.
    func setDown(_ broker: Int32) throws {
        guard let commands = BrokerCommands.named else {
            throw RealClusterFailure(description: "mark the test .stopsBrokers")
        }
        down.insert(broker)
        try BrokerCommands.run(commands.down, broker)
    }

    /// Has those of some brokers come back that are down; once none is, waits until all is again on
    /// as many as it is to be on.
    func setUp(_ brokers: [Int32]) throws {
        guard let commands = BrokerCommands.named else { return }
        for broker in brokers where down.contains(broker) {
            try BrokerCommands.run(commands.up, broker)
            down.remove(broker)
        }
        guard down.isEmpty else { return }
        try wait("all brokers, with all that they are to have") {
            let count = try? withMetadata { Int($0.broker_cnt) }
            return try count == numbers.count && topics().allSatisfy(\.isWhole)
        }
    }

    private func wait(_ what: String, until holds: () throws -> Bool) throws {
        let end = ContinuousClock.now + .milliseconds(Int(Self.patience))
        while try !holds() {
            guard ContinuousClock.now < end else {
                throw RealClusterFailure(description: "in vain: \(what)")
            }
            usleep(Self.lookMilliseconds * 1_000)
        }
    }
}
