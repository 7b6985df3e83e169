package import GraphCore
package import IdentityModel

/// Bytes <-> a component, in pages of at most `ComponentImage.pageMembers` members.
///
/// Page 0: format (1), rank (varint), anchor (16), members in all (varint), then its members. Later
/// pages: format (1), then their members. Members: count, then each: key (16), version (varint),
/// first seen (signed varint), namespace (varint), value (counted), carried (1: 0 for nothing, else
/// customer version (varint), published (counted), fragment (counted)), edges (count, then each:
/// greater end (16), version and liveness (varint)).
package enum ComponentCodec {
    private static let leastMemberBytes = 22
    private static let leastEdgeBytes = 17

    /// Where a page's members, values, carried bytes and edges start in its image.
    package struct PageStart: Sendable {
        var member = 0
        var value = 0
        var carried = 0
        var edge = 0

        /// The start of the first page.
        package init() {}
    }

    /// Appends the stored form of the page that starts at `start`, and moves `start` on.
    package static func encodePage(
        _ page: Int, of image: ComponentImage, from start: inout PageStart,
        into bytes: inout [UInt8]
    ) {
        bytes.append(StateFormat.current)
        if page == 0 {
            bytes.appendVarint(image.rank)
            bytes.appendKey(image.anchor)
            bytes.appendVarint(UInt64(image.members.count))
        }
        let end = min(image.members.count, start.member + ComponentImage.pageMembers)
        bytes.appendVarint(UInt64(end - start.member))
        while start.member < end { encodeMember(image, &start, into: &bytes) }
    }

    private static func encodeMember(
        _ image: ComponentImage, _ start: inout PageStart, into bytes: inout [UInt8]
    ) {
        let member = image.members[start.member]
        bytes.appendKey(member.key)
        bytes.appendVarint(UInt64(member.version))
        bytes.appendSignedVarint(member.firstSeen.milliseconds)
        bytes.appendVarint(UInt64(member.namespace))
        bytes.appendCounted(
            image.values.span.extracting(start.value..<start.value + member.valueCount))
        let carriedCount = member.publishedCount + member.fragmentCount
        if member.customerVersion == 0, carriedCount == 0 {
            bytes.append(0)
        } else {
            let middle = start.carried + member.publishedCount
            bytes.append(1)
            bytes.appendVarint(member.customerVersion)
            bytes.appendCounted(image.carried.span.extracting(start.carried..<middle))
            bytes.appendCounted(
                image.carried.span.extracting(middle..<middle + member.fragmentCount))
        }
        bytes.appendVarint(UInt64(member.edgeCount))
        for edge in image.edges[start.edge..<start.edge + member.edgeCount] {
            bytes.appendKey(edge.other)
            bytes.appendVarint(UInt64(edge.version) << 1 | (edge.isLive ? 1 : 0))
        }
        start.member += 1
        start.value += member.valueCount
        start.carried += carriedCount
        start.edge += member.edgeCount
    }

    /// Appends page 0's members to an empty image of `id`.
    ///
    /// - Returns: how many members the component has in all.
    /// - Throws: `WireError`.
    package static func decodeFirstPage(
        _ bytes: Span<UInt8>, id: ComponentID, into image: inout ComponentImage
    ) throws(WireError) -> Int {
        image.reset(id)
        var cursor = ByteCursor(0..<bytes.count)
        let head = try decodeHead(bytes, &cursor)
        image.rank = head.rank
        image.anchor = head.anchor
        try decodeMembers(bytes, &cursor, into: &image)
        return head.memberCount
    }

    /// Appends a later page's members to `image`.
    ///
    /// - Throws: `WireError`.
    package static func decodeLaterPage(
        _ bytes: Span<UInt8>, into image: inout ComponentImage
    ) throws(WireError) {
        var cursor = ByteCursor(0..<bytes.count)
        try StateFormat.check(bytes, &cursor)
        try decodeMembers(bytes, &cursor, into: &image)
    }

    private static func decodeMembers(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, into image: inout ComponentImage
    ) throws(WireError) {
        let count = try cursor.count(bytes, leastBytes: leastMemberBytes)
        guard count > 0, count <= ComponentImage.pageMembers else {
            throw WireError(.damaged, "a page's count of members is out of bounds")
        }
        for _ in 0..<count { try decodeMember(bytes, &cursor, into: &image) }
        try cursor.finish()
    }

    private static func decodeMember(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, into image: inout ComponentImage
    ) throws(WireError) {
        let key = try cursor.key(bytes)
        if let last = image.members.last, last.key >= key {
            throw WireError(.damaged, "members are out of order")
        }
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
        if try cursor.flag(bytes) {
            member.customerVersion = try cursor.varint(bytes)
            let published = try cursor.counted(bytes)
            let fragment = try cursor.counted(bytes)
            member.publishedCount = published.count
            member.fragmentCount = fragment.count
            image.carried.append(bytes, published)
            image.carried.append(bytes, fragment)
        }
        member.edgeCount = try cursor.count(bytes, leastBytes: leastEdgeBytes)
        var last = key
        for _ in 0..<member.edgeCount {
            last = try decodeEdge(bytes, &cursor, after: last, into: &image)
        }
        image.members.append(member)
    }

    private static func decodeEdge(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, after last: NodeKey,
        into image: inout ComponentImage
    ) throws(WireError) -> NodeKey {
        let other = try cursor.key(bytes)
        let version = try cursor.varint(bytes)
        guard last < other, let count = UInt32(exactly: version >> 1) else {
            throw WireError(.damaged, "edges are out of order, or a version is too large")
        }
        image.edges.append(EdgeImage(other: other, version: count, isLive: version & 1 == 1))
        return other
    }
}
