import KafkaLog
import Synchronization
import Testing

/// Milliseconds after which a test gives up what a loaded machine does in well under a second.
let patience = 20_000

/// A message that was read, copied.
struct ReadMessage: Equatable {
    var topic: String
    var partition: Int32 = 0
    var offset: Int64 = 0
    var key: [UInt8]?
    var value: [UInt8]?

    init(_ message: borrowing KafkaMessage) {
        topic = message.topic
        partition = message.partition
        offset = message.offset
        key = message.withKey { copied($0) }
        value = message.withValue { copied($0) }
    }

    /// The value as text.
    var text: String { String(decoding: value ?? [], as: UTF8.self) }
}

/// A copy of lent bytes.
func copied(_ span: Span<UInt8>?) -> [UInt8]? {
    guard let span else { return nil }
    return span.withUnsafeBytes { Array($0) }
}

/// The bytes of a text.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

extension KafkaProducer {
    /// Enqueues a text, and requires that it is taken.
    func send(
        _ text: String, _ topic: String, _ partition: Int32 = 0, token: UInt = 0
    ) throws {
        let taken = try enqueue(
            topic: topic, partition: partition, key: nil, value: bytes(text).span, token: token)
        try #require(taken == .taken)
    }

    /// What became of all that is in flight.
    func flushed(timeoutMilliseconds: Int = patience) throws(KafkaError) -> [KafkaDelivery] {
        var deliveries: [KafkaDelivery] = []
        try flush(timeoutMilliseconds: timeoutMilliseconds) { deliveries.append($0) }
        return deliveries
    }
}

extension KafkaReader {
    /// Messages until there are `count`, or until time is up.
    func read(
        _ count: Int, timeoutMilliseconds: Int = patience,
        event: (KafkaReaderEvent) -> Void = { _ in }
    ) throws -> [ReadMessage] {
        var messages: [ReadMessage] = []
        let end = ContinuousClock.now + .milliseconds(timeoutMilliseconds)
        while messages.count < count, ContinuousClock.now < end {
            try poll(limit: count - messages.count, timeoutMilliseconds: 20, event: event) {
                messages.append(ReadMessage($0))
            }
        }
        return messages
    }

    /// The first event of a kind, or nil where none comes in time.
    func firstEvent<Found>(
        timeoutMilliseconds: Int = patience, _ pick: (KafkaReaderEvent) -> Found?
    ) throws -> Found? {
        var found: Found?
        let end = ContinuousClock.now + .milliseconds(timeoutMilliseconds)
        while found == nil, ContinuousClock.now < end {
            try poll(
                limit: 1, timeoutMilliseconds: 20, event: { found = found ?? pick($0) },
                message: { _ in })
        }
        return found
    }

    /// The first failure, or nil where none comes in time.
    func firstFailure() throws -> KafkaError? {
        try firstEvent { if case .failed(let error) = $0 { error } else { nil } }
    }
}
