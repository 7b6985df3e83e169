import KafkaLog
import TestSupport

/// A message that was read, copied.
struct ReadMessage: Equatable {
    let partition: Int32
    let offset: Int64
    let key: [UInt8]?
    let value: [UInt8]
    var headers: [String: String] = [:]

    init(_ message: borrowing KafkaMessage) {
        partition = message.partition
        offset = message.offset
        key = message.withKey { $0?.copied }
        value = message.withValue { $0?.copied } ?? []
        var headers: [String: String] = [:]
        message.forEachHeader { name, value in
            headers[String(decoding: name.copied, as: UTF8.self)] = String(
                decoding: value?.copied ?? [], as: UTF8.self)
        }
        self.headers = headers
    }
}
