package import GraphCore
package import IdentityModel

/// Bytes <-> a component, and the rows of one that is in rows.
///
/// Component: format (1), flags (1: bit 0 says that it is in rows, bit 1 that members have
/// fragments then), rank (varint), anchor (16). Then, in rows: members and edges in all (varints),
/// what their fragments take, if anything (varint), the members' sum (16). Else the members: count,
/// then each: key (16), the member, edges (count, then each: greater end (16), the edge).
///
/// A member: version (varint), first seen (signed varint), namespace (varint), value (counted),
/// what it carries (`CarriedForm`). An edge: version and liveness (varint). A row: format (1), the
/// member or edge; a row of the ranks is its format alone.
package enum ComponentCodec {
    private static let isInRows: UInt8 = 1
    private static let hasFragments: UInt8 = 2
    private static let leastMemberBytes = 22
    private static let leastEdgeBytes = 17

    // MARK: Whole components and heads

    /// Appends the stored form of a component; of one in rows, its head.
    package static func encode(_ image: ComponentImage, into bytes: inout [UInt8]) {
        bytes.append(StateFormat.current)
        let units = image.fragmentUnits
        bytes.append((image.isInRows ? isInRows : 0) | (units > 0 ? hasFragments : 0))
        bytes.appendVarint(image.rank)
        bytes.appendKey(image.anchor)
        guard !image.isInRows else {
            bytes.appendVarint(UInt64(image.memberCount))
            bytes.appendVarint(UInt64(image.edgeCount))
            if units > 0 { bytes.appendVarint(UInt64(units)) }
            bytes.appendWord(image.memberSum.first)
            bytes.appendWord(image.memberSum.second)
            return
        }
        bytes.appendVarint(UInt64(image.members.count))
        var start = MemberStart()
        for member in image.members {
            bytes.appendKey(member.key)
            encode(member, of: image, from: &start, into: &bytes)
            bytes.appendVarint(UInt64(member.edgeCount))
            for edge in image.edges[start.edge..<start.edge + member.edgeCount] {
                bytes.appendKey(edge.other)
                encode(edge, into: &bytes)
            }
            start.edge += member.edgeCount
        }
    }

    /// Fills `image` with a component from its stored form; of one in rows, with its head.
    ///
    /// - Throws: `WireError`.
    package static func decode(
        _ bytes: Span<UInt8>, id: ComponentID, into image: inout ComponentImage
    ) throws(WireError) {
        image.reset(id)
        var cursor = ByteCursor(0..<bytes.count)
        let head = try decodeHead(bytes, &cursor)
        image.rank = head.rank
        image.anchor = head.anchor
        image.isInRows = head.isInRows
        if head.isInRows {
            image.memberCount = head.memberCount
            image.edgeCount = Int(try cursor.number(bytes))
            if head.hasFragments { image.fragmentUnits = try cursor.number(bytes) }
            let first = try cursor.word(bytes)
            image.memberSum = Digest(first: first, second: try cursor.word(bytes))
        } else {
            try decodeMembers(head.memberCount, bytes, &cursor, into: &image)
        }
        try cursor.finish()
    }

    private static func decodeMembers(
        _ count: Int, _ bytes: Span<UInt8>, _ cursor: inout ByteCursor,
        into image: inout ComponentImage
    ) throws(WireError) {
        guard count > 0, count <= cursor.remaining / leastMemberBytes else {
            throw WireError(.damaged, "a component's count of members is out of bounds")
        }
        for _ in 0..<count {
            let key = try cursor.key(bytes)
            if let last = image.members.last, last.key >= key {
                throw WireError(.damaged, "members are out of order")
            }
            try decodeMember(key, bytes, &cursor, into: &image)
            let edges = try cursor.count(bytes, leastBytes: leastEdgeBytes)
            image.members[image.members.count - 1].edgeCount = edges
            var last = key
            for _ in 0..<edges {
                let other = try cursor.key(bytes)
                guard last < other else { throw WireError(.damaged, "edges are out of order") }
                image.edges.append(try decodeEdge(bytes, &cursor, to: other))
                last = other
            }
        }
    }

    // MARK: Rows

    /// Appends the row of the only member of `image`.
    package static func encodeMemberRow(_ image: ComponentImage, into bytes: inout [UInt8]) {
        precondition(image.members.count == 1, "a row is one member's")
        bytes.append(StateFormat.current)
        var start = MemberStart()
        encode(image.members[0], of: image, from: &start, into: &bytes)
    }

    /// Appends a member to `image` from its row; its edges are in rows of their own.
    ///
    /// - Throws: `WireError`; the member is then not in `image`.
    package static func decodeMemberRow(
        _ bytes: Span<UInt8>, key: NodeKey, into image: inout ComponentImage
    ) throws(WireError) {
        var cursor = ByteCursor(0..<bytes.count)
        try StateFormat.check(bytes, &cursor)
        let (values, fragments) = (image.values.count, image.fragments.count)
        do throws(WireError) {
            try decodeMember(key, bytes, &cursor, into: &image)
            do throws(WireError) {
                try cursor.finish()
            } catch {
                image.members.removeLast()
                throw error
            }
        } catch {
            image.values.removeSubrange(values...)
            image.fragments.removeSubrange(fragments...)
            throw error
        }
    }

    /// Appends the row of an edge; that of its greater end is the same.
    package static func encodeEdgeRow(_ edge: EdgeImage, into bytes: inout [UInt8]) {
        bytes.append(StateFormat.current)
        encode(edge, into: &bytes)
    }

    /// Reads the row of an edge to `other`.
    ///
    /// - Throws: `WireError`.
    package static func decodeEdgeRow(
        _ bytes: Span<UInt8>, to other: NodeKey
    ) throws(WireError) -> EdgeImage {
        var cursor = ByteCursor(0..<bytes.count)
        try StateFormat.check(bytes, &cursor)
        let edge = try decodeEdge(bytes, &cursor, to: other)
        try cursor.finish()
        return edge
    }

    /// The row of a member's place among the ranks, whose key says it all.
    package static var rankRow: [UInt8] { [StateFormat.current] }

    /// Checks the row of a member's place among the ranks.
    ///
    /// - Throws: `WireError`.
    package static func checkRankRow(_ bytes: Span<UInt8>) throws(WireError) {
        var cursor = ByteCursor(0..<bytes.count)
        try StateFormat.check(bytes, &cursor)
        try cursor.finish()
    }

    // MARK: Parts

    /// Where a member's bytes and edges start in its image.
    private struct MemberStart {
        var value = 0
        var fragment = 0
        var edge = 0
    }

    private static func encode(
        _ member: MemberImage, of image: ComponentImage, from start: inout MemberStart,
        into bytes: inout [UInt8]
    ) {
        bytes.appendVarint(UInt64(member.version))
        bytes.appendSignedVarint(member.firstSeen.milliseconds)
        bytes.appendVarint(UInt64(member.namespace))
        bytes.appendCounted(
            image.values.span.extracting(start.value..<start.value + member.valueCount))
        let end = start.fragment + member.fragmentCount
        CarriedForm.encode(
            member, fragment: image.fragments.span.extracting(start.fragment..<end), into: &bytes)
        start.value += member.valueCount
        start.fragment = end
    }

    private static func encode(_ edge: EdgeImage, into bytes: inout [UInt8]) {
        bytes.appendVarint(UInt64(edge.version) << 1 | (edge.isLive ? 1 : 0))
    }

    private static func decodeMember(
        _ key: NodeKey, _ bytes: Span<UInt8>, _ cursor: inout ByteCursor,
        into image: inout ComponentImage
    ) throws(WireError) {
        var member = MemberImage(
            key: key, version: try cursor.number(bytes),
            firstSeen: EventTime(milliseconds: try cursor.signedVarint(bytes)),
            namespace: try cursor.number(bytes), valueCount: 0, edgeCount: 0)
        let value = try cursor.counted(bytes)
        guard value.count <= EventLimits.valueBytes else {
            throw WireError(.damaged, "a value is too long")
        }
        member.valueCount = value.count
        image.values.append(bytes, value)
        let fragment = try CarriedForm.decode(bytes, &cursor, into: &member)
        image.fragments.append(bytes, fragment)
        image.members.append(member)
    }

    private static func decodeEdge(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, to other: NodeKey
    ) throws(WireError) -> EdgeImage {
        let version = try cursor.varint(bytes)
        guard let count = UInt32(exactly: version >> 1) else {
            throw WireError(.damaged, "an edge's version is too large")
        }
        return EdgeImage(other: other, version: count, isLive: version & 1 == 1)
    }

    // MARK: Heads

    /// Reads the head of a stored component; its members are not looked at.
    ///
    /// - Throws: `WireError`.
    package static func decodeHead(_ bytes: Span<UInt8>) throws(WireError) -> ComponentHead {
        var cursor = ByteCursor(0..<bytes.count)
        return try decodeHead(bytes, &cursor)
    }

    private static func decodeHead(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> ComponentHead {
        try StateFormat.check(bytes, &cursor)
        let flags = try cursor.byte(bytes)
        guard flags & ~(isInRows | hasFragments) == 0 else {
            throw WireError(.newerFormat, "a component has flags that are not known")
        }
        guard flags != hasFragments else {
            throw WireError(.damaged, "a component in one value counts fragments")
        }
        let rank = try cursor.varint(bytes)
        let anchor = try cursor.key(bytes)
        return ComponentHead(
            rank: rank, anchor: anchor, memberCount: Int(try cursor.number(bytes)),
            isInRows: flags & isInRows != 0, hasFragments: flags & hasFragments != 0)
    }
}
