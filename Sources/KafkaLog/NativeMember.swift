internal import CRdkafka

/// A group member's client, and the partitions that it was given and does not read yet.
///
/// `@unchecked Sendable`: `pending` is read and written under `turn` alone, which one thread at a
/// time has.
final class NativeMember: @unchecked Sendable {
    let client: NativeClient
    private let turn = NativeLock()
    /// Assigned partitions whose committed offsets are not known yet.
    private var pending: [KafkaPartition] = []

    init(_ client: NativeClient) { self.client = client }

    /// Runs `body` while no other thread polls or leaves.
    func inTurn<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try turn.locked(body)
    }

    /// Takes in what the group gives or takes; what it gives is started by `startPending`.
    func rebalance(_ event: borrowing NativeEvent, _ tell: (KafkaGroupEvent) -> Void) {
        let partitions = event.partitions.map { list in
            NativePartitionList.entries(of: list).map(\.partition)
        }
        guard let partitions else { return }
        switch event.code {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            tell(.assigned(partitions))
            pending += partitions
            // An empty assignment is one, too: the group waits for it to be taken in.
            if partitions.isEmpty { give([], startingAt: .beginning, offsets: [], tell) }
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            tell(.revoked(partitions, isLost: rd_kafka_assignment_lost(client.handle) != 0))
            takeBack(tell)
        default:
            tell(.failed(event.error(of: client)))
            takeBack(tell)
        }
    }

    /// Begins to read what was assigned, from what the group has committed.
    func startPending(_ start: KafkaStart, _ tell: (KafkaGroupEvent) -> Void) {
        guard !pending.isEmpty else { return }
        do throws(KafkaError) {
            let list = try NativePartitionList(pending)
            try KafkaError.check(
                rd_kafka_committed(
                    client.handle, list.handle, Int32(KafkaGroup.committedMilliseconds)))
            if let error = list.firstError { throw error }
            give(pending, startingAt: start, offsets: list.entries.map(\.offset), tell)
            pending = []
        } catch {
            tell(.failed(error))
        }
    }

    private func give(
        _ partitions: [KafkaPartition], startingAt start: KafkaStart, offsets: [Int64],
        _ tell: (KafkaGroupEvent) -> Void
    ) {
        let positions = zip(partitions, offsets).map { partition, offset in
            KafkaPosition(partition, offset < 0 ? start.native : offset)
        }
        do throws(KafkaError) {
            let list = try NativePartitionList(positions)
            try KafkaError.check(rd_kafka_assign(client.handle, list.handle))
        } catch {
            tell(.failed(error))
        }
    }

    /// All is taken back at each change.
    private func takeBack(_ tell: (KafkaGroupEvent) -> Void) {
        pending = []
        do throws(KafkaError) {
            try KafkaError.check(rd_kafka_assign(client.handle, nil))
        } catch {
            tell(.failed(error))
        }
    }

    /// Leaves the group: what it takes back is told, then the member is gone.
    func leave(_ tell: (KafkaGroupEvent) -> Void) {
        let queue: OpaquePointer = rd_kafka_queue_new(client.handle)
        defer { rd_kafka_queue_destroy(queue) }
        if let error = KafkaError.taking(rd_kafka_consumer_close_queue(client.handle, queue)) {
            tell(.failed(error))
            return
        }
        let deadline = Deadline(milliseconds: KafkaGroup.closeMilliseconds)
        while rd_kafka_consumer_closed(client.handle) == 0, !deadline.hasPassed {
            guard let next = rd_kafka_queue_poll(queue, NativeMember.leaveStep) else { continue }
            let event = NativeEvent(next)
            switch event.kind {
            case .rebalance: rebalance(event, tell)
            case .commit: tell(client.committed(event))
            case .message, .deliveries, .error, .other: break
            }
        }
    }

    /// Milliseconds after which `leave` looks whether it is done: no event says so.
    private static let leaveStep: Int32 = 20
}

extension NativeClient {
    /// What the answer to a commit tells.
    func committed(_ event: borrowing NativeEvent) -> KafkaGroupEvent {
        let entries = event.partitions.map { NativePartitionList.entries(of: $0) } ?? []
        let positions = entries.map { KafkaPosition($0.partition, $0.offset) }
        if event.code != RD_KAFKA_RESP_ERR_NO_ERROR {
            return .committed(positions, event.error(of: self))
        }
        return .committed(positions, NativePartitionList.firstError(in: entries))
    }
}
