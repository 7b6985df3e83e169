internal import IdentityModel

// Taking an edge out of a component: is there another path, and if not, which side goes.
extension IdentityGraph {
    /// The edge between `a` and `b` was cut. If no other path connects them, the side with fewer
    /// members becomes a component of its own; at equal sizes that of `a`, the lesser end.
    ///
    /// The search runs from both ends at once, one edge on each side in turn, until both sides
    /// meet or one has no edge left. Then only the question is open which side has fewer members:
    /// the other goes on until it has reached more, or has none left either. So the cost is that
    /// of the lesser side, also where the other end is a hub; and what goes depends on the sides
    /// alone, not on the order in which edges are listed.
    mutating func splitIfCut(
        _ component: Ordinal, _ a: Ordinal, _ b: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        // Taken out while they are filled: the steps change the graph beside them.
        var (fromA, fromB) = (search.fromA, search.fromB)
        search = SearchScratch()
        fromA.restart(at: a)
        fromB.restart(at: b)
        nodes[a].flags.insert(fromA.mark)
        nodes[b].flags.insert(fromB.mark)
        let isCut = try exhaustOne(&fromA, &fromB, component, reader)
        for node in fromA.reached { nodes[node].flags.remove(fromA.mark) }
        for node in fromB.reached { nodes[node].flags.remove(fromB.mark) }
        if isCut {
            if fromA.reached.count <= fromB.reached.count {
                try depart(fromA.reached, from: component, staying: b, reader)
            } else {
                try depart(fromB.reached, from: component, staying: a, reader)
            }
            count { $0.splits += 1 }
        }
        search.fromA = fromA
        search.fromB = fromB
    }

    /// Searches until it is known which side has fewer members; false where they meet. At the end
    /// the lesser side has reached all of its members, and the other more, or all of its own.
    private mutating func exhaustOne(
        _ fromA: inout SearchSide, _ fromB: inout SearchSide, _ component: Ordinal,
        _ reader: some StateReader
    ) throws(StateError) -> Bool {
        while true {
            switch try step(&fromA, component, reader) {
            case .met: return false
            case .exhausted:
                // At equal sizes the side of `a` goes, so it is enough that B has as many.
                try outgrow(&fromB, fromA.reached.count, component, reader)
                return true
            case .goesOn: break
            }
            switch try step(&fromB, component, reader) {
            case .met: return false
            case .exhausted:
                try outgrow(&fromA, fromB.reached.count + 1, component, reader)
                return true
            case .goesOn: break
            }
        }
    }

    /// Goes on with a side that cannot meet the other any more, until it has reached `enough`
    /// members or all of its own.
    private mutating func outgrow(
        _ side: inout SearchSide, _ enough: Int, _ component: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        #if Mutants
        if Mutant.splitFollowsTheCache.isPlanted { return }
        #endif
        while side.reached.count < enough {
            if case .exhausted = try step(&side, component, reader) { return }
        }
    }

