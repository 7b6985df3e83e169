internal import GraphCore
internal import IdentityModel

/// Bytes <-> what a component is told of its member; the kind and the node stand before it.
/// `MessageForm` says what the bytes are.
enum ContentForm {
    /// The kinds as they are written; the numbers never change.
    enum Kind: UInt8 {
        case seen = 1
        case edge = 2
        case join = 3
        case joinBack = 4
        case retry = 5
        /// Seen, with something observed.
        case observed = 6
    }

    static func kind(of content: MemberMessage.Content) -> Kind {
        switch content {
        case .seen(_, _, _, let observation): observation.isEmpty ? .seen : .observed
        case .edge: .edge
        case .join: .join
        case .joinBack: .joinBack
        case .retry: .retry
        }
    }

    // MARK: Writing

    static func encode(
        _ content: MemberMessage.Content, of node: NodeKey, into bytes: inout [UInt8],
        namespace: MessageForm.NamespaceNaming
    ) {
        switch content {
        case .seen(let time, let number, let value, let observation):
            precondition(
                time >= .minimum && time <= .maximum && number > 0 && !value.isEmpty
                    && value.count <= EventLimits.valueBytes
                    && observation.count <= MessageLimits.observationBytes,
                "times, values and attributes are checked where events are decoded")
            bytes.appendSignedVarint(time.milliseconds)
            bytes.appendVarint(UInt64(namespace(number)))
            bytes.appendCounted(value.span)
            if !observation.isEmpty { bytes.appendCounted(observation.span) }
        case .edge(let other, let version, let isLive):
            append(lesser: node, greater: other, other, to: &bytes)
            bytes.appendVarint(UInt64(version) << 1 | (isLive ? 1 : 0))
        case .join(let other, let version, let asker, let rank):
            append(lesser: other, greater: node, other, to: &bytes)
            appendSide(version, asker, rank, to: &bytes)
        case .joinBack(let other, let version, let asked, let rank):
            append(lesser: node, greater: other, other, to: &bytes)
            appendSide(version, asked, rank, to: &bytes)
        case .retry(let other):
            append(lesser: node, greater: other, other, to: &bytes)
        }
    }

    private static func append(
        lesser: NodeKey, greater: NodeKey, _ other: NodeKey, to bytes: inout [UInt8]
    ) {
        precondition(lesser < greater, "a pair is in canonical order")
        bytes.appendKey(other)
    }

    private static func appendSide(
        _ version: UInt32, _ component: ComponentID, _ rank: UInt64, to bytes: inout [UInt8]
    ) {
        bytes.appendVarint(UInt64(version))
        bytes.appendComponent(component)
        bytes.appendVarint(rank)
    }

    // MARK: Reading

    static func decode(
        _ kind: Kind, of node: NodeKey, _ bytes: Span<UInt8>, _ cursor: inout ByteCursor,
        namespace: MessageForm.NamespaceReading
    ) throws(WireError) -> MemberMessage.Content {
        if kind == .seen || kind == .observed {
            return try decodeSeen(bytes, &cursor, namespace, isObserved: kind == .observed)
        }
        let other = try cursor.key(bytes)
        guard kind == .join ? other < node : node < other else {
            throw WireError(.damaged, "a pair is not in canonical order")
        }
        switch kind {
        case .edge:
            let word = try cursor.varint(bytes)
            guard let version = UInt32(exactly: word >> 1) else {
                throw WireError(.damaged, "an edge's version is too large")
            }
            return .edge(to: other, version: version, isLive: word & 1 == 1)
        case .join:
            let version = try cursor.number(bytes)
            let asker = try cursor.component(bytes)
            return .join(
                from: other, version: version, asker: asker, rank: try cursor.varint(bytes))
        case .joinBack:
            let version = try cursor.number(bytes)
            let asked = try cursor.component(bytes)
            return .joinBack(
                to: other, version: version, asked: asked, rank: try cursor.varint(bytes))
        case .seen, .observed, .retry: return .retry(to: other)
        }
    }

    private static func decodeSeen(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, _ namespace: MessageForm.NamespaceReading,
        isObserved: Bool
    ) throws(WireError) -> MemberMessage.Content {
        let time = EventTime(milliseconds: try cursor.signedVarint(bytes))
        guard time >= .minimum, time <= .maximum else {
            throw WireError(.damaged, "a message's time is out of bounds")
        }
        let number = try cursor.number(bytes)
        let range = try cursor.counted(bytes)
        guard number > 0, range.count > 0, range.count <= EventLimits.valueBytes else {
            throw WireError(.damaged, "an identifier's namespace or length is out of bounds")
        }
        var value: [UInt8] = []
        value.append(bytes, range)
        var observation: [UInt8] = []
        if isObserved {
            let range = try cursor.counted(bytes)
            guard range.count > 0, range.count <= MessageLimits.observationBytes else {
                throw WireError(.damaged, "an observation's length is out of bounds")
            }
            observation.append(bytes, range)
        }
        return .seen(
            at: time, namespace: try namespace(number), value: value, observation: observation)
    }
}
