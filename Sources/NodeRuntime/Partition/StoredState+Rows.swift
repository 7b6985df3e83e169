package import GraphCore
package import IdentityModel
internal import WireFormat

// The rows of large components and of hubs' homes.
extension StoredState {
    /// Fills `image` with one pair of a home in rows, and says whether there is one.
    package func readPair(
        _ a: NodeKey, _ b: NodeKey, into image: inout HomeImage
    ) throws(StateError) -> Bool {
        guard try fetch(StateKey.pair(a, b)) else { return false }
        image.reset(a)
        do throws(WireError) {
            let bytes = buffer.bytes
            try HomeCodec.decodeRow(bytes.span, other: b, into: &image)
        } catch {
            throw Self.failure("a pair", error)
        }
        return true
    }

    /// Fills `image` with some pairs of a home in rows.
    package func readPairs(
        of a: NodeKey, after: NodeKey?, limit: Int, into image: inout HomeImage
    ) throws(StateError) {
        image.reset(a)
        try scan(StateKey.pairs(of: a, after: after), limit: limit) {
            (key, value) throws(WireError) in
            guard case .pair(_, let b) = key else { throw Self.foreignKey }
            try HomeCodec.decodeRow(value, other: b, into: &image)
        }
    }

    /// Fills `image` with one member of a component in rows, and says whether there is one.
    package func readMember(
        _ key: NodeKey, of id: ComponentID, into image: inout ComponentImage
    ) throws(StateError) -> Bool {
        guard try fetch(StateKey.member(key, of: id)) else { return false }
        image.reset(id)
        do throws(WireError) {
            let bytes = buffer.bytes
            try ComponentCodec.decodeMemberRow(bytes.span, key: key, into: &image)
        } catch {
            throw Self.failure("a member", error)
        }
        return true
    }

    /// Fills `image` with some members of a component in rows.
    package func readMembers(
        of id: ComponentID, after: NodeKey?, limit: Int, into image: inout ComponentImage
    ) throws(StateError) {
        image.reset(id)
        try scan(StateKey.members(of: id, after: after), limit: limit) {
            (key, value) throws(WireError) in
            guard case .member(let member, _) = key else { throw Self.foreignKey }
            try ComponentCodec.decodeMemberRow(value, key: member, into: &image)
        }
    }

    /// One edge of a component in rows.
    package func readEdge(
        _ a: NodeKey, _ b: NodeKey, of id: ComponentID
    ) throws(StateError) -> EdgeImage? {
        guard try fetch(StateKey.edge(a, b, of: id)) else { return nil }
        do throws(WireError) {
            let bytes = buffer.bytes
            return try ComponentCodec.decodeEdgeRow(bytes.span, to: b)
        } catch {
            throw Self.failure("an edge", error)
        }
    }

    /// Some edges of a component in rows.
    package func readEdges(
        of id: ComponentID, from end: NodeKey?, after: LinkPosition?, limit: Int
    ) throws(StateError) -> [StoredEdge] {
        try readEdges(StateKey.edges(of: id, from: end, after: after), limit)
    }

    /// Some live edges of a component in rows that have one greater end.
    package func readEdges(
        of id: ComponentID, to end: NodeKey, after: NodeKey?, limit: Int
    ) throws(StateError) -> [StoredEdge] {
        try readEdges(StateKey.backEdges(of: id, to: end, after: after), limit)
    }

    /// Some ranks of members of a component in rows.
    package func readRanks(
        of id: ComponentID, after: AnchorRank?, limit: Int
    ) throws(StateError) -> [AnchorRank] {
        var ranks: [AnchorRank] = []
        try scan(StateKey.ranks(of: id, after: after), limit: limit) {
            (key, value) throws(WireError) in
            guard case .rank(let rank, _) = key else { throw Self.foreignKey }
            try ComponentCodec.checkRankRow(value)
            ranks.append(rank)
        }
        return ranks
    }

    private func readEdges(
        _ range: StateKey.KeyRange, _ limit: Int
    ) throws(StateError) -> [StoredEdge] {
        var edges: [StoredEdge] = []
        try scan(range, limit: limit) { (key, value) throws(WireError) in
            switch key {
            case .edge(let a, let b, _), .backEdge(let a, let b, _):
                edges.append(
                    StoredEdge(a: a, image: try ComponentCodec.decodeEdgeRow(value, to: b)))
            default: throw Self.foreignKey
            }
        }
        return edges
    }

    private static var foreignKey: WireError {
        WireError(.damaged, "a row's key cannot be read")
    }

    /// Gives the first `limit` entries of a range to `body`.
    private func scan(
        _ range: StateKey.KeyRange, limit: Int,
        _ body: (StateKey.Parsed, Span<UInt8>) throws(WireError) -> Void
    ) throws(StateError) {
        var count = 0
        var failed: WireError?
        do throws(StoreFailure) {
            try state.scanFew(from: range.lower, to: range.upper) { key, value in
                do throws(WireError) {
                    guard let parsed = StateKey.parse(key) else { throw Self.foreignKey }
                    try body(parsed, value)
                } catch {
                    failed = error
                }
                count += 1
                return failed == nil && count < limit
            }
        } catch {
            throw StateError(error.code == .damaged ? .damaged : .unreadable, error.reason)
        }
        if let failed { throw Self.failure("a row", failed) }
    }
}
