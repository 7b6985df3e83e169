internal import GraphCore
internal import IdentityModel

/// Bytes <-> members and edges on their way from one host to another.
///
/// A state: target (component id), the link that carried the move (two keys, the lesser first),
/// members (count, then each: key, version (varint), first seen (signed varint), namespace
/// (varint), value (counted), what it carries (`CarriedForm`)), edges (count, then each: lesser
/// end, greater end, version and liveness (varint)). A page, behind its transfer and index: whether
/// it is the last (1), the partition that waits (varint), its state.
enum StateForm {
    private static let leastMemberBytes = 21
    private static let leastEdgeBytes = 33

    // MARK: Writing

    static func encode(
        _ page: StatePage, into bytes: inout [UInt8], namespace: MessageForm.NamespaceNaming
    ) {
        bytes.append(page.isLast ? 1 : 0)
        bytes.appendVarint(UInt64(page.back.rawValue))
        encode(page.state, into: &bytes, namespace: namespace)
    }

    static func encode(
        _ state: ComponentState, into bytes: inout [UInt8],
        namespace: MessageForm.NamespaceNaming
    ) {
        precondition(state.via.a < state.via.b, "a link is in canonical order")
        bytes.appendComponent(state.target)
        bytes.appendKey(state.via.a)
        bytes.appendKey(state.via.b)
        bytes.appendVarint(UInt64(state.members.count))
        var start = (value: 0, fragment: 0)
        for index in state.members.indices {
            let member = state.members[index]
            precondition(
                index == 0 || state.members[index - 1].key < member.key, "members are in order")
            encode(member, of: state, from: &start, into: &bytes, namespace: namespace)
        }
        precondition(
            start.value == state.values.count && start.fragment == state.fragments.count,
            "members account for all bytes of their state")
        encode(state.edges, into: &bytes)
    }

    private static func encode(
        _ member: MemberImage, of state: ComponentState,
        from start: inout (value: Int, fragment: Int), into bytes: inout [UInt8],
        namespace: MessageForm.NamespaceNaming
    ) {
        precondition(
            isTime(member.firstSeen) && member.edgeCount == 0
                && member.valueCount <= EventLimits.valueBytes
                && member.fragmentCount <= MessageLimits.fragmentBytes && !member.isUntold,
            "members are within their limits where they are made")
        bytes.appendKey(member.key)
        bytes.appendVarint(UInt64(member.version))
        bytes.appendSignedVarint(member.firstSeen.milliseconds)
        bytes.appendVarint(UInt64(member.namespace == 0 ? 0 : namespace(member.namespace)))
        bytes.appendCounted(
            state.values.span.extracting(start.value..<start.value + member.valueCount))
        start.value += member.valueCount
        let end = start.fragment + member.fragmentCount
        CarriedForm.encode(
            member, fragment: state.fragments.span.extracting(start.fragment..<end), into: &bytes)
        start.fragment = end
    }

    private static func encode(_ edges: [StoredEdge], into bytes: inout [UInt8]) {
        bytes.appendVarint(UInt64(edges.count))
        var last: LinkPosition?
        for edge in edges {
            let place = LinkPosition(a: edge.a, b: edge.image.other)
            precondition(
                place.a < place.b && last.map { $0 < place } ?? true, "edges are in order")
            last = place
            bytes.appendKey(place.a)
            bytes.appendKey(place.b)
            bytes.appendVarint(UInt64(edge.image.version) << 1 | (edge.image.isLive ? 1 : 0))
        }
    }

    /// Whether a member may have been seen first then: at a time that events have, or not yet.
    private static func isTime(_ time: EventTime) -> Bool {
        time >= .minimum && time <= .maximum || time == .never
    }

    // MARK: Reading

    static func decodePage(
        _ index: UInt32, of transfer: ComponentID, _ bytes: Span<UInt8>,
        _ cursor: inout ByteCursor, namespace: MessageForm.NamespaceReading
    ) throws(WireError) -> StatePage {
        let isLast = try cursor.flag(bytes)
        let back = try cursor.partition(bytes)
        return StatePage(
            transfer: transfer, index: index, isLast: isLast, back: back,
            state: try decode(bytes, &cursor, namespace: namespace))
    }

    static func decode(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor,
        namespace: MessageForm.NamespaceReading
    ) throws(WireError) -> ComponentState {
        let target = try cursor.component(bytes)
        let a = try cursor.key(bytes)
        let via = LinkPosition(a: a, b: try cursor.key(bytes))
        guard via.a < via.b else { throw WireError(.damaged, "a link is not in canonical order") }
        var state = ComponentState(target: target, via: via)
        let memberCount = try cursor.count(bytes, leastBytes: leastMemberBytes)
        state.members.reserveCapacity(memberCount)
        for _ in 0..<memberCount { try decodeMember(bytes, &cursor, into: &state, namespace) }
        let edgeCount = try cursor.count(bytes, leastBytes: leastEdgeBytes)
        state.edges.reserveCapacity(edgeCount)
        for _ in 0..<edgeCount { try decodeEdge(bytes, &cursor, into: &state) }
        return state
    }

    private static func decodeMember(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, into state: inout ComponentState,
        _ namespace: MessageForm.NamespaceReading
    ) throws(WireError) {
        let key = try cursor.key(bytes)
        if let last = state.members.last, last.key >= key {
            throw WireError(.damaged, "members are out of order")
        }
        let version = try cursor.number(bytes)
        let firstSeen = EventTime(milliseconds: try cursor.signedVarint(bytes))
        let number = try cursor.number(bytes)
        let value = try cursor.counted(bytes)
        guard isTime(firstSeen), value.count <= EventLimits.valueBytes else {
            throw WireError(.damaged, "a member's time or value is out of bounds")
        }
        var member = MemberImage(
            key: key, version: version, firstSeen: firstSeen,
            namespace: number == 0 ? 0 : try namespace(number), valueCount: value.count,
            edgeCount: 0)
        state.values.append(bytes, value)
        let fragment = try CarriedForm.decode(bytes, &cursor, into: &member)
        guard !member.isUntold else {
            throw WireError(.damaged, "a member under way is told or untold nowhere")
        }
        state.fragments.append(bytes, fragment)
        state.members.append(member)
    }

    private static func decodeEdge(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, into state: inout ComponentState
    ) throws(WireError) {
        let a = try cursor.key(bytes)
        let b = try cursor.key(bytes)
        let word = try cursor.varint(bytes)
        guard let version = UInt32(exactly: word >> 1) else {
            throw WireError(.damaged, "an edge's version is too large")
        }
        if let last = state.edges.last,
            LinkPosition(a: last.a, b: last.image.other) >= LinkPosition(a: a, b: b)
        {
            throw WireError(.damaged, "edges are out of order")
        }
        guard a < b else { throw WireError(.damaged, "an edge is not in canonical order") }
        state.edges.append(
            StoredEdge(a: a, image: EdgeImage(other: b, version: version, isLive: word & 1 == 1)))
    }
}
