package import GraphCore
internal import IdentityModel

// How what the graph says goes between nodes. Names are identifiers' and sources' bytes: base64.

extension CustomerView: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, component, count, version
    }

    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try members.decode(CustomerID.self, forKey: .id),
            component: try members.decode(ComponentID.self, forKey: .component),
            identifierCount: try members.decode(Int.self, forKey: .count),
            version: try members.decode(UInt64.self, forKey: .version))
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(id, forKey: .id)
        try members.encode(component, forKey: .component)
        try members.encode(identifierCount, forKey: .count)
        try members.encode(version, forKey: .version)
    }
}

extension MemberView: Codable {
    private enum CodingKeys: String, CodingKey {
        case key, namespace, priority, value
        case firstSeen = "first_seen"
    }

    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            key: try members.decode(NodeKey.self, forKey: .key),
            namespace: try members.decode(WireBytes.self, forKey: .namespace).bytes,
            priority: try members.decode(UInt32.self, forKey: .priority),
            value: try members.decode(WireBytes.self, forKey: .value).bytes,
            firstSeen: try members.decode(EventTime.self, forKey: .firstSeen))
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(key, forKey: .key)
        try members.encode(WireBytes(namespace), forKey: .namespace)
        try members.encode(priority, forKey: .priority)
        try members.encode(WireBytes(value), forKey: .value)
        try members.encode(firstSeen, forKey: .firstSeen)
    }
}

extension WordView: Codable {
    private enum CodingKeys: String, CodingKey {
        case source, op, time, reason
    }

    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let time = try members.decode(EventTime.self, forKey: .time)
        guard time.isAccepted else {
            throw DecodingError.dataCorruptedError(
                forKey: .time, in: members, debugDescription: "a word has no time")
        }
        self.init(
            source: try members.decode(WireBytes.self, forKey: .source).bytes,
            operation: try members.decode(LinkOperation.self, forKey: .op), time: time,
            reason: try members.decodeIfPresent(WireBytes.self, forKey: .reason)?.bytes ?? [])
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(WireBytes(source), forKey: .source)
        try members.encode(operation, forKey: .op)
        try members.encode(time, forKey: .time)
        if !reason.isEmpty { try members.encode(WireBytes(reason), forKey: .reason) }
    }
}

extension LinkView: Codable {
    private enum CodingKeys: String, CodingKey {
        case a, b, live, words
        case firstLinked = "first_linked"
    }

    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            a: try members.decode(NodeKey.self, forKey: .a),
            b: try members.decode(NodeKey.self, forKey: .b),
            isLive: try members.decode(Bool.self, forKey: .live),
            firstLinked: try members.decode(EventTime.self, forKey: .firstLinked),
            words: try members.decode([WordView].self, forKey: .words))
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(a, forKey: .a)
        try members.encode(b, forKey: .b)
        try members.encode(isLive, forKey: .live)
        try members.encode(firstLinked, forKey: .firstLinked)
        try members.encode(words, forKey: .words)
    }
}

extension LinkPage: Codable {
    private enum CodingKeys: String, CodingKey {
        case links, next
    }

    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            links: try members.decode([LinkView].self, forKey: .links),
            next: try members.decodeIfPresent(LinkPosition.self, forKey: .next))
    }

    /// Writes it for another node.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(links, forKey: .links)
        try members.encodeIfPresent(next, forKey: .next)
    }
}
