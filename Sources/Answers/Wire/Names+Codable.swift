package import IdentityModel

// How the nouns go between nodes: keys as 32 hexadecimal digits, times as milliseconds, component
// ids as the integer that they are.

extension NodeKey: Codable {
    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let key = NodeKey(hexadecimal: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a key is not 32 hexadecimal digits")
        }
        self = key
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hexadecimal)
    }
}

extension CustomerID: Codable {
    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        self.init(anchor: try NodeKey(from: decoder))
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws { try anchor.encode(to: encoder) }
}

extension ComponentID: Codable {
    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(UInt64.self))
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

extension EventTime: Codable {
    /// Only times that can be printed, and "not seen yet".
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let time = EventTime(milliseconds: try container.decode(Int64.self))
        guard time.isAccepted || time == .never else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a time is not in the years 0001 to 9999")
        }
        self = time
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}

/// By the number that log records have, too.
extension LinkOperation: Codable {}
