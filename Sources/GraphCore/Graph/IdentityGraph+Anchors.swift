internal import IdentityModel

// Who names the customer: the member that is least by (namespace priority, first seen, key).
extension IdentityGraph {
    /// Members from which on a component that loses its anchor keeps a heap of them, and is no
    /// longer searched whole.
    package static var searchedMembers: Int { 512 }
    /// How many entries a heap may have for each member before it is made anew.
    private static var heapSlack: Int { 4 }

    /// Whether `left` names a customer rather than `right`: the lesser namespace priority, then
    /// the earlier first sighting, then the lesser key.
    @inline(__always)
    func precedes(_ left: Ordinal, _ right: Ordinal) -> Bool {
        let (first, second) = (
            priorities[Int(nodes[left].namespace)], priorities[Int(nodes[right].namespace)]
        )
        if first != second { return first < second }
        if nodes[left].firstSeen != nodes[right].firstSeen {
            return nodes[left].firstSeen < nodes[right].firstSeen
        }
        return nodes[left].key < nodes[right].key
    }

    /// Makes `node` the anchor if it precedes the present one. The component was touched before,
    /// and `node` has joined it or its rank has fallen.
    @inline(__always)
    mutating func reconsiderAnchor(of component: Ordinal, _ node: Ordinal) {
        if components[component].hasAnchorHeap { enterHeap(of: component, node) }
        if precedes(node, components[component].anchor) { components[component].anchor = node }
    }

    /// Finds the anchor of a component that lost its own. `staying` is one of its members.
    mutating func findAnchor(of component: Ordinal, startingFrom staying: Ordinal) {
        guard components[component].count > Self.searchedMembers else {
            components[component].anchor = leastMember(inRingOf: staying)
            return
        }
        let count = Int(components[component].count)
        let entries = anchorHeaps[component]?.count ?? 0
        if !components[component].hasAnchorHeap || entries > count * Self.heapSlack {
            buildHeap(of: component, startingFrom: staying)
        }
        // Taken out while it is changed, so that it is not copied.
        var heap = anchorHeaps.removeValue(forKey: component) ?? AnchorHeap()
        let least = heap.least { entry in
            nodes[entry.node].component == component && rank(of: entry.node) == entry.rank
        }
        anchorHeaps[component] = heap
        guard let least else { preconditionFailure("a component's heap lacks its members") }
        components[component].anchor = least.node
    }

    /// Forgets the heap of a component that is no more, or is let go.
    @inline(__always)
    mutating func dropHeap(of component: Ordinal) {
        guard components[component].hasAnchorHeap else { return }
        components[component].hasAnchorHeap = false
        anchorHeaps[component] = nil
    }

    private func leastMember(inRingOf first: Ordinal) -> Ordinal {
        var best = first
        var node = nodes[first].nextMember
        while node != first {
            if precedes(node, best) { best = node }
            node = nodes[node].nextMember
        }
        return best
    }

    private mutating func buildHeap(of component: Ordinal, startingFrom first: Ordinal) {
        var heap = AnchorHeap()
        var node = first
        repeat {
            heap.push(AnchorHeap.Entry(rank: rank(of: node), node: node))
            node = nodes[node].nextMember
        } while node != first
        anchorHeaps[component] = heap
        components[component].hasAnchorHeap = true
    }

    /// Notes a member that joined or whose rank fell. A heap with too many entries that no longer
    /// count is forgotten: the next anchor that leaves makes it anew.
    mutating func enterHeap(of component: Ordinal, _ node: Ordinal) {
        let most = Int(components[component].count) * Self.heapSlack
        guard anchorHeaps[component]?.count ?? 0 <= most else { return dropHeap(of: component) }
        let entry = AnchorHeap.Entry(rank: rank(of: node), node: node)
        anchorHeaps[component]?.push(entry)
    }

    private func rank(of node: Ordinal) -> AnchorRank {
        AnchorRank(
            priority: priorities[Int(nodes[node].namespace)], firstSeen: nodes[node].firstSeen,
            key: nodes[node].key)
    }
}
