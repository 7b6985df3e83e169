internal import CRdkafka

/// What a reader tells beside messages.
package enum KafkaReaderEvent: Sendable {
    /// Everything that a partition held was read; the next message will have this offset.
    case reachedEnd(KafkaPosition)
    /// Something failed. A partition whose offset was out of range, or that there is not, is not
    /// read any more: stop it, and start it where that makes sense. All else is tried again.
    case failed(KafkaError)
}

/// Reads partitions that the caller chooses, each from where the caller says: no group, no commits.
///
/// Calls may come from any thread; messages come in order, by partition, where one thread polls.
/// No call runs on librdkafka's threads.
///
/// Messages are taken from librdkafka one by one, as events: its calls that take a batch lose some
/// and repeat others in 2.0.2 when a partition is paused or moved meanwhile (its changelog of 2.1.0
/// says so), and save a tenth of a microsecond each.
package final class KafkaReader: Sendable {
    /// Milliseconds that `poll` waits for a broker to say what a partition holds, when an offset
    /// was out of range.
    static let boundsMilliseconds: Int32 = 2_000

    private let slot: NativeSlot<NativeReader>

    /// A reader of nothing yet. Throws `.wrongConfiguration` where settings do not fit.
    package init(
        _ settings: KafkaSettings, _ reader: KafkaReaderSettings = KafkaReaderSettings()
    ) throws(KafkaError) {
        let configuration = try NativeConfiguration(settings, reader.entries(settings))
        slot = NativeSlot(
            NativeReader(
                try configuration.make(
                    RD_KAFKA_CONSUMER, events: RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR,
                    queue: .own)))
    }

    deinit { close() }

    // MARK: - What is read

    /// Begins to read `partition`, which must not be read already: `.invalidArgument`.
    ///
    /// At an offset it begins soonest. For the beginning or the end a broker is asked first, and
    /// where it is not known yet which, librdkafka asks again after half a second.
    ///
    /// That there is no such partition, or nothing at such an offset, `poll` tells.
    package func start(_ partition: KafkaPartition, at start: KafkaStart) throws(KafkaError) {
        try slot.opened().start(partition, at: start)
    }

    /// Reads `partition` no more; none of its messages comes from now on. Does nothing where it is
    /// not read.
    package func stop(_ partition: KafkaPartition) throws(KafkaError) {
        try slot.opened().stop(partition)
    }

    /// Goes on reading `partition` from somewhere else; `.invalidArgument` where it is not read.
    package func seek(_ partition: KafkaPartition, to start: KafkaStart) throws(KafkaError) {
        try slot.opened().seek(partition, to: start)
    }

    /// Holds back the messages of `partitions`, also those that were read ahead, until `resume`.
    package func pause(_ partitions: [KafkaPartition]) throws(KafkaError) {
        try slot.opened().client.pause(partitions)
    }

    /// Goes on where `pause` came between: no message is lost, none comes twice.
    ///
    /// librdkafka 2.0.2 takes up to a second to ask for more then. Who only wants messages slower
    /// polls less: what is read ahead is bounded by the settings.
    package func resume(_ partitions: [KafkaPartition]) throws(KafkaError) {
        try slot.opened().client.resume(partitions)
    }

    /// The offsets that `partition` holds now, as its leader says; waits for the answer.
    package func bounds(
        of partition: KafkaPartition, timeoutMilliseconds: Int
    ) throws(KafkaError) -> Range<Int64> {
        try slot.opened().client.bounds(
            of: partition, timeoutMilliseconds: Int32(clamping: timeoutMilliseconds))
    }

    /// Behind the last message that `partition` held when a broker last answered a read of it;
    /// nil where none has, or it is not read. Waits for nobody.
    package func knownEnd(of partition: KafkaPartition) -> Int64? {
        try? slot.opened().client.knownEnd(of: partition)
    }

    // MARK: - Reading

    /// Gives up to `limit` messages to `message`, and what else there is to tell to `event`, in the
    /// order of coming; waits up to `timeoutMilliseconds` for the first.
    ///
    /// Throws `.fatal` where the client has ended. Where an offset is out of range it asks the
    /// broker for the bounds, for 2 s at most.
    ///
    /// - Returns: how many messages came.
    @discardableResult
    package func poll(
        limit: Int, timeoutMilliseconds: Int, event: (KafkaReaderEvent) -> Void = { _ in },
        message: (borrowing KafkaMessage) -> Void
    ) throws(KafkaError) -> Int {
        let reader = try slot.opened()
        var wait = Int32(clamping: timeoutMilliseconds)
        var count = 0
        while count < limit, let next = reader.client.nextEvent(timeoutMilliseconds: wait) {
            wait = 0
            switch next.kind {
            case .message:
                while let native = next.nextMessage() {
                    message(KafkaMessage(native))
                    count += 1
                }
            case .error:
                let told = reader.client.readerEvent(next)
                if case .failed(let error) = told, error.isFatal { throw error }
                event(told)
            case .deliveries, .rebalance, .commit, .other: break
            }
        }
        return count
    }

    /// Has a `poll` that waits on another thread return, else the next one not wait.
    package func wake() { try? slot.opened().client.wake() }

    /// Ends the reader. A call that waits on another thread returns. Does nothing where it is
    /// closed.
    package func close() { slot.take()?.client.wake() }
}

