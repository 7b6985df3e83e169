internal import CRdkafka

/// One event of librdkafka's, freed with what it carries when it goes away.
struct NativeEvent: ~Copyable {
    /// Whether events give messages, deliveries or neither: the kinds that are told apart here.
    enum Kind {
        case deliveries
        case message
        case rebalance
        case commit
        case error
        case other
    }

    let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { rd_kafka_event_destroy(handle) }

    /// What it is.
    var kind: Kind {
        switch rd_kafka_event_type(handle) {
        case RD_KAFKA_EVENT_FETCH: .message
        case RD_KAFKA_EVENT_DR: .deliveries
        case RD_KAFKA_EVENT_REBALANCE: .rebalance
        case RD_KAFKA_EVENT_OFFSET_COMMIT: .commit
        case RD_KAFKA_EVENT_ERROR: .error
        default: .other
        }
    }

    /// Its next message, which lives as long as the event; nil behind the last.
    @inline(__always)
    func nextMessage() -> UnsafePointer<rd_kafka_message_t>? { rd_kafka_event_message_next(handle) }

    /// The error that it carries, librdkafka's number for it.
    var code: rd_kafka_resp_err_t { rd_kafka_event_error(handle) }

    /// The error that it carries, with the partition and offset that it befell.
    func error(of client: NativeClient) -> KafkaError {
        // Only of an error event: of a failed commit, which is smaller, librdkafka 2.0.2 would read
        // beyond its end.
        if kind == .error, rd_kafka_event_error_is_fatal(handle) != 0,
            let fatal = client.fatalError
        {
            return fatal
        }
        let text = rd_kafka_event_error_string(handle).map { String(cString: $0) }
        let error = KafkaError(code, text)
        guard let position else { return error }
        return error.at(position.partition, offset: position.offset < 0 ? nil : position.offset)
    }

    /// The place that an error befell, or an end was reached at; nil where it is no partition's.
    var position: KafkaPosition? {
        guard let place = rd_kafka_event_topic_partition(handle) else { return nil }
        defer { rd_kafka_topic_partition_destroy(place) }
        return KafkaPosition(
            KafkaPartition(String(cString: place.pointee.topic), place.pointee.partition),
            place.pointee.offset)
    }

    /// The partitions of a rebalance or a commit; owned by the event.
    var partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>? {
        rd_kafka_event_topic_partition_list(handle)
    }
}
