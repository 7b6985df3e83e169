package import Foundation

/// Answers as JSON: one value on one line; members in order, slashes as they are.
///
/// Names are as the values' coding keys say them, so that what was encoded can be decoded.
package enum JSONText {
    /// The value on one line.
    package static func encode(_ value: some Encodable) -> String {
        String(decoding: data(value), as: UTF8.self)
    }

    /// The value on one line, as bytes of UTF-8.
    package static func data(_ value: some Encodable) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("answers hold nothing that JSON lacks")
        }
        return data
    }

    /// The value that the bytes say; nil where they are no JSON, or another value's.
    package static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) -> Value? {
        try? JSONDecoder().decode(type, from: data)
    }
}
