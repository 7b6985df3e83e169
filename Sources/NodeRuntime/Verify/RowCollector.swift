internal import GraphCore
internal import IdentityModel
internal import WireFormat

/// Puts one component together, out of its one value or of its head and rows, and notes what is
/// missing, damaged or too much.
struct RowCollector {
    /// The component whose entries come; `none` before the first.
    private(set) var id = ComponentID.none
    /// The members and edges that could be read.
    private(set) var image = ComponentImage()
    /// Whether some part of the component could not be read.
    private(set) var isPartial = false
    /// Whether the component's own value could be read.
    private(set) var hasHead = false
    /// The sum over the rows of the ranks.
    private(set) var ranks = Digest.zero
    /// The sum over the rows of live edges by their greater ends.
    private var backEdges = Digest.zero
    /// The member whose edges come.
    private var place = 0

    /// How many members there are, as far as is known.
    var leastMembers: Int { max(image.members.count, image.memberCount) }

    /// Makes ready for another component's entries.
    mutating func start(_ next: ComponentID) {
        id = next
        image.reset(next)
        isPartial = false
        hasHead = false
        ranks = .zero
        backEdges = .zero
        place = 0
    }

    /// Takes the component's own value, which comes first.
    mutating func takeHead(_ value: Span<UInt8>, _ findings: inout FindingList) {
        do throws(WireError) {
            try ComponentCodec.decode(value, id: id, into: &image)
            hasHead = true
        } catch {
            image.reset(id)
            fail(error, VerifyWalk.name(id), &findings)
        }
    }

    /// Takes the component's next row; rows come in rising order of their keys.
    mutating func takeRow(
        _ key: StateKey.Parsed, _ value: Span<UInt8>, _ findings: inout FindingList
    ) {
        guard hasHead else {
            // Without the head nothing says what the rows are; said once.
            if !isPartial {
                findings.add(.componentHeadMissing, VerifyWalk.name(id), "there are rows of it")
            }
            isPartial = true
            return
        }
        guard image.isInRows else {
            findings.add(.rowOrphan, VerifyWalk.name(id), "it is in one value and has a row")
            return
        }
        do throws(WireError) {
            try decode(key, value, &findings)
        } catch {
            fail(error, "\(VerifyWalk.name(id)) \(Self.name(key))", &findings)
        }
    }

    private mutating func decode(
        _ key: StateKey.Parsed, _ value: Span<UInt8>, _ findings: inout FindingList
    ) throws(WireError) {
        switch key {
        case .member(let member, _):
            try ComponentCodec.decodeMemberRow(value, key: member, into: &image)
        case .edge(let a, let b, _):
            let edge = try ComponentCodec.decodeEdgeRow(value, to: b)
            takeEdge(a, edge, &findings)
        case .backEdge(let a, let b, _):
            let edge = try ComponentCodec.decodeEdgeRow(value, to: b)
            backEdges += Self.digest(a, edge)
        case .rank(let rank, _):
            try ComponentCodec.checkRankRow(value)
            ranks += Self.digest(rank)
        default: preconditionFailure("a component's row was parsed as one")
        }
    }

    private mutating func takeEdge(
        _ a: NodeKey, _ edge: EdgeImage, _ findings: inout FindingList
    ) {
        while place < image.members.count, image.members[place].key < a { place += 1 }
        guard place < image.members.count, image.members[place].key == a else {
            if !isPartial {
                findings.add(
                    .edgeExtra, VerifyWalk.name(a, edge.other),
                    "\(VerifyWalk.name(id)) has an edge of it, and not its lesser end")
            }
            return
        }
        image.members[place].edgeCount += 1
        image.edges.append(edge)
    }

    /// Holds the head against the rows. Called when the component has no more of them.
    mutating func finish(_ findings: inout FindingList) {
        guard hasHead, image.isInRows, !isPartial else { return }
        if image.members.count != image.memberCount {
            findings.add(
                .memberCountMismatch, VerifyWalk.name(id),
                "it has rows of \(image.members.count) members, and its head says "
                    + "\(image.memberCount)")
        }
        if image.edges.count != image.edgeCount {
            findings.add(
                .edgeCountMismatch, VerifyWalk.name(id),
                "it has rows of \(image.edges.count) edges, and its head says "
                    + "\(image.edgeCount)")
        }
        var expected = Digest.zero
        var edge = 0
        for member in image.members {
            for known in image.edges[edge..<edge + member.edgeCount] where known.isLive {
                expected += Self.digest(member.key, known)
            }
            edge += member.edgeCount
        }
        if expected != backEdges {
            findings.add(
                .backEdgeMismatch, VerifyWalk.name(id),
                "its rows by greater ends are not those of its live edges")
        }
    }

    private mutating func fail(
        _ error: WireError, _ subject: String, _ findings: inout FindingList
    ) {
        isPartial = true
        findings.add(VerifyWalk.code(error), subject, error.reason)
    }

    // MARK: Sums that rows are compared by

    /// A rank's part.
    static func digest(_ rank: AnchorRank) -> Digest {
        Mixing.digest(
            rank.key.high, rank.key.low, UInt64(bitPattern: rank.firstSeen.milliseconds),
            UInt64(rank.priority))
    }

    private static func digest(_ a: NodeKey, _ edge: EdgeImage) -> Digest {
        Mixing.digest(
            Mixing.hash(a.high, edge.other.high), Mixing.hash(a.low, edge.other.low),
            UInt64(edge.version), edge.isLive ? 1 : 0)
    }

    private static func name(_ key: StateKey.Parsed) -> String {
        switch key {
        case .member(let member, _): "row of \(VerifyWalk.name(member))"
        case .edge(let a, let b, _): "row of \(VerifyWalk.name(a, b))"
        case .backEdge(let a, let b, _): "second row of \(VerifyWalk.name(a, b))"
        case .rank(let rank, _): "rank of \(VerifyWalk.name(rank.key))"
        default: ""
        }
    }
}
