internal import IdentityModel

// Hints at the memory that the next changes to be written will need. Changes lie all over memory,
// and each leads to others by one more jump: asked for one jump after the other, so many changes
// ahead, the jumps of several changes are under way at once. They change no result.
extension IdentityGraph {
    /// How many changes ahead the first jump is asked for, and how many fewer each further one.
    private static var changeDistance: Int { 16 }
    private static var jumpDistance: Int { 4 }

    /// For homes: the node, its first pair, the pair's other end.
    @inline(__always)
    func prefetchNextHomes() {
        var distance = Self.changeDistance
        if let node = changes.homes.peek(distance) { nodes.prefetch(node) }
        distance -= Self.jumpDistance
        if let node = changes.homes.peek(distance) { links.prefetch(nodes[node].outLinks) }
        distance -= Self.jumpDistance
        if let node = changes.homes.peek(distance), nodes[node].outLinks != noOrdinal {
            nodes.prefetch(links[nodes[node].outLinks].b)
        }
    }

    /// For components: the component, its anchor, then its members, one further of each of the next
    /// components, with their values and their first links.
    @inline(__always)
    mutating func prefetchNextComponents() {
        var distance = RingWalks.count + 2 * Self.jumpDistance
        if let component = changes.components.peek(distance) { components.prefetch(component) }
        distance -= Self.jumpDistance
        if let anchor = anchorOfChange(at: distance) { nodes.prefetch(anchor) }
        distance -= Self.jumpDistance
        ringWalks.begin(at: anchorOfChange(at: distance) ?? noOrdinal)
        for place in 0..<RingWalks.count {
            let member = ringWalks.cursors[place]
            guard member != noOrdinal else { continue }
            bytes.prefetch(nodes[member].value)
            links.prefetch(nodes[member].outLinks)
            nodes.prefetch(nodes[member].nextMember)
            ringWalks.move(place, to: nodes[member].nextMember)
        }
    }

    @inline(__always)
    private func anchorOfChange(at distance: Int) -> Ordinal? {
        guard let component = changes.components.peek(distance),
            components[component].count > 0, !components[component].isInRows
        else { return nil }
        return components[component].anchor
    }
}

/// Walks around the rings of the next components to be written, a member each time one of them is.
///
/// Between slices of a checkpoint members may go, and their ordinals be given again: then a walk
/// leads elsewhere, or ends, and hints at the wrong memory.
struct RingWalks {
    /// How many walks there are, and how many steps each may take.
    static let count = 16

    /// The member that each looks at next; none where it has ended.
    private(set) var cursors = [Ordinal](repeating: noOrdinal, count: count)
    private var starts = [Ordinal](repeating: noOrdinal, count: count)
    private var oldest = 0

    /// Begins a walk in the place of the oldest one.
    @inline(__always)
    mutating func begin(at member: Ordinal) {
        cursors[oldest] = member
        starts[oldest] = member
        oldest = (oldest + 1) % Self.count
    }

    /// Goes on to a member, unless the walk began there.
    @inline(__always)
    mutating func move(_ place: Int, to member: Ordinal) {
        cursors[place] = member == starts[place] ? noOrdinal : member
    }
}
