internal import IdentityModel

// Letting go of parts of components and homes in rows.
extension IdentityGraph {
    /// What would be in use if links of which nothing is known were released.
    private var leastByteCount: Int {
        usedByteCount - eviction.emptyLinkCount * MemoryLayout<LinkRecord>.stride
    }

    /// Lets members go, with their edges at both ends.
    mutating func sweepMembers(_ limit: Int) {
        for _ in nodes.ordinals where leastByteCount > limit {
            eviction.memberHand = Self.next(eviction.memberHand, nodes.ordinals)
            let node = eviction.memberHand
            let component = nodes[node].component
            guard component != noOrdinal, components[component].isInRows,
                components[component].anchor != node
            else { continue }
            if nodes[node].flags.contains(.wasUsed) {
                nodes[node].flags.remove(.wasUsed)
            } else if isMemberClean(node) {
                evictMemberRow(node)
            }
        }
    }

    /// Lets the evidence of hubs' pairs go, and dead edges, which no member's list names.
    mutating func sweepPairs(_ limit: Int) {
        for _ in links.ordinals where leastByteCount > limit {
            eviction.pairHand = Self.next(eviction.pairHand, links.ordinals)
            let pair = eviction.pairHand
            let a = links[pair].a
            guard a != noOrdinal else { continue }
            if links[pair].flags.contains(.wasUsed) {
                links[pair].flags.remove(.wasUsed)
                continue
            }
            let flags = links[pair].flags
            if flags.contains(.hasEvidence), !flags.contains(.evidenceIsDirty),
                nodes[a].flags.contains(.homeIsInRows)
            {
                holdsEverything = false
                evictEvidence(of: pair)
                nodes[a].flags.insert(.lacksPairs)
                noteIfEmpty(pair)
            }
            if flags.contains(.hasEdge), flags.isDisjoint(with: [.edgeIsLive, .edgeIsDirty]),
                isInRows(a)
            {
                letEdgeGo(pair)
            }
        }
    }

    /// Whether the store has all that memory has of a member in rows and of its edges, and the next
    /// tick does not look for it.
    func isMemberClean(_ node: Ordinal) -> Bool {
        guard nodes[node].flags.isDisjoint(with: [.memberIsDirty, .isUntold]),
            outLinks(of: node, { $0.contains(.edgeIsDirty) }).isEmpty
        else { return false }
        var pair = nodes[node].liveLinks
        while pair != noOrdinal {
            if links[pair].flags.contains(.edgeIsDirty) { return false }
            pair = nextLink(pair, at: node)
        }
        return true
    }

    private func isInRows(_ node: Ordinal) -> Bool {
        nodes[node].component != noOrdinal && components[nodes[node].component].isInRows
    }

    private mutating func evictMemberRow(_ node: Ordinal) {
        holdsEverything = false
        let component = nodes[node].component
        var pair = nodes[node].liveLinks
        while pair != noOrdinal {
            let next = nextLink(pair, at: node)
            // An edge of another component, in one value, is in memory as long as that is.
            if isInRows(links[pair].a) { letEdgeGo(pair) }
            pair = next
        }
        for pair in outLinks(of: node, { $0.contains(.hasEdge) }) { letEdgeGo(pair) }
        components[component].lacksEdges = true
        dropHeap(of: component)
        leaveRing(node)
        components[component].residentCount -= 1
        evictMember(node)
        if isHomeClean(node) { evictHome(node) } else { releaseIfUnused(node) }
    }

    /// Lets a clean edge go; both ends lack it from now on.
    private mutating func letEdgeGo(_ pair: Ordinal) {
        evictEdge(pair)
        for end in [links[pair].a, links[pair].b] where isInRows(end) {
            nodes[end].flags.insert(.lacksEdges)
            components[nodes[end].component].lacksEdges = true
        }
        noteIfEmpty(pair)
    }

    /// Notes a link of which nothing is known, to be released with others of its lesser end: a
    /// hub's links are too many to be looked through for each.
    private mutating func noteIfEmpty(_ pair: Ordinal) {
        guard links[pair].flags.isDisjoint(with: [.hasEvidence, .hasEdge]) else { return }
        holdsEverything = false
        let a = links[pair].a
        eviction.emptyLinkCount += 1
        guard !nodes[a].flags.contains(.hasEmptyLinks) else { return }
        nodes[a].flags.insert(.hasEmptyLinks)
        eviction.emptied.append(a)
    }

    /// Releases the links that were noted, and the nodes that nothing else holds.
    mutating func releaseEmptyLinks() {
        for node in eviction.emptied where nodes[node].flags.contains(.hasEmptyLinks) {
            nodes[node].flags.remove(.hasEmptyLinks)
            releaseUnusedLinks(of: node)
            releaseIfUnused(node)
        }
        eviction.emptied.removeAll(keepingCapacity: true)
        eviction.emptyLinkCount = 0
    }
}
