internal import IdentityModel

// Edges inside and between components: merging.
extension IdentityGraph {
    /// The pair's evidence turned live or dead, as its `version`-th change says.
    mutating func changeEdge(
        _ pair: Ordinal, version: UInt32, isLive: Bool, _ reader: some StateReader
    ) throws(StateError) {
        let (a, b) = (links[pair].a, links[pair].b)
        let component = try componentOfMember(a, reader)
        let other = try componentOfMember(b, reader)
        guard component != noOrdinal, other != noOrdinal else {
            throw StateError(.damaged, "a pair changed whose ends do not exist")
        }
        try needEdge(pair, reader)
        guard version > links[pair].edgeVersion else { return }
        touch(component)
        let wasLive = links[pair].flags.contains(.edgeIsLive)
        if !links[pair].flags.contains(.hasEdge) { components[component].edgeCount += 1 }
        links[pair].flags.insert(.hasEdge)
        links[pair].edgeVersion = version
        if isLive {
            if !wasLive { attach(pair) }
            if component != other { try merge(component, other, reader) }
        } else if wasLive {
            detach(pair)
            if component == other { try splitIfCut(component, a, b, reader) }
        }
        considerRows(nodes[a].component)
        markEdge(pair)
    }

    /// Joins two components that a live edge connects. The lesser by (rank, id) departs: without
    /// splits a member moves O(log n) times.
    private mutating func merge(
        _ one: Ordinal, _ other: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        let oneStays =
            components[one].rank != components[other].rank
            ? components[one].rank > components[other].rank
            : components[one].id > components[other].id
        let (winner, loser) = oneStays ? (one, other) : (other, one)
        try needWhole(loser, reader)
        touch(winner)
        touch(loser)
        let (leavesRows, entersRows) = (
            components[loser].isInRows, components[winner].isInRows
        )
        let head = components[loser].anchor
        var member = head
        repeat {
            if leavesRows { forgetRows(of: member) }
            nodes[member].component = winner
            try assign(member, to: winner, reader)
            if entersRows { markRows(of: member) }
            if components[winner].hasAnchorHeap { enterHeap(of: winner, member) }
            member = nodes[member].nextMember
        } while member != head
        spliceRings(components[winner].anchor, head)
        components[winner].count += components[loser].count
        components[winner].residentCount += components[loser].count
        components[winner].edgeCount += components[loser].edgeCount
        components[winner].memberSum += components[loser].memberSum
        components[winner].rank = max(
            components[winner].rank, UInt64(components[winner].count))
        if precedes(head, components[winner].anchor) { components[winner].anchor = head }
        remove(loser)
        count {
            $0.merges += 1
            $0.customers -= 1
        }
    }

    /// Forgets a component whose members have gone, and has the store forget it.
    private mutating func remove(_ component: Ordinal) {
        if components[component].isStored {
            changes.removed.append(.component(components[component].id))
        }
        dropHeap(of: component)
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
