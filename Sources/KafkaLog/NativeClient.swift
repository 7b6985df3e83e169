internal import CRdkafka

/// A client of librdkafka's, and the handles of topics that go with it; frees them when the last
/// user lets go.
///
/// `@unchecked Sendable`: librdkafka's client is safe to use from any number of threads, its
/// pointers never change, and the list of topics is read and written under `lock` alone.
final class NativeClient: @unchecked Sendable {
    /// Bytes for a text of librdkafka's about an error.
    static let textBytes = 512

    /// Which of librdkafka's queues a client's events come on.
    enum Queue {
        /// The client's main one.
        case main
        /// One of its own, which what is said on the main one comes on too.
        case own
        /// That of a group's member, which what is said on the main one comes on too.
        case member
    }

    let handle: OpaquePointer
    /// The queue that events come on.
    let queue: OpaquePointer
    private let sink: NativeLogSink
    private let lock = NativeLock()
    private var bell: NativeBell?
    /// Few: a program writes and reads a handful of topics.
    private var topics: [(name: String, handle: OpaquePointer)] = []

    init(_ handle: OpaquePointer, _ queue: Queue, _ sink: NativeLogSink) {
        self.handle = handle
        switch queue {
        case .main: self.queue = rd_kafka_queue_get_main(handle)
        case .own:
            self.queue = rd_kafka_queue_new(handle)
            let main: OpaquePointer = rd_kafka_queue_get_main(handle)
            rd_kafka_queue_forward(main, self.queue)
            rd_kafka_queue_destroy(main)
        case .member:
            rd_kafka_poll_set_consumer(handle)
            self.queue = rd_kafka_queue_get_consumer(handle)
        }
        self.sink = sink
    }

    deinit {
        for topic in topics { rd_kafka_topic_destroy(topic.handle) }
        if bell != nil { rd_kafka_queue_cb_event_enable(queue, nil, nil) }
        rd_kafka_queue_destroy(queue)
        // A group's member was closed before, or is given up: it must not wait for its group here.
        rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }

    /// The handle of the topic `name`, made at its first use.
    func topic(_ name: String) throws(KafkaError) -> OpaquePointer {
        try lock.locked { () throws(KafkaError) in
            // Names are ASCII, so equal as text is equal as bytes.
            for topic in topics where topic.name == name { return topic.handle }
            try KafkaTopicName.check(name)
            guard let made = rd_kafka_topic_new(handle, name, nil) else {
                throw KafkaError(rd_kafka_last_error())
            }
            topics.append((name, made))
            return made
        }
    }

    /// The next event, once there is one; nil where none came in time, or `wake` was called.
    @inline(__always)
    func nextEvent(timeoutMilliseconds: Int32) -> NativeEvent? {
        rd_kafka_queue_poll(queue, timeoutMilliseconds).map { NativeEvent($0) }
    }

    /// Has who waits in `nextEvent` return, or the next one who would wait.
    func wake() { rd_kafka_queue_yield(queue) }

    /// Wakes another client from now on whenever an event comes while there is none. To be called
    /// once.
    func wakes(_ waiter: any KafkaWaiter) {
        let bell = NativeBell(waiter)
        lock.locked {
            precondition(self.bell == nil, "a client wakes one other")
            self.bell = bell
        }
        rd_kafka_queue_cb_event_enable(
            queue, NativeBell.callback, Unmanaged.passUnretained(bell).toOpaque())
    }

    /// The failure that ended the client for good; nil while it has not.
    var fatalError: KafkaError? {
        var text = [CChar](repeating: 0, count: NativeClient.textBytes)
        let error = rd_kafka_fatal_error(handle, &text, text.count)
        guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return KafkaError(
            .fatal, NativeClient.string(text), name: String(cString: rd_kafka_err2name(error)))
    }

    /// The offsets that `partition` holds, as its leader says now.
    func bounds(
        of partition: KafkaPartition, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> Range<Int64> {
        try KafkaTopicName.check(partition.topic)
        var low: Int64 = 0
        var high: Int64 = 0
        let error = rd_kafka_query_watermark_offsets(
            handle, partition.topic, partition.number, &low, &high, timeoutMilliseconds)
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(error).at(partition) }
        return low..<max(low, high)
    }

    /// The end that a broker told last, when `partition` was read from it; nil where none has.
    func knownEnd(of partition: KafkaPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = 0
        let error = rd_kafka_get_watermark_offsets(
            handle, partition.topic, partition.number, &low, &high)
        return error == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// Holds back the messages of `partitions`, also those that were read ahead, until `resume`.
    func pause(_ partitions: [KafkaPartition]) throws(KafkaError) {
        let list = try NativePartitionList(partitions)
        try KafkaError.check(rd_kafka_pause_partitions(handle, list.handle))
        if let error = list.firstError { throw error }
    }

    /// Goes on where `pause` came between.
    func resume(_ partitions: [KafkaPartition]) throws(KafkaError) {
        let list = try NativePartitionList(partitions)
        try KafkaError.check(rd_kafka_resume_partitions(handle, list.handle))
        if let error = list.firstError { throw error }
    }

    /// A text that librdkafka wrote into a buffer.
    static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A client that can be closed while others call it: they end first, or hear that it is closed.
///
/// `@unchecked Sendable`: `client` is read and written under `lock` alone.
final class NativeSlot<Client: AnyObject & Sendable>: @unchecked Sendable {
    private var client: Client?
    private let lock = NativeLock()

    init(_ client: Client) { self.client = client }

    /// The client; throws `.closed` where it is gone.
    func opened() throws(KafkaError) -> Client {
        guard let opened = lock.locked({ client }) else {
            throw KafkaError(.closed, "the client was closed")
        }
        return opened
    }

    /// Takes the client out, so that nobody finds it again; nil where it is gone already.
    func take() -> Client? {
        lock.locked {
            let taken = client
            client = nil
            return taken
        }
    }
}