extension KafkaStart {
    /// librdkafka's number for it.
    var native: Int64 {
        switch self {
        case .offset(let offset): offset
        case .beginning: Int64(RD_KAFKA_OFFSET_BEGINNING)
        case .end: Int64(RD_KAFKA_OFFSET_END)
        }
    }
}

extension NativeClient {
    /// What an error event tells a reader.
    func readerEvent(_ event: borrowing NativeEvent) -> KafkaReaderEvent {
        if event.code == RD_KAFKA_RESP_ERR__PARTITION_EOF, let end = event.position {
            return .reachedEnd(end)
        }
        let error = event.error(of: self)
        guard error.code == .offsetOutOfRange, let partition = error.partition else {
            return .failed(error)
        }
        let held = try? bounds(
            of: partition, timeoutMilliseconds: KafkaReader.boundsMilliseconds)
        return .failed(error.at(partition, offset: error.offset, bounds: held))
    }
}

/// A reader's client with the partitions that it reads; stops them before the client goes.
///
/// `@unchecked Sendable`: `reading` is read and written under `lock` alone.
final class NativeReader: @unchecked Sendable {
    let client: NativeClient
    private let lock = NativeLock()
    private var reading: [KafkaPartition] = []

    init(_ client: NativeClient) { self.client = client }

    deinit {
        for partition in reading { try? stopNative(partition) }
    }

    func start(_ partition: KafkaPartition, at start: KafkaStart) throws(KafkaError) {
        try NativeReader.check(partition, start)
        let topic = try client.topic(partition.topic)
        try lock.locked { () throws(KafkaError) in
            guard !reading.contains(partition) else {
                throw KafkaError(.invalidArgument, "the partition is read already").at(partition)
            }
            try startNative(topic, partition, start)
            reading.append(partition)
        }
    }

    func seek(_ partition: KafkaPartition, to start: KafkaStart) throws(KafkaError) {
        try NativeReader.check(partition, start)
        let topic = try client.topic(partition.topic)
        try lock.locked { () throws(KafkaError) in
            guard let index = reading.firstIndex(of: partition) else {
                throw KafkaError(.invalidArgument, "the partition is not read").at(partition)
            }
            // Begun anew: `rd_kafka_seek_partitions` of 2.0.2 waits a thousandth of what it is
            // told to, and then nobody knows what it did.
            try stopNative(partition)
            reading.remove(at: index)
            try startNative(topic, partition, start)
            reading.append(partition)
        }
    }

    func stop(_ partition: KafkaPartition) throws(KafkaError) {
        try lock.locked { () throws(KafkaError) in
            guard let index = reading.firstIndex(of: partition) else { return }
            reading.remove(at: index)
            try stopNative(partition)
        }
    }

    private static func check(
        _ partition: KafkaPartition, _ start: KafkaStart
    ) throws(KafkaError) {
        if case .offset(let offset) = start, offset < 0 {
            throw KafkaError(.invalidArgument, "an offset is not below 0").at(partition)
        }
        guard partition.number >= 0 else {
            throw KafkaError(.invalidArgument, "a partition's number is not below 0")
        }
    }

    private func startNative(
        _ topic: OpaquePointer, _ partition: KafkaPartition, _ start: KafkaStart
    ) throws(KafkaError) {
        let code = rd_kafka_consume_start_queue(
            topic, partition.number, start.native, client.queue)
        guard code == 0 else { throw KafkaError(rd_kafka_last_error()).at(partition) }
    }

    private func stopNative(_ partition: KafkaPartition) throws(KafkaError) {
        guard rd_kafka_consume_stop(try client.topic(partition.topic), partition.number) == 0 else {
            throw KafkaError(rd_kafka_last_error()).at(partition)
        }
    }
}
