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
        let isCut = exhaustOne(&fromA, &fromB, component)
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
        _ fromA: inout SearchSide, _ fromB: inout SearchSide, _ component: Ordinal
    ) -> Bool {
        while true {
            switch step(&fromA, component) {
            case .met: return false
            case .exhausted:
                // At equal sizes the side of `a` goes, so it is enough that B has as many.
                outgrow(&fromB, fromA.reached.count, component)
                return true
            case .goesOn: break
            }
            switch step(&fromB, component) {
            case .met: return false
            case .exhausted:
                outgrow(&fromA, fromB.reached.count + 1, component)
                return true
            case .goesOn: break
            }
        }
    }

    /// Goes on with a side that cannot meet the other any more, until it has reached `enough`
    /// members or all of its own.
    private mutating func outgrow(_ side: inout SearchSide, _ enough: Int, _ component: Ordinal) {
        while side.reached.count < enough {
            if case .exhausted = step(&side, component) { return }
        }
    }

    /// Looks at one edge of a side.
    @inline(__always)
    private mutating func step(_ side: inout SearchSide, _ component: Ordinal) -> SearchStep {
        while side.pair == noOrdinal {
            guard side.expanded < side.reached.count else { return .exhausted }
            side.pair = nodes[side.reached[side.expanded]].liveLinks
            if side.pair == noOrdinal { side.expanded += 1 }
        }
        let node = side.reached[side.expanded]
        let other = otherEnd(side.pair, from: node)
        let flags = nodes[other].flags.intersection([.reachedFromA, .reachedFromB])
        if flags.isEmpty {
            if nodes[other].component == component {
                nodes[other].flags.insert(side.mark)
                side.reach(other)
            }
        } else if flags != side.mark {
            return .met
        }
        side.pair = nextLink(side.pair, at: node)
        if side.pair == noOrdinal { side.expanded += 1 }
        return .goesOn
    }

    /// Makes `members` of `component` a component of their own, at the same host. `staying` is one
    /// of those that stay.
    private mutating func depart(
        _ members: [Ordinal], from component: Ordinal, staying: Ordinal,
        _ reader: some StateReader
    ) throws(StateError) {
        touch(component)
        let part = mintComponent()
        var anchorLeft = false
        var head = noOrdinal
        for node in members {
            anchorLeft = anchorLeft || node == components[component].anchor
            let digest = memberDigest(node)
            components[component].memberSum -= digest
            components[part].memberSum += digest
            nodes[node].component = part
            try assign(node, to: part, reader)
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
        components[part].rank = UInt64(members.count)
        components[component].count -= UInt32(members.count)
        if anchorLeft { findAnchor(of: component, startingFrom: staying) }
    }

    private mutating func leaveRing(_ node: Ordinal) {
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
