internal import CRdkafka

/// librdkafka's mock cluster: brokers in this process, for tests without any.
///
/// It produces, fetches, keeps groups and committed offsets; it knows no admin call but metadata,
/// no times, no compaction, and a partition keeps 5 MiB or 100,000 batches: older ones vanish, as
/// if the log had been trimmed.
///
/// `@unchecked Sendable`: the mock's functions lock for themselves, and the pointers never change.
package final class KafkaMock: @unchecked Sendable {
    /// A kind of request, by Kafka's number for it.
    package enum Request: Int16, Sendable {
        /// Messages to be stored.
        case produce = 0
        /// Messages to be read.
        case fetch = 1
        /// First and last offsets.
        case listOffsets = 2
        /// Brokers and topics.
        case metadata = 3
        /// Offsets of a group to be kept.
        case offsetCommit = 8
        /// Offsets of a group that are kept.
        case offsetFetch = 9
        /// Which broker keeps a group.
        case findCoordinator = 10
        /// A member that wants to take part in a group.
        case joinGroup = 11
        /// A member's sign of life.
        case heartbeat = 12
        /// The number of an idempotent producer.
        case initProducerID = 22
    }

    /// An error that brokers answer with, by Kafka's number for it.
    package enum Failure: Int32, Sendable {
        /// The message is not whole.
        case invalidMessage = 2
        /// There is no such topic or partition.
        case unknownTopicOrPartition = 3
        /// The partition's leader is another broker.
        case notLeader = 6
        /// The broker took too long.
        case requestTimedOut = 7
        /// The message is too large for the topic.
        case messageTooLarge = 10
        /// The group's coordinator is another broker.
        case notCoordinator = 16
        /// Too few replicas are in sync.
        case notEnoughReplicas = 19
        /// The group has gone on without the member.
        case illegalGeneration = 22
        /// This user may not do it.
        case topicAuthorizationFailed = 29
        /// This user may not take part in the group.
        case groupAuthorizationFailed = 30
        /// Messages of an idempotent producer are missing.
        case outOfOrderSequence = 45
        /// Another producer has taken this one's place.
        case invalidProducerEpoch = 47
        /// The password is wrong.
        case saslAuthenticationFailed = 58
    }

    private let handle: OpaquePointer
    private let cluster: OpaquePointer

    /// How many brokers it has, numbered from 1.
    package let brokers: Int32

    /// A cluster of `brokers` brokers.
    package init(brokers: Int32 = 1) {
        let configuration: OpaquePointer = rd_kafka_conf_new()
        var text = [CChar](repeating: 0, count: 512)
        rd_kafka_conf_set(
            configuration, "test.mock.num.brokers", String(brokers), &text, text.count)
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        guard let made = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &text, text.count),
            let mock = rd_kafka_handle_mock_cluster(made)
        else { preconditionFailure("librdkafka made no mock cluster: \(text)") }
        handle = made
        cluster = mock
        self.brokers = brokers
    }

    deinit { rd_kafka_destroy(handle) }

    /// What a client's settings name: the brokers' addresses.
    package var bootstrap: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

    /// Makes a topic; every partition is on `replication` brokers.
    package func createTopic(_ name: String, partitions: Int32, replication: Int32 = 1) {
        check(rd_kafka_mock_topic_create(cluster, name, partitions, replication))
    }

    /// Makes a broker one of silence: connections are cut, none is taken.
    package func setDown(_ broker: Int32 = 1) {
        check(rd_kafka_mock_broker_set_down(cluster, broker))
    }

    /// Has a broker take connections again.
    package func setUp(_ broker: Int32 = 1) {
        check(rd_kafka_mock_broker_set_up(cluster, broker))
    }

    /// Milliseconds that a broker's answers are on their way from now on.
    package func setRoundTrip(milliseconds: Int32, broker: Int32 = 1) {
        check(rd_kafka_mock_broker_set_rtt(cluster, broker, milliseconds))
    }

    /// Answers the next requests of a kind with these errors, one each, whichever broker is asked.
    package func fail(_ request: Request, with failures: [Failure]) {
        var errors = failures.map { rd_kafka_resp_err_t(rawValue: $0.rawValue) }
        rd_kafka_mock_push_request_errors_array(
            cluster, request.rawValue, errors.count, &errors)
    }

    /// Answers no more requests of a kind with errors.
    package func clearFailures(_ request: Request) {
        rd_kafka_mock_clear_request_errors(cluster, request.rawValue)
    }

    /// Answers the next request of a kind that reaches `broker` only after so long.
    package func delay(_ request: Request, milliseconds: Int32, broker: Int32 = 1) {
        check(
            kindred_rdkafka_mock_delay(
                cluster, broker, request.rawValue, RD_KAFKA_RESP_ERR_NO_ERROR, milliseconds))
    }

    /// Says of a topic, when asked, that there is no such, or another failure. Not said, it makes
    /// a topic of four partitions when it is asked for one that there is not, whoever asks.
    package func hideTopic(_ name: String, _ failure: Failure = .unknownTopicOrPartition) {
        rd_kafka_mock_topic_set_error(
            cluster, name, rd_kafka_resp_err_t(rawValue: failure.rawValue))
    }

    /// Has another broker lead a partition.
    package func setLeader(_ broker: Int32, of topic: String, _ partition: Int32) {
        check(rd_kafka_mock_partition_set_leader(cluster, topic, partition, broker))
    }

    private func check(_ error: rd_kafka_resp_err_t) {
        precondition(
            error == RD_KAFKA_RESP_ERR_NO_ERROR,
            "the mock cluster: \(String(cString: rd_kafka_err2str(error)))")
    }
}
