internal import Answers
internal import Foundation

/// What a handler answers with status 200.
enum Reply: Sendable {
    /// JSON, as UTF-8.
    case json([UInt8])
    /// Bytes of a file.
    case bytes([UInt8])
    /// Events that are told as they come. It has no place among the requests in hand.
    case stream(ChangeStream)

    /// JSON that was written already.
    init(json: [UInt8]) { self = .json(json) }

    /// A value as JSON.
    init(_ value: some Encodable) { self = .json(Array(JSONText.data(value))) }

    /// Events.
    init(_ stream: ChangeStream) { self = .stream(stream) }
}
