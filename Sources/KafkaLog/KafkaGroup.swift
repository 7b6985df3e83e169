internal import CRdkafka

/// A member of a consumer group, which gives it partitions of the topics that it wants.
///
///     join -> assigned -> (messages) -> revoked -> assigned -> … -> close
///
/// Reading begins where the group committed last, and nothing is committed but by `commit` and
/// `commitSoon`. Offsets that are committed are those of the next message to be read.
///
/// `poll` is one thread's, and must be called within `maximumPollMilliseconds`; every other call
/// may come from any thread. No call runs on librdkafka's threads.
package final class KafkaGroup: Sendable {
    /// Milliseconds that `poll` waits for the group's committed offsets; it is tried again.
    package static let committedMilliseconds = 5_000
    /// Milliseconds that `close` waits for the group to take partitions back.
    package static let closeMilliseconds = 10_000

    private let slot: NativeSlot<NativeMember>
    private let whereNothingIsCommitted: KafkaStart

    /// A member that has not joined yet. Throws `.wrongConfiguration` where settings do not fit.
    package init(
        _ settings: KafkaSettings, _ group: KafkaGroupSettings,
        _ reader: KafkaReaderSettings = KafkaReaderSettings()
    ) throws(KafkaError) {
        guard !group.groupID.isEmpty else {
            throw KafkaError(.wrongConfiguration, "the group has no name")
        }
        let configuration = try NativeConfiguration(
            settings, reader.entries(settings) + group.entries)
        let client = try configuration.make(
            RD_KAFKA_CONSUMER,
            events: RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_REBALANCE,
            queue: .member)
        whereNothingIsCommitted = group.whereNothingIsCommitted
        slot = NativeSlot(NativeMember(client))
    }

    deinit { close() }

    // MARK: - Membership

    /// Joins the group for `topics`; called again, it wants these topics instead.
    package func join(_ topics: [String]) throws(KafkaError) {
        let member = try slot.opened()
        let list = try NativePartitionList(
            topics.map { KafkaPartition($0, NativePartitionList.anyPartition) })
        try KafkaError.check(rd_kafka_subscribe(member.client.handle, list.handle))
    }

    /// The partitions that are read now.
    package func assignment() throws(KafkaError) -> [KafkaPartition] {
        var list: NativePartitionList.Pointer?
        try KafkaError.check(rd_kafka_assignment(slot.opened().client.handle, &list))
        guard let list else { return [] }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        return NativePartitionList.entries(of: list).map(\.partition)
    }

    /// Leaves the group, telling `event` what is taken back as `poll` does, and ends the member.
    /// Waits for a `poll` on another thread to return, which it makes it do, and then 10 s at most.
    /// Not to be called from within a closure of `poll`. Does nothing where it is closed.
    package func close(_ event: (KafkaGroupEvent) -> Void = { _ in }) {
        guard let member = slot.take() else { return }
        member.client.wake()
        member.inTurn { member.leave(event) }
    }

    /// Ends the member without a word: the group gives what it had to others once the session is
    /// over. Does nothing where it is closed.
    package func abandon() { slot.take()?.client.wake() }

    /// Has a `poll` that waits on another thread return, else the next one not wait.
    package func wake() { try? slot.opened().client.wake() }

    // MARK: - Reading

    /// Gives up to `limit` messages to `message`, and what else there is to tell to `event`, in the
    /// order of coming; waits up to `timeoutMilliseconds` for the first.
    ///
    /// Throws `.fatal` where the client has ended. Where partitions were assigned it waits for the
    /// group's committed offsets, for 5 s at most; without them it says so, and tries again at the
    /// next call.
    ///
    /// - Returns: how many messages came.
    @discardableResult
    package func poll(
        limit: Int, timeoutMilliseconds: Int, event: (KafkaGroupEvent) -> Void,
        message: (borrowing KafkaMessage) -> Void
    ) throws(KafkaError) -> Int {
        let member = try slot.opened()
        return try member.inTurn { () throws(KafkaError) in
            var wait = Int32(clamping: timeoutMilliseconds)
            var count = 0
            member.startPending(whereNothingIsCommitted, event)
            while count < limit, let next = member.client.nextEvent(timeoutMilliseconds: wait) {
                wait = 0
                switch next.kind {
                case .message:
                    while let native = next.nextMessage() {
                        message(KafkaMessage(native))
                        count += 1
                    }
                case .rebalance:
                    member.rebalance(next, event)
                    member.startPending(whereNothingIsCommitted, event)
                case .commit: event(member.client.committed(next))
                case .error:
                    switch member.client.readerEvent(next) {
                    case .reachedEnd(let end): event(.reachedEnd(end))
                    case .failed(let error):
                        if error.isFatal { throw error }
                        event(.failed(error))
                    }
                case .deliveries, .other: break
                }
            }
            return count
        }
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

    // MARK: - Commits

    /// Commits `positions` for the group: where reading goes on. Waits for the answer.
    ///
    /// Throws `.notAMember` where the partitions are others' now, `.timedOut` where no answer came:
    /// it may be committed then.
    package func commit(
        _ positions: [KafkaPosition], timeoutMilliseconds: Int
    ) throws(KafkaError) {
        guard !positions.isEmpty else { return }
        let client = try slot.opened().client
        let list = try NativePartitionList(positions)
        let answer: OpaquePointer = rd_kafka_queue_new(client.handle)
        defer { rd_kafka_queue_destroy(answer) }
        try KafkaError.check(rd_kafka_commit_queue(client.handle, list.handle, answer, nil, nil))
        guard let event = rd_kafka_queue_poll(answer, Int32(clamping: timeoutMilliseconds)) else {
            throw KafkaError(
                .timedOut,
                "the group's coordinator did not answer a commit within"
                    + " \(timeoutMilliseconds) ms")
        }
        if case .committed(_, let error?) = client.committed(NativeEvent(event)) { throw error }
    }

    /// Commits `positions` for the group without waiting; `poll` tells what became of it.
    package func commitSoon(_ positions: [KafkaPosition]) throws(KafkaError) {
        guard !positions.isEmpty else { return }
        let client = try slot.opened().client
        let list = try NativePartitionList(positions)
        try KafkaError.check(
            rd_kafka_commit_queue(client.handle, list.handle, client.queue, nil, nil))
    }

    /// The offsets that the group has committed for `partitions`, in their order; nil where it has
    /// committed none. Waits for the answer.
    package func committed(
        _ partitions: [KafkaPartition], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Int64?] {
        guard !partitions.isEmpty else { return [] }
        let list = try NativePartitionList(partitions)
        try KafkaError.check(
            rd_kafka_committed(
                slot.opened().client.handle, list.handle, Int32(clamping: timeoutMilliseconds)))
        if let error = list.firstError { throw error }
        return list.entries.map { $0.offset < 0 ? nil : $0.offset }
    }
}
