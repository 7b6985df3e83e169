internal import IdentityModel

// Taking an edge out of a component: is there another path, and if not, which side goes.
extension IdentityGraph {
    /// The edge between `a` and `b` was cut. If no other path connects them, the smaller side
    /// becomes a component of its own.
    ///
    /// The search runs from both ends at once, one member expanded on each side in turn, the
    /// lesser end first, and stops when one side is exhausted: that side is the smaller one (at
    /// equal sizes the lesser end's), whatever order the edges are listed in. The cost is that of
    /// the smaller side, or of the meeting. `a` is the lesser end.
    mutating func splitIfCut(
        _ component: Ordinal, _ a: Ordinal, _ b: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        let smallerSide = searchFromBothEnds(component, a, b)
        for node in search.fromA { nodes[node].flags.remove([.reachedFromA, .reachedFromB]) }
        for node in search.fromB { nodes[node].flags.remove([.reachedFromA, .reachedFromB]) }
        guard let smallerSide else { return }
        if smallerSide == .reachedFromA {
            try depart(search.fromA, from: component, staying: b, reader)
        } else {
            try depart(search.fromB, from: component, staying: a, reader)
        }
        count { $0.splits += 1 }
    }

    /// The side that was exhausted, or nil where the two met. The frontiers hold all that was
    /// reached, and the marks are left on.
    private mutating func searchFromBothEnds(
        _ component: Ordinal, _ a: Ordinal, _ b: Ordinal
    ) -> NodeFlags? {
        search.fromA.removeAll(keepingCapacity: true)
        search.fromB.removeAll(keepingCapacity: true)
        search.fromA.append(a)
        search.fromB.append(b)
        nodes[a].flags.insert(.reachedFromA)
        nodes[b].flags.insert(.reachedFromB)
        var expanded = 0
        while true {
            if expanded == search.fromA.count { return .reachedFromA }
            if expandFromA(search.fromA[expanded], component) { return nil }
            if expanded == search.fromB.count { return .reachedFromB }
            if expandFromB(search.fromB[expanded], component) { return nil }
            expanded += 1
        }
    }

    /// Reaches the neighbours of a member of the first side; true where one is of the second.
    private mutating func expandFromA(_ node: Ordinal, _ component: Ordinal) -> Bool {
        var pair = nodes[node].liveLinks
        while pair != noOrdinal {
            let other = otherEnd(pair, from: node)
            let flags = nodes[other].flags
            if flags.contains(.reachedFromB) { return true }
            if !flags.contains(.reachedFromA), nodes[other].component == component {
                nodes[other].flags.insert(.reachedFromA)
                search.fromA.append(other)
            }
            pair = nextLink(pair, at: node)
        }
        return false
    }

    /// Reaches the neighbours of a member of the second side; true where one is of the first.
    private mutating func expandFromB(_ node: Ordinal, _ component: Ordinal) -> Bool {
        var pair = nodes[node].liveLinks
        while pair != noOrdinal {
            let other = otherEnd(pair, from: node)
            let flags = nodes[other].flags
            if flags.contains(.reachedFromA) { return true }
            if !flags.contains(.reachedFromB), nodes[other].component == component {
                nodes[other].flags.insert(.reachedFromB)
                search.fromB.append(other)
            }
            pair = nextLink(pair, at: node)
        }
        return false
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

    /// Looks at every member for the one that names the customer.
    private mutating func findAnchor(of component: Ordinal, startingFrom first: Ordinal) {
        var best = first
        var node = nodes[first].nextMember
        while node != first {
            if precedes(node, best) { best = node }
            node = nodes[node].nextMember
        }
        components[component].anchor = best
    }
}
