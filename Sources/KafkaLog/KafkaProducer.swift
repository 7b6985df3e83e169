internal import CRdkafka

/// How a producer gathers messages, and how many it holds at most.
package struct KafkaProducerSettings: Equatable, Sendable {
    /// How batches are compressed.
    package enum Compression: String, Sendable, CaseIterable {
        /// Not at all.
        case none
        /// LZ4: cheap.
        case lz4
        /// Zstandard: small.
        case zstd
    }

    /// Messages that may be enqueued and not yet reported by `poll`, at most.
    package var maximumMessages = 100_000
    /// Kibibytes that the values of such messages may have, at most; keys and headers are not
    /// counted by librdkafka.
    package var maximumKibibytes = 64 << 10
    /// Milliseconds that a message waits for others to be sent with.
    package var lingerMilliseconds = 1
    /// Bytes of a batch, at most, unless one message alone has more.
    package var batchBytes = 1_000_000
    /// How batches are compressed.
    package var compression = Compression.none

    /// The defaults.
    package init() {}

    /// What is the same for every producer, and nobody's to choose: nothing acknowledged is lost,
    /// nothing is twice or out of order, and nothing is given up because it takes long.
    static let fixed: [(key: String, value: String)] = [
        ("enable.idempotence", "true"), ("acks", "all"), ("message.timeout.ms", "0"),
        ("max.in.flight.requests.per.connection", "5"),
    ]

    var entries: [(key: String, value: String)] {
        KafkaProducerSettings.fixed + [
            ("queue.buffering.max.messages", String(maximumMessages)),
            ("queue.buffering.max.kbytes", String(maximumKibibytes)),
            ("linger.ms", String(lingerMilliseconds)), ("batch.size", String(batchBytes)),
            // A batch ends by bytes, never by count.
            ("batch.num.messages", "1000000"), ("compression.type", compression.rawValue),
        ]
    }
}

/// What became of one message.
package struct KafkaDelivery: Sendable {
    /// What `enqueue` was given with it.
    package let token: UInt
    /// The partition's number in the topic.
    package let partition: Int32
    /// The offset that it has; nil where it failed, and where the broker had taken an earlier
    /// sending of it and no longer said at which offset.
    package let offset: Int64?
    /// Why it is not known to be in the partition; nil: it is there, on every replica in sync.
    package let error: KafkaError?
}

