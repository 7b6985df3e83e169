internal import Answers
internal import Foundation

/// What a handler answers: JSON with status 200.
struct Reply: Sendable {
    /// The JSON, as UTF-8.
    let json: [UInt8]

    /// JSON that was written already.
    init(json: [UInt8]) { self.json = json }

    /// A value as JSON.
    init(_ value: some Encodable) { json = Array(JSONText.data(value)) }
}
