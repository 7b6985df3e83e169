package import GraphCore
internal import IdentityModel

// How places and sums go between nodes.

extension MemberPosition: Codable {
    private enum CodingKeys: String, CodingKey {
        case priority, key
    }

    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            priority: try members.decode(UInt32.self, forKey: .priority),
            key: try members.decode(NodeKey.self, forKey: .key))
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(priority, forKey: .priority)
        try members.encode(key, forKey: .key)
    }
}

extension LinkPosition: Codable {
    private enum CodingKeys: String, CodingKey {
        case a, b
    }

    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            a: try members.decode(NodeKey.self, forKey: .a),
            b: try members.decode(NodeKey.self, forKey: .b))
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(a, forKey: .a)
        try members.encode(b, forKey: .b)
    }
}

extension Digest: Codable {
    /// 32 hexadecimal digits.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let words = HexadecimalText.words(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a digest is not 32 hexadecimal digits")
        }
        self.init(first: words.high, second: words.low)
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hexadecimal)
    }
}

extension GraphCounters: Codable {
    private enum CodingKeys: String, CodingKey {
        case identifiers, customers, pairs, merges, splits, minted
        case liveLinks = "live_links"
    }

    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        identifiers = try members.decode(UInt64.self, forKey: .identifiers)
        customers = try members.decode(UInt64.self, forKey: .customers)
        pairs = try members.decode(UInt64.self, forKey: .pairs)
        liveLinks = try members.decode(UInt64.self, forKey: .liveLinks)
        merges = try members.decode(UInt64.self, forKey: .merges)
        splits = try members.decode(UInt64.self, forKey: .splits)
        minted = try members.decode(UInt64.self, forKey: .minted)
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(identifiers, forKey: .identifiers)
        try members.encode(customers, forKey: .customers)
        try members.encode(pairs, forKey: .pairs)
        try members.encode(liveLinks, forKey: .liveLinks)
        try members.encode(merges, forKey: .merges)
        try members.encode(splits, forKey: .splits)
        try members.encode(minted, forKey: .minted)
    }
}

extension LargestComponents.Found: Codable {
    private enum CodingKeys: String, CodingKey {
        case count, anchor, namespace, value
    }

    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            count: try members.decode(Int.self, forKey: .count),
            anchor: try members.decode(NodeKey.self, forKey: .anchor),
            namespace: try members.decode(WireBytes.self, forKey: .namespace).bytes,
            value: try members.decode(WireBytes.self, forKey: .value).bytes)
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(count, forKey: .count)
        try members.encode(anchor, forKey: .anchor)
        try members.encode(WireBytes(namespace), forKey: .namespace)
        try members.encode(WireBytes(value), forKey: .value)
    }
}
