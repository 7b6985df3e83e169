package import KafkaLog
internal import NodeRuntime

/// Has all nodes pass over a record that none of them can fold.
///
///     global topic ──▶ a node says that it stands before that record, which nobody could fold
///            ▲                 └──yes──▶ skip/<partition>/<offset>
///            └─────────────────────────────────┘
///
/// Whoever says it must mean a record that a partition stands before: one that nodes have folded
/// they would not pass over, and replicas would differ for ever. So each node looks again whether
/// it may pass (`PartitionMachine.mayPass`).
package enum SkipWriter {
    /// Milliseconds that one look at the topic waits for records.
    private static let pollMilliseconds = 20

    /// Writes it, and returns once the brokers have it.
    ///
    /// - Parameter milliseconds: how long all of it may take.
    /// - Returns: why the record could not be folded, as a node says.
    /// - Throws: `EngineFailure`: no node says that it stands before that record, or it may not be
    ///   passed over; the cluster does not answer.
    package static func write(
        _ skip: SkipRecord, _ kafka: KafkaSettings, _ topics: TopicNames,
        timeoutMilliseconds milliseconds: Int
    ) throws(EngineFailure) -> String {
        let topic = try EngineFailure.ofKafka { () throws(KafkaError) in
            try GlobalTopic(kafka, topics)
        }
        defer { topic.close() }
        let end = MonotonicTime.system.nanoseconds() + UInt64(max(0, milliseconds)) * 1_000_000
        var faults: [NodeID: RecordFault] = [:]  // lookup only
        func read() throws(EngineFailure) {
            guard MonotonicTime.system.nanoseconds() < end else {
                throw .kafka(
                    KafkaError(
                        .timedOut,
                        "\(topics.global) was not read and written within "
                            + "\(milliseconds) ms"))
            }
            let records = try EngineFailure.ofKafka { () throws(KafkaError) in
                try topic.poll(timeoutMilliseconds: pollMilliseconds)
            }
            for record in records {
                guard
                    case .node(let id, let node) = try ClusterRecord(
                        key: record.key, value: record.value)
                else { continue }
                faults[id] = node.flatMap { fault(of: skip, in: $0) }
            }
        }
        while !topic.hasReachedEnd { try read() }
        guard let fault = faults.values.first else {
            throw refusal(
                "no node stands before record \(skip.offset) of partition \(skip.partition)",
                "look with 'kindred cluster' which record it is; a node tells of it once it has "
                    + "tried")
        }
        guard fault.mayPass else {
            throw refusal(
                "record \(skip.offset) of partition \(skip.partition) is of a later release",
                Remedy.upgrade)
        }
        let (key, value) = skip.encoded
        topic.send(key: key, value: value)
        while topic.pendingCount > 0 { try read() }
        return fault.reason
    }

    private static func fault(of skip: SkipRecord, in node: NodeRecord) -> RecordFault? {
        node.replicas.first { $0.partition == skip.partition && $0.fault?.offset == skip.offset }?
            .fault
    }

    private static func refusal(_ reason: String, _ remedy: String) -> EngineFailure {
        .store(StoreFailure(.otherConfiguration, reason, remedy: remedy))
    }
}
