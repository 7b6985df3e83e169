internal import IdentityModel

/// One side of a search from both ends of an edge that was cut: what it has reached, and the edge
/// that it looks at next.
struct SearchSide {
    /// The mark of what this side has reached.
    let mark: NodeFlags
    /// What it has reached, in that order; the first is the end itself.
    private(set) var reached: [Ordinal]
    /// How many of them were looked at from every edge.
    var expanded = 0
    /// Whether the edges of the member under way were begun with.
    var isBegun = false
    /// The edge in memory that is looked at next; none: all were looked at.
    var pair = noOrdinal
    /// The edges of the member under way that the store has.
    var stored = StoredEdges()

    /// A side that has reached nothing.
    init(mark: NodeFlags) {
        self.mark = mark
        reached = []
    }

    /// Begins at `end`, and keeps its memory.
    mutating func restart(at end: Ordinal) {
        reached.removeAll(keepingCapacity: true)
        reached.append(end)
        expanded = 0
        isBegun = false
        pair = noOrdinal
        stored.restart()
    }

    /// Notes a node that the side has reached.
    @inline(__always)
    mutating func reach(_ node: Ordinal) { reached.append(node) }

    /// Goes on to the next member that was reached.
    @inline(__always)
    mutating func endMember() {
        expanded += 1
        isBegun = false
        stored.restart()
    }
}

/// What one step of a search came to.
enum SearchStep {
    /// The other side's mark: another path connects both ends.
    case met
    /// No edge is left to look at.
    case exhausted
    /// It goes on.
    case goesOn
}

/// The first few stored edges of one member: of those that start at it and of those that end there.
struct StoredEdges {
    private enum Stage {
        case starting
        case ending
        case done
    }

    private var edges: [StoredEdge] = []
    private var place = 0
    private var stage = Stage.starting
    /// Whether the store may have more of them.
    private(set) var isTruncated = false

    /// Begins with another member.
    @inline(__always)
    mutating func restart() {
        guard stage != .starting else { return }
        edges.removeAll(keepingCapacity: true)
        place = 0
        stage = .starting
        isTruncated = false
    }

    /// The next edge of those that were read.
    mutating func next() -> StoredEdge? {
        guard place < edges.count else { return nil }
        place += 1
        return edges[place - 1]
    }

    /// Reads some more edges of the member; false if all that it reads were read.
    mutating func refill(
        of key: NodeKey, in id: ComponentID, atOnce limit: Int, _ reader: some StateReader
    ) throws(StateError) -> Bool {
        place = 0
        switch stage {
        case .starting:
            edges = try reader.readEdges(of: id, from: key, after: nil, limit: limit)
            stage = .ending
        case .ending:
            edges = try reader.readEdges(of: id, to: key, after: nil, limit: limit)
            stage = .done
        case .done: return false
        }
        isTruncated = isTruncated || edges.count == limit
        return true
    }
}
