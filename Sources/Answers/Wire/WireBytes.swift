internal import Foundation

/// Bytes between nodes: base64 in JSON, so that none is lost or changed.
package struct WireBytes: Codable, Equatable, Sendable {
    /// The bytes.
    package let bytes: [UInt8]

    /// The bytes as they are.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        bytes = Array(try decoder.singleValueContainer().decode(Data.self))
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Data(bytes))
    }
}
