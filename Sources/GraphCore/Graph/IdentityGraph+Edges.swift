internal import IdentityModel

// Components of one host that become one, and the lists of live edges.
extension IdentityGraph {
    /// Has a component of this host go into another, or into one that has no members yet. Without
    /// splits a member moves O(log n) times.
    mutating func merge(
        _ loser: Ordinal, into winner: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        try needWhole(loser, reader)
        touch(winner)
        touch(loser)
        touchFeed(winner)
        let (leavesRows, entersRows) = (
            components[loser].isInRows, components[winner].isInRows
        )
        let isNew = components[winner].count == 0
        let head = components[loser].anchor
        var member = head
        repeat {
            if leavesRows { forgetRows(of: member) }
            nodes[member].component = winner
            try noteMove(of: member, to: winner, reader)
            noteUntold(member)
            if entersRows { enterRows(member) }
            if components[winner].hasAnchorHeap { enterHeap(of: winner, member) }
            try joinIntoFold(of: winner, member)
            if sweep != nil { try convertFragment(of: member) }
            member = nodes[member].nextMember
        } while member != head
        if !isNew { spliceRings(components[winner].anchor, head) }
        components[winner].count += components[loser].count
        components[winner].residentCount += components[loser].residentCount
        components[winner].edgeCount += components[loser].edgeCount
        // What was converted on the way may have made the count less than nothing for a moment.
        components[winner].fragmentUnits &+= components[loser].fragmentUnits
        components[winner].memberSum += components[loser].memberSum
        components[winner].rank = max(
            components[winner].rank, UInt64(components[winner].count))
        if isNew || precedes(head, components[winner].anchor) {
            components[winner].anchor = head
        }
        remove(loser)
        considerRows(winner)
        #if Mutants
        if Mutant.localMergeIsNotTold.isPlanted { moves.removeAll() }
        #endif
        tellHomes(of: winner)
        count { $0.merges += isNew ? 0 : 1 }
        try countCustomerAway()
    }

    /// A component is no longer hosted here.
    mutating func countCustomerAway() throws(StateError) {
        guard counters.customers > 0 else {
            throw StateError(.damaged, "more customers have gone than were counted")
        }
        count { $0.customers -= 1 }
    }

    /// Forgets a component whose members have gone, and has the store forget it.
    mutating func remove(_ component: Ordinal) {
        if components[component].isStored {
            changes.removed.append(.component(components[component].id))
            // In a lone partition, too: a sweep looks for components by their ids.
            transit.noteGone(components[component].id)
        }
        dropHeap(of: component)
        dropFold(of: component)
        if components[component].touched != noOrdinal {
            feed.release(components[component].touched)
        }
        componentIndex.remove(Self.indexHash(components[component].id), component)
        components.release(component)
    }

    /// Makes one ring of the two that hold `left` and `right`.
    private mutating func spliceRings(_ left: Ordinal, _ right: Ordinal) {
        let (afterLeft, afterRight) = (nodes[left].nextMember, nodes[right].nextMember)
        nodes[left].nextMember = afterRight
        nodes[afterRight].previousMember = left
        nodes[right].nextMember = afterLeft
        nodes[afterLeft].previousMember = right
    }

    // MARK: The lists of live edges at both ends

    /// Lists the edge at both of its ends.
    mutating func attach(_ pair: Ordinal) {
        links[pair].flags.insert(.edgeIsLive)
        attach(pair, at: links[pair].a)
        attach(pair, at: links[pair].b)
    }

    private mutating func attach(_ pair: Ordinal, at node: Ordinal) {
        let head = nodes[node].liveLinks
        setNeighbours(of: pair, at: node, previous: noOrdinal, next: head)
        if head != noOrdinal { setPrevious(of: head, at: node, pair) }
        nodes[node].liveLinks = pair
    }

    /// Takes the edge out of the lists of both of its ends.
    mutating func detach(_ pair: Ordinal) {
        links[pair].flags.remove(.edgeIsLive)
        detach(pair, at: links[pair].a)
        detach(pair, at: links[pair].b)
    }

    private mutating func detach(_ pair: Ordinal, at node: Ordinal) {
        let isA = links[pair].a == node
        let next = isA ? links[pair].nextAtA : links[pair].nextAtB
        let previous = isA ? links[pair].previousAtA : links[pair].previousAtB
        if next != noOrdinal { setPrevious(of: next, at: node, previous) }
        if previous == noOrdinal {
            nodes[node].liveLinks = next
        } else {
            setNext(of: previous, at: node, next)
        }
        setNeighbours(of: pair, at: node, previous: noOrdinal, next: noOrdinal)
    }

    /// The edge after `pair` in the list of `node`.
    @inline(__always)
    func nextLink(_ pair: Ordinal, at node: Ordinal) -> Ordinal {
        links[pair].a == node ? links[pair].nextAtA : links[pair].nextAtB
    }

    /// The end of `pair` that is not `node`.
    @inline(__always)
    func otherEnd(_ pair: Ordinal, from node: Ordinal) -> Ordinal {
        links[pair].a == node ? links[pair].b : links[pair].a
    }

    private mutating func setNeighbours(
        of pair: Ordinal, at node: Ordinal, previous: Ordinal, next: Ordinal
    ) {
        setPrevious(of: pair, at: node, previous)
        setNext(of: pair, at: node, next)
    }

    private mutating func setPrevious(of pair: Ordinal, at node: Ordinal, _ value: Ordinal) {
        if links[pair].a == node {
            links[pair].previousAtA = value
        } else {
            links[pair].previousAtB = value
        }
    }

    private mutating func setNext(of pair: Ordinal, at node: Ordinal, _ value: Ordinal) {
        if links[pair].a == node {
            links[pair].nextAtA = value
        } else {
            links[pair].nextAtB = value
        }
    }
}