    /// Looks at one edge of a side.
    @inline(__always)
    private mutating func step(
        _ side: inout SearchSide, _ component: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> SearchStep {
        let pair = try nextEdge(&side, component, reader)
        guard pair != noOrdinal else { return .exhausted }
        let other = otherEnd(pair, from: side.reached[side.expanded])
        let flags = nodes[other].flags.intersection([.reachedFromA, .reachedFromB])
        if flags.isEmpty {
            if try holds(other, component, reader) {
                nodes[other].flags.insert(side.mark)
                side.reach(other)
            }
        } else if flags != side.mark {
            return .met
        }
        return .goesOn
    }

    /// Whether the component holds the other end of a live edge, of which memory may know no more
    /// than the edge: it led to another component while that end was let go, or leads there still.
    @inline(__always)
    private mutating func holds(
        _ other: Ordinal, _ component: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> Bool {
        #if Mutants
        if Mutant.evictedEndIsAStranger.isPlanted { return nodes[other].component == component }
        #endif
        if nodes[other].component == component { return true }
        guard hasOthers, nodes[other].component == noOrdinal else { return false }
        return try isMember(nodes[other].key, of: component, reader)
    }

    /// The side's next live edge, out of memory first, then out of the store as far as memory lacks
    /// edges; none when all that it has reached was looked at from every edge.
    @inline(__always)
    private mutating func nextEdge(
        _ side: inout SearchSide, _ component: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        while side.expanded < side.reached.count {
            let node = side.reached[side.expanded]
            if !side.isBegun {
                side.isBegun = true
                side.pair = nodes[node].liveLinks
            }
            let pair = side.pair
            if pair != noOrdinal {
                side.pair = nextLink(pair, at: node)
                return pair
            }
            #if Mutants
            if Mutant.searchSeesMemoryOnly.isPlanted { nodes[node].flags.remove(.lacksEdges) }
            #endif
            if lacksEdges(node) {
                let stored = try nextStoredEdge(&side, of: node, component, reader)
                if stored != noOrdinal { return stored }
                if side.pair != noOrdinal { continue }
            }
            side.endMember()
        }
        return noOrdinal
    }

    /// The next live edge of a member that the store has and memory lacks, brought into memory.
    ///
    /// A search seldom needs all edges of a hub: a few are read first. Where they do not do, all
    /// are read, and the list in memory is begun with again.
    private mutating func nextStoredEdge(
        _ side: inout SearchSide, of node: Ordinal, _ component: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        let (id, key) = (components[component].id, nodes[node].key)
        repeat {
            while let edge = side.stored.next() {
                let pair = try install(edge, in: component, reader)
                if pair != noOrdinal, edge.image.isLive { return pair }
                let known = knownLiveEdge(edge.a, edge.image.other)
                if known != noOrdinal { return known }
            }
        } while try side.stored.refill(
            of: key, in: id, atOnce: configuration.limits.fewRows, reader)
        if side.stored.isTruncated {
            try loadEdges(of: node, in: component, reader)
            side.pair = nodes[node].liveLinks
        }
        nodes[node].flags.remove(.lacksEdges)
        return noOrdinal
    }

    /// A live edge that memory has. The other side of a search may have brought it into memory, and
    /// so into the list of this member, when this side had already come to the list's end.
    private func knownLiveEdge(_ a: NodeKey, _ b: NodeKey) -> Ordinal {
        let (first, second) = (findNode(a), findNode(b))
        guard first != noOrdinal, second != noOrdinal else { return noOrdinal }
        let pair = findLink(first, second)
        guard pair != noOrdinal, links[pair].flags.contains(.edgeIsLive) else { return noOrdinal }
        return pair
    }

    /// Makes `members` of `component` a component of their own, at the same host. `staying` is one
    /// of those that stay.
    private mutating func depart(
        _ members: [Ordinal], from component: Ordinal, staying: Ordinal,
        _ reader: some StateReader
    ) throws(StateError) {
        touch(component)
        touchFeed(component)
        let part = mintComponent()
        touchFeed(part)
        takeBack(members, from: component, as: part)
        var anchorLeft = false
        var head = noOrdinal
        for node in members {
            anchorLeft = anchorLeft || node == components[component].anchor
            let digest = memberDigest(node)
            components[component].memberSum -= digest
            components[part].memberSum += digest
            try needEdges(from: node, reader)
            moveEdges(of: node, from: component, to: part)
            moveFragment(of: node, from: component, to: part)
            nodes[node].component = part
            if sweep != nil { try convertFragment(of: node) }
            try noteMove(of: node, to: part, reader)
            if head == noOrdinal {
                head = node
                components[part].anchor = node
                leaveRing(node)
            } else {
                leaveRing(node)
                insertIntoRing(node, after: head)
                reconsiderAnchor(of: part, node)
            }
        }
        components[part].count = UInt32(members.count)
        components[part].residentCount = UInt32(members.count)
        components[part].rank = UInt64(members.count)
        components[component].count -= UInt32(members.count)
        components[component].residentCount -= UInt32(members.count)
        #if Mutants
        if Mutant.rankFallsAtSplit.isPlanted {
            components[component].rank = UInt64(components[component].count)
        }
        #endif
        // Live edges lie inside the part, so each came with its lesser end.
        for node in members { nodes[node].flags.remove(.lacksEdges) }
        considerRows(part)
        tellHomes(of: part)
        if anchorLeft { try findAnchor(of: component, startingFrom: staying, reader) }
    }

    /// Has the edges that start at a member leave one component's rows and count in another.
    private mutating func moveEdges(
        of node: Ordinal, from component: Ordinal, to part: Ordinal
    ) {
        forgetRows(of: node)
        let count = UInt32(outLinks(of: node) { $0.contains(.hasEdge) }.count)
        components[component].edgeCount -= count
        components[part].edgeCount += count
    }

    /// Takes a node out of its ring into a ring of its own.
    mutating func leaveRing(_ node: Ordinal) {
        let (previous, next) = (nodes[node].previousMember, nodes[node].nextMember)
        nodes[previous].nextMember = next
        nodes[next].previousMember = previous
        nodes[node].previousMember = node
        nodes[node].nextMember = node
    }

    mutating func insertIntoRing(_ node: Ordinal, after head: Ordinal) {
        let next = nodes[head].nextMember
        nodes[node].previousMember = head
        nodes[node].nextMember = next
        nodes[head].nextMember = node
        nodes[next].previousMember = node
    }
}
