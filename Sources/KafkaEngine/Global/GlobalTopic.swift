internal import IdentityModel
package import KafkaLog

/// What all nodes of a store know: the whole of the global topic, from its start on, and a way to
/// write to it.
///
///     start ──▶ what it held when asked ──▶ hasReachedEnd ──▶ what comes from then on
///
/// A record is a key, an ASCII word or word/name, and its value, a JSON object with "format":1; no
/// value says that the key is gone. The last record of a key stands; the topic is compacted, so
/// earlier ones may be missing. Who writes reads back what was written, like everyone: of two that
/// write at once, all see the same order.
///
/// Used from one thread; only `poll` and `end` wait.
package final class GlobalTopic {
    /// A record that was read.
    package typealias Record = (key: [UInt8], value: [UInt8]?, offset: Int64)

    /// Records that one `poll` gives, at most.
    package static let recordsAtOnce = 1_000

    private let place: KafkaPartition
    private let reader: KafkaReader
    private let sender: OrderedSender
    /// What no trying again mends.
    private var failure: KafkaError?
    /// Whether all was given that the topic held when its end was first seen; true from then on.
    package private(set) var hasReachedEnd = false
    /// The offset behind the last record that was given.
    package private(set) var position: Int64 = 0

    /// A reader of the store's global topic, from its start on.
    ///
    /// - Throws: `KafkaError` `.wrongConfiguration`: settings do not fit.
    package init(_ kafka: KafkaSettings, _ topics: TopicNames) throws(KafkaError) {
        let place = KafkaPartition(topics.global, 0)
        let reader = try KafkaReader(kafka)
        sender = try OrderedSender(kafka, lanes: [place])
        try reader.start(place, at: .beginning)
        self.place = place
        self.reader = reader
    }

    /// How many records were sent of which nothing was heard.
    package var pendingCount: Int { sender.count }

    /// Writes a record; nil takes the key out. It leaves with the next `poll`, and `poll` gives it
    /// back at its place.
    package func send(key: [UInt8], value: [UInt8]?) {
        sender.send(OrderedSender.Message(key: key, value: value), on: 0, token: 0)
    }

    /// Sends what was taken, and gives what has come, in the topic's order; waits up to so many
    /// milliseconds for the first record.
    ///
    /// - Throws: `KafkaError`: the cluster refuses for good, or there is no such topic.
    package func poll(timeoutMilliseconds: Int) throws(KafkaError) -> [Record] {
        _ = try sender.poll(timeoutMilliseconds: 0)
        var records: [Record] = []
        try reader.poll(
            limit: Self.recordsAtOnce, timeoutMilliseconds: timeoutMilliseconds,
            event: { note($0) },
            message: { message in
                position = message.offset + 1
                // Brokers take none without a key into a compacted topic.
                guard let key = message.withKey({ Self.copy($0) }) else { return }
                records.append((key, message.withValue { Self.copy($0) }, message.offset))
            })
        if let failure { throw failure }
        _ = try sender.poll(timeoutMilliseconds: 0)
        return records
    }

    /// The offset behind the last record that the topic holds now, as its leader says; waits for
    /// the answer. Where `pendingCount` is 0, all that was sent is before it.
    ///
    /// - Throws: `KafkaError`: no answer came within so many milliseconds.
    package func end(timeoutMilliseconds: Int) throws(KafkaError) -> Int64 {
        try reader.bounds(of: place, timeoutMilliseconds: timeoutMilliseconds).upperBound
    }

    /// Lets go of the cluster; of what has not arrived nobody hears.
    package func close() {
        reader.close()
        sender.close()
    }

    private static func copy(_ lent: Span<UInt8>?) -> [UInt8]? {
        guard let lent else { return nil }
        var bytes: [UInt8] = []
        bytes.append(lent)
        return bytes
    }

    private func note(_ event: KafkaReaderEvent) {
        switch event {
        case .reachedEnd: hasReachedEnd = true
        case .failed(let error):
            // All else librdkafka tries again.
            if error.endsReading { failure = failure ?? error }
        }
    }
}
