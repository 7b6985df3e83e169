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

    /// For components: the component, its anchor, the two members behind it, the anchor's value.
    @inline(__always)
    func prefetchNextComponents() {
        var distance = Self.changeDistance
        if let component = changes.components.peek(distance) { components.prefetch(component) }
        distance -= Self.jumpDistance
        if let anchor = anchorOfChange(at: distance) { nodes.prefetch(anchor) }
        distance -= Self.jumpDistance
        if let anchor = anchorOfChange(at: distance) {
            nodes.prefetch(nodes[anchor].nextMember)
            nodes.prefetch(nodes[anchor].previousMember)
            links.prefetch(nodes[anchor].outLinks)
        }
    }

    @inline(__always)
    private func anchorOfChange(at distance: Int) -> Ordinal? {
        guard let component = changes.components.peek(distance),
            components[component].count > 0
        else { return nil }
        return components[component].anchor
    }
}
