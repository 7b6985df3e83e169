internal import CRdkafka
internal import Glibc

/// A message that was read, lent for the time of a call: nothing of it is copied.
package struct KafkaMessage: ~Copyable {
    private let native: UnsafePointer<rd_kafka_message_t>

    init(_ native: UnsafePointer<rd_kafka_message_t>) { self.native = native }

    /// The topic's name. Made anew at each asking: `isOf` is cheaper.
    package var topic: String { String(cString: rd_kafka_topic_name(native.pointee.rkt)) }

    /// The partition's number in the topic.
    package var partition: Int32 { native.pointee.partition }

    /// The offset in the partition.
    package var offset: Int64 { native.pointee.offset }

    /// Milliseconds since 1970 that the producer or the broker gave it; nil where neither did.
    package var timestampMilliseconds: Int64? {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = rd_kafka_message_timestamp(native, &type)
        return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : timestamp
    }

    /// Whether the message is of the topic `name`.
    package func isOf(topic name: String) -> Bool {
        var given = UnsafeRawPointer(rd_kafka_topic_name(native.pointee.rkt)!)
            .assumingMemoryBound(to: UInt8.self)
        for byte in name.utf8 {
            guard given.pointee == byte else { return false }
            given += 1
        }
        return given.pointee == 0
    }

    /// Lends the key; nil where the message has none, which an empty one is not.
    @inline(__always)
    package func withKey<Result, Failure: Error>(
        _ body: (Span<UInt8>?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try lend(native.pointee.key, native.pointee.key_len, body)
    }

    /// Lends the value; nil where the message has none, which an empty one is not: in a compacted
    /// topic that takes the key out.
    @inline(__always)
    package func withValue<Result, Failure: Error>(
        _ body: (Span<UInt8>?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try lend(native.pointee.payload, native.pointee.len, body)
    }

    /// Lends each header in the order of writing: its name, and its value if it has one.
    package func forEachHeader(_ body: (_ name: Span<UInt8>, _ value: Span<UInt8>?) -> Void) {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(native, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return
        }
        var index = 0
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var count = 0
        while rd_kafka_header_get_all(headers, index, &name, &value, &count)
            == RD_KAFKA_RESP_ERR_NO_ERROR, let found = name
        {
            let bytes = UnsafeRawBufferPointer(start: found, count: strlen(found))
            bytes.withMemoryRebound(to: UInt8.self) { name in
                lend(value, count) { body(name.span, $0) }
            }
            index += 1
        }
    }
}

/// A header of a message to be sent.
package struct KafkaHeader: Hashable, Sendable {
    /// Its name, of which several headers may have the same; without zero bytes.
    package let name: String
    /// Its value; nil: none.
    package let value: [UInt8]?

    /// A header `name` of `value`.
    package init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

/// Lends `count` bytes at `start`, which librdkafka owns; nil where `start` is null.
@inline(__always)
func lend<Result, Failure: Error>(
    _ start: UnsafeRawPointer?, _ count: Int,
    _ body: (Span<UInt8>?) throws(Failure) -> Result
) throws(Failure) -> Result {
    guard let start else { return try body(nil) }
    return try body(
        UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count).span)
}