/// Sends messages, each to a partition that the caller names, and tells what became of each.
///
/// Within a partition messages are stored in the order of `enqueue`, once each, and deliveries that
/// succeed are told in that order. A delivery that fails ends that promise: close the producer,
/// make a new one, and send again from the first message that was not acknowledged on.
///
/// No call runs on librdkafka's threads, and none blocks but `poll` and `flush` as long as they are
/// told to. Every call may come from any thread; deliveries are told in order where one thread
/// polls.
package final class KafkaProducer: Sendable {
    /// Whether a message was taken.
    package enum Enqueued: Sendable {
        /// It was: `poll` will tell what became of it.
        case taken
        /// It was not, for as many are in flight as may be: poll, then try again.
        case full
    }

    private let slot: NativeSlot<NativeClient>
    private let maximumMessageBytes: Int

    /// A producer that connects as soon as it can; it is no failure if it cannot now.
    ///
    /// Throws `.wrongConfiguration` where settings do not fit.
    package init(
        _ settings: KafkaSettings, _ producer: KafkaProducerSettings = KafkaProducerSettings()
    ) throws(KafkaError) {
        let configuration = try NativeConfiguration(settings, producer.entries)
        maximumMessageBytes = settings.maximumMessageBytes
        slot = NativeSlot(
            try configuration.make(
                RD_KAFKA_PRODUCER, events: RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR,
                queue: .main))
    }

    deinit { close() }

    /// Wakes `waiter`, another client, whenever there is something for `poll` to tell, so that one
    /// thread can wait for both. To be called once, before anything is sent.
    package func wakes(_ waiter: any KafkaWaiter) { try? slot.opened().wakes(waiter) }

    /// Takes a message for partition `partition` of `topic`, copying its bytes.
    ///
    /// `token` comes back with the delivery. Nil for key or value is none, which empty is not.
    /// Throws `.tooLarge` where the message is over `maximumMessageBytes`, `.fatal` once the
    /// producer has ended, and `.unknownTopicOrPartition` where it is known already that there is
    /// no such partition; else the delivery tells.
    package func enqueue(
        topic: String, partition: Int32, key: Span<UInt8>?, value: Span<UInt8>?,
        headers: [KafkaHeader] = [], token: UInt = 0
    ) throws(KafkaError) -> Enqueued {
        guard partition >= 0 else {
            throw KafkaError(.invalidArgument, "a partition's number is not below 0")
        }
        var size = (key?.count ?? 0) + (value?.count ?? 0)
        for header in headers { size += header.name.utf8.count + (header.value?.count ?? 0) }
        guard size <= maximumMessageBytes else {
            throw KafkaError(
                .tooLarge, "a message of \(size) bytes is over the limit of \(maximumMessageBytes)"
            ).at(KafkaPartition(topic, partition))
        }
        let client = try slot.opened()
        let topicHandle = try client.topic(topic)
        let native = try KafkaProducer.native(headers)
        let error = withBytes(of: key) { key, keyCount in
            withBytes(of: value) { value, valueCount in
                kindred_rdkafka_produce(
                    client.handle, topicHandle, partition, key, keyCount, value, valueCount,
                    native, UnsafeMutableRawPointer(bitPattern: token))
            }
        }
        guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { return .taken }
        if let native { rd_kafka_headers_destroy(native) }
        if error == RD_KAFKA_RESP_ERR__QUEUE_FULL { return .full }
        if let fatal = client.fatalError { throw fatal }
        throw KafkaError(error).at(KafkaPartition(topic, partition))
    }

    private static func native(_ headers: [KafkaHeader]) throws(KafkaError) -> OpaquePointer? {
        guard !headers.isEmpty else { return nil }
        guard !headers.contains(where: { $0.name.utf8.contains(0) }) else {
            throw KafkaError(.invalidArgument, "a header's name holds a zero byte")
        }
        let native: OpaquePointer = rd_kafka_headers_new(headers.count)
        for header in headers {
            let error = withBytes(of: header.value?.span) { value, count in
                rd_kafka_header_add(native, header.name, -1, value, count)
            }
            precondition(error == RD_KAFKA_RESP_ERR_NO_ERROR, "new headers take headers")
        }
        return native
    }

    /// Tells what became of messages, waiting up to `timeoutMilliseconds` for the first to be told.
    ///
    /// Throws, after what there is to tell, `.fatal` once the producer has ended; what is told
    /// later is heard by calling it again, and failures are all that it can be. Other failures
    /// (a broker that cannot be reached) are the log's: messages are sent when it is there again.
    ///
    /// - Returns: how many were told.
    @discardableResult
    package func poll(
        timeoutMilliseconds: Int, _ body: (KafkaDelivery) -> Void
    ) throws(KafkaError) -> Int {
        let client = try slot.opened()
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        var count = 0
        var isOver = false
        while let event = client.nextEvent(
            timeoutMilliseconds: isOver ? 0 : deadline.remainingMilliseconds)
        {
            if event.kind == .deliveries {
                count += KafkaProducer.tell(event, body)
                isOver = true
            } else if rd_kafka_event_error_is_fatal(event.handle) != 0 {
                isOver = true
            }
        }
        if let fatal = client.fatalError { throw fatal }
        return count
    }

    private static func tell(
        _ event: borrowing NativeEvent, _ body: (KafkaDelivery) -> Void
    ) -> Int {
        var count = 0
        while let message = event.nextMessage() {
            let message = message.pointee
            let failed = message.err != RD_KAFKA_RESP_ERR_NO_ERROR
            body(
                KafkaDelivery(
                    token: UInt(bitPattern: message._private), partition: message.partition,
                    offset: failed || message.offset < 0 ? nil : message.offset,
                    error: failed ? KafkaError(message.err) : nil))
            count += 1
        }
        return count
    }

    /// Messages that were taken and not yet told of.
    package var messagesInFlight: Int {
        guard let client = try? slot.opened() else { return 0 }
        return Int(rd_kafka_outq_len(client.handle))
    }

    /// Tells what becomes of every message taken so far, waiting for it.
    ///
    /// Throws `.timedOut` where some are still in flight then (they stay so), `.fatal` as `poll`.
    package func flush(
        timeoutMilliseconds: Int, _ body: (KafkaDelivery) -> Void
    ) throws(KafkaError) {
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        let client = try slot.opened()
        while rd_kafka_outq_len(client.handle) > 0 {
            let rest = deadline.remainingMilliseconds
            // What is told already must be heard, though the time has passed.
            let told = try poll(timeoutMilliseconds: Int(min(rest, Self.flushStep)), body)
            if told == 0, rest == 0 {
                throw KafkaError(
                    .timedOut,
                    "\(rd_kafka_outq_len(client.handle)) messages were not acknowledged within"
                        + " \(timeoutMilliseconds) ms")
            }
            // The slot is asked again: a producer that is closed meanwhile ends the flush.
        }
    }

    /// Milliseconds after which `flush` looks whether anything is left to wait for.
    private static let flushStep: Int32 = 100

    /// Throws away every message taken and not yet told of; `poll` tells them as `.purged`. Those
    /// that are on their way may be stored all the same.
    package func purge() throws(KafkaError) {
        let client = try slot.opened()
        try KafkaError.check(
            rd_kafka_purge(client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT))
    }

    /// Ends the producer; messages in flight may be stored or not, and nobody is told of them.
    /// A call that waits on another thread returns. Does nothing where it is closed.
    package func close() { slot.take()?.wake() }
}

/// The bytes of `span` as C takes them: null where there are none, another pointer where they are
/// empty.
@inline(__always)
private func withBytes<Result>(
    of span: Span<UInt8>?, _ body: (UnsafeRawPointer?, Int) -> Result
) -> Result {
    guard let span else { return body(nil, 0) }
    return span.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress else {
            var nothing: UInt8 = 0
            return body(&nothing, 0)
        }
        return body(start, bytes.count)
    }
}
