/// A node's name in its store, which it keeps when it starts again: 1 to 64 of the ASCII letters,
/// digits, dot, underscore and hyphen. So two that are equal as text are equal as bytes.
package struct NodeID: Hashable, Comparable, Sendable {
    /// The most bytes of a name.
    package static let maximumBytes = 64

    /// The name.
    package let name: String

    /// A node's name; nil where nodes may have no such name.
    package init?(_ name: String) {
        let bytes = name.utf8
        guard (1...Self.maximumBytes).contains(bytes.count), bytes.allSatisfy(Self.isAllowed)
        else { return nil }
        self.name = name
    }

    package static func < (left: NodeID, right: NodeID) -> Bool {
        left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension NodeID: Codable {
    /// The name that is coded; throws `DecodingError` where nodes may have no such name.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = NodeID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "no node has such a name")
        }
        self = id
    }

    /// Codes the name.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
