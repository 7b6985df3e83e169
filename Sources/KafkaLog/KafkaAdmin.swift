internal import CRdkafka

/// Asks a cluster about itself and its topics, makes topics, and trims them.
///
/// Every call waits for the answer on the caller's own thread, as long as it says, and may come
/// from any thread. What brokers cannot do is `.notSupported`.
package final class KafkaAdmin: Sendable {
    let slot: NativeSlot<NativeClient>

    /// A client that connects as soon as it can. Throws `.wrongConfiguration` where settings do not
    /// fit.
    package init(_ settings: KafkaSettings) throws(KafkaError) {
        // A consumer, because a producer's questions may make the topics that they name.
        let configuration = try NativeConfiguration(
            settings, KafkaReaderSettings().entries(settings))
        slot = NativeSlot(
            try configuration.make(
                RD_KAFKA_CONSUMER, events: RD_KAFKA_EVENT_ERROR, queue: .main))
    }

    /// Ends the client, once calls on other threads have returned.
    package func close() { _ = slot.take() }

    // MARK: - What there is

    /// The cluster: its id and brokers.
    package func cluster(timeoutMilliseconds: Int) throws(KafkaError) -> KafkaCluster {
        let client = try slot.opened()
        let deadline = Deadline(milliseconds: timeoutMilliseconds)
        let metadata = try metadata(of: nil, client, deadline)
        defer { rd_kafka_metadata_destroy(metadata) }
        let brokers = (0..<Int(metadata.pointee.broker_cnt)).map { index in
            let broker = metadata.pointee.brokers[index]
            return KafkaBroker(
                number: broker.id, address: "\(String(cString: broker.host)):\(broker.port)")
        }
        let id = rd_kafka_clusterid(client.handle, deadline.remainingMilliseconds).map { text in
            defer { rd_kafka_mem_free(client.handle, text) }
            return String(cString: text)
        }
        return KafkaCluster(id: id, brokers: brokers.sorted { $0.number < $1.number })
    }

    /// The topic `name`; throws `.unknownTopicOrPartition` where there is none. Makes none.
    package func topic(
        _ name: String, timeoutMilliseconds: Int
    ) throws(KafkaError) -> KafkaTopic {
        let client = try slot.opened()
        let metadata = try metadata(
            of: try client.topic(name), client, Deadline(milliseconds: timeoutMilliseconds))
        defer { rd_kafka_metadata_destroy(metadata) }
        for index in 0..<Int(metadata.pointee.topic_cnt) {
            let topic = metadata.pointee.topics[index]
            guard String(cString: topic.topic) == name else { continue }
            guard topic.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                let text = String(cString: rd_kafka_err2str(topic.err))
                throw KafkaError(topic.err, "\(name): \(text)")
            }
            let partitions = (0..<Int(topic.partition_cnt)).map { number in
                KafkaAdmin.partition(topic.partitions[number])
            }
            return KafkaTopic(name: name, partitions: partitions.sorted { $0.number < $1.number })
        }
        throw KafkaError(.unknownTopicOrPartition, "the brokers know no topic \(name)")
    }

    private func metadata(
        of topic: OpaquePointer?, _ client: NativeClient, _ deadline: Deadline
    ) throws(KafkaError) -> UnsafePointer<rd_kafka_metadata> {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        var patience = KafkaAdmin.firstMilliseconds
        while true {
            let limit = max(1, min(patience, deadline.remainingMilliseconds))
            let code = rd_kafka_metadata(client.handle, 0, topic, &metadata, limit)
            if let metadata, code == RD_KAFKA_RESP_ERR_NO_ERROR { return metadata }
            // librdkafka waits for a broker that lets it in; that none will, it says beside that.
            while let event = client.nextEvent(timeoutMilliseconds: 0) {
                let told = event.error(of: client)
                if event.kind == .error, told.code == .authentication { throw told }
            }
            let error = KafkaError(code)
            guard error.isRetriable, deadline.remainingMilliseconds > 0 else { throw error }
            // Growing: an answer that is slow must be waited for in the end.
            patience = min(2 * patience, KafkaAdmin.longestMilliseconds)
        }
    }

    /// Milliseconds that a first question about topics waits before it is looked whether the
    /// brokers let this client in at all: one second.
    private static let firstMilliseconds: Int32 = 1_000
    /// Milliseconds that a further one waits at most: 30 seconds.
    private static let longestMilliseconds: Int32 = 30_000

    private static func partition(_ native: rd_kafka_metadata_partition) -> KafkaTopicPartition {
        KafkaTopicPartition(
            number: native.id, leader: native.leader < 0 ? nil : native.leader,
            replicas: Array(
                UnsafeBufferPointer(start: native.replicas, count: Int(native.replica_cnt))),
            replicasInSync: Array(
                UnsafeBufferPointer(start: native.isrs, count: Int(native.isr_cnt))))
    }

    // MARK: - Offsets

    /// The offsets that `partition` holds now, as its leader says.
    package func bounds(
        of partition: KafkaPartition, timeoutMilliseconds: Int
    ) throws(KafkaError) -> Range<Int64> {
        try slot.opened().bounds(
            of: partition, timeoutMilliseconds: Int32(clamping: timeoutMilliseconds))
    }

    /// The offset of the first message of each of `partitions` that is not older than
    /// `milliseconds` since 1970, in their order; nil where there is none.
    package func offsets(
        of partitions: [KafkaPartition], notBefore milliseconds: Int64, timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Int64?] {
        guard !partitions.isEmpty else { return [] }
        let client = try slot.opened()
        let list = try NativePartitionList(
            partitions.map { KafkaPosition($0, milliseconds) })
        try KafkaError.check(
            rd_kafka_offsets_for_times(
                client.handle, list.handle, Int32(clamping: timeoutMilliseconds)))
        if let error = list.firstError { throw error }
        return list.entries.map { $0.offset < 0 ? nil : $0.offset }
    }
}
