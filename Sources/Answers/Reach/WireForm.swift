internal import Foundation

/// Questions and answers between nodes: JSON, read only up to a limit.
enum WireForm {
    /// The bytes of a value; nil where they are more than `limit`.
    static func encode(_ value: some Encodable, limit: Int) -> [UInt8]? {
        let data = JSONText.data(value)
        return data.count <= limit ? Array(data) : nil
    }

    /// The value that the bytes say; nil where they are too many, no JSON, or another value's.
    static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], limit: Int
    ) -> Value? {
        guard bytes.count <= limit else { return nil }
        return JSONText.decode(type, from: Data(bytes))
    }
}
