/// One side of a search from both ends of an edge that was cut: what it has reached, and the edge
/// that it looks at next.
struct SearchSide {
    /// The mark of what this side has reached.
    let mark: NodeFlags
    /// What it has reached, in that order; the first is the end itself.
    private(set) var reached: [Ordinal]
    /// How many of them were looked at from every edge.
    var expanded = 0
    /// The edge that is looked at next, in the list of the member under way; none: not begun.
    var pair = noOrdinal

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
        pair = noOrdinal
    }

    /// Notes a node that the side has reached.
    @inline(__always)
    mutating func reach(_ node: Ordinal) { reached.append(node) }
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
