internal import IdentityModel

// Who names the customer: the member that is least by (namespace priority, first seen, key).
extension IdentityGraph {
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
    mutating func findAnchor(
        of component: Ordinal, startingFrom staying: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        let record = components[component]
        // The member that stays is in memory: the ring's entrance until the anchor is known.
        components[component].anchor = staying
        let isWhole = record.residentCount == record.count
        guard record.count > configuration.limits.searchedMembers || !isWhole else {
            components[component].anchor = leastMember(inRingOf: staying)
            return
        }
        let entries = anchorHeaps[component]?.count ?? 0
        if !record.hasAnchorHeap || entries > Int(record.residentCount) * Self.heapSlack {
            buildHeap(of: component, startingFrom: staying)
        }
        var least = leastInMemory(of: component)
        if !isWhole {
            while let stored = try nextStoredRank(of: component, before: least.rank, reader) {
                try loadMember(node(stored.key), of: component, reader)
                least = leastInMemory(of: component)
            }
        }
        components[component].anchor = least.node
    }

    /// The least member in memory, out of the component's heap.
    private mutating func leastInMemory(of component: Ordinal) -> AnchorHeap.Entry {
        // Taken out while it is changed, so that it is not copied.
        var heap = anchorHeaps.removeValue(forKey: component) ?? AnchorHeap()
        let least = heap.least { entry in
            nodes[entry.node].component == component && rank(of: entry.node) == entry.rank
        }
        anchorHeaps[component] = heap
        guard let least else { preconditionFailure("a component's heap lacks its members") }
        return least
    }

    /// The least rank of a member that the store has and memory lacks, if it is before `rank`.
    private mutating func nextStoredRank(
        of component: Ordinal, before rank: AnchorRank, _ reader: some StateReader
    ) throws(StateError) -> AnchorRank? {
        let id = components[component].id
        while true {
            let ranks = try reader.readRanks(
                of: id, after: anchorHeaps[component]?.lookedAt, limit: configuration.limits.fewRows
            )
            for stored in ranks {
                guard stored < rank else { return nil }
                anchorHeaps[component]?.lookedAt = stored
                if isAbsent(stored.key, from: id) { return stored }
            }
            guard ranks.count == configuration.limits.fewRows else { return nil }
        }
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
        let most = Int(components[component].residentCount) * Self.heapSlack
        guard anchorHeaps[component]?.count ?? 0 <= most else { return dropHeap(of: component) }
        let entry = AnchorHeap.Entry(rank: rank(of: node), node: node)
        anchorHeaps[component]?.push(entry)
    }

    /// What the member is compared by.
    func rank(of node: Ordinal) -> AnchorRank {
        AnchorRank(
            priority: priorities[Int(nodes[node].namespace)], firstSeen: nodes[node].firstSeen,
            key: nodes[node].key)
    }
}
