internal import CRdkafka

/// A list of partitions with offsets, as librdkafka takes and fills it.
struct NativePartitionList: ~Copyable {
    typealias Pointer = UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// The number that stands for all partitions of a topic.
    static let anyPartition: Int32 = -1

    let handle: Pointer

    /// The places listed.
    init(_ positions: [KafkaPosition]) throws(KafkaError) {
        for position in positions { try KafkaTopicName.check(position.partition.topic) }
        handle = rd_kafka_topic_partition_list_new(Int32(clamping: positions.count))
        for position in positions { add(position.partition, offset: position.offset) }
    }

    /// The partitions listed, with no offset.
    init(_ partitions: [KafkaPartition]) throws(KafkaError) {
        try self.init(partitions.map { KafkaPosition($0, Int64(RD_KAFKA_OFFSET_INVALID)) })
    }

    deinit { rd_kafka_topic_partition_list_destroy(handle) }

    private borrowing func add(_ partition: KafkaPartition, offset: Int64) {
        let entry = rd_kafka_topic_partition_list_add(handle, partition.topic, partition.number)
        entry!.pointee.offset = offset
    }

    /// Its entries.
    var entries: [Entry] { NativePartitionList.entries(of: handle) }

    /// One partition of a list.
    struct Entry {
        let partition: KafkaPartition
        /// An offset, or one of librdkafka's negative numbers.
        let offset: Int64
        let error: rd_kafka_resp_err_t
    }

    /// The entries of `list`.
    static func entries(of list: UnsafePointer<rd_kafka_topic_partition_list_t>) -> [Entry] {
        (0..<Int(list.pointee.cnt)).map { index in
            let entry = list.pointee.elems[index]
            return Entry(
                partition: KafkaPartition(String(cString: entry.topic), entry.partition),
                offset: entry.offset, error: entry.err)
        }
    }

    /// The first failure among the entries; nil where there is none.
    var firstError: KafkaError? { NativePartitionList.firstError(in: entries) }

    /// The first failure among `entries`; nil where there is none.
    static func firstError(in entries: [Entry]) -> KafkaError? {
        for entry in entries where entry.error != RD_KAFKA_RESP_ERR_NO_ERROR {
            return KafkaError(entry.error).at(entry.partition)
        }
        return nil
    }
}
