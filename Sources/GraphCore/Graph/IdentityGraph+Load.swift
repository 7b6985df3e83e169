internal import IdentityModel

// Bringing parts of the store into memory: a component or its head, a member, an edge, a pair.
//
// What has changed since the last checkpoint is always in memory. So a row that memory lacks is as
// the store has it, and a row whose member is in another component by now is out of date.
extension IdentityGraph {
    // MARK: Components

    /// The component with that id, with at least its anchor in memory; none if this partition does
    /// not host it.
    mutating func hosted(
        _ id: ComponentID, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        let found = componentIndex.find(Self.indexHash(id)) { components[$0].id == id }
        if found != noOrdinal {
            components[found].wasUsed = true
            return found
        }
        guard !holdsEverything, !transit.isGone(id),
            try reader.readComponent(id, into: &componentImage)
        else { return noOrdinal }
        guard componentImage.isInRows else { return try installComponent() }
        let made = installHead()
        let anchor = componentImage.anchor
        guard try reader.readMember(anchor, of: id, into: &componentImage) else {
            throw StateError(.damaged, "a component's anchor is not its member")
        }
        components[made].anchor = try installMemberRow(of: made)
        return made
    }

    /// The component with that id, which this partition hosts.
    mutating func loadedComponent(
        _ id: ComponentID, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        let found = try hosted(id, reader)
        guard found != noOrdinal else {
            throw StateError(.damaged, "the directory names a component that the store lacks")
        }
        return found
    }

    /// Brings the member's part of a node into memory, whose directory names `component`.
    mutating func loadMember(
        _ node: Ordinal, of component: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        guard components[component].isInRows,
            try reader.readMember(
                nodes[node].key, of: components[component].id, into: &componentImage)
        else {
            throw StateError(.damaged, "the directory names a component that lacks the member")
        }
        _ = try installMemberRow(of: component)
    }

    /// Brings all members and edges of a component into memory.
    mutating func needWhole(
        _ component: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        guard components[component].isInRows else { return }
        if components[component].residentCount < components[component].count {
            try loadMembers(of: component, reader)
        }
        if unsortedMembers(of: component).contains(where: { lacksEdges($0) }) {
            try loadEdges(of: component, reader)
            for member in unsortedMembers(of: component) { nodes[member].flags.remove(.lacksEdges) }
        }
        components[component].lacksEdges = false
    }

    private mutating func loadMembers(
        of component: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        let id = components[component].id
        var last: NodeKey?
        repeat {
            try reader.readMembers(
                of: id, after: last, limit: configuration.limits.rowsAtOnce, into: &componentImage)
            last = componentImage.members.last?.key
            var cursor = MemberCursor()
            for index in componentImage.members.indices {
                if isAbsent(componentImage.members[index].key, from: id) {
                    _ = try installMemberRow(index, at: &cursor, of: component)
                } else {
                    cursor.pass(componentImage.members[index])
                }
            }
        } while componentImage.members.count == configuration.limits.rowsAtOnce
        guard components[component].residentCount == components[component].count else {
            throw StateError(.damaged, "a component's rows do not hold all of its members")
        }
    }

    // MARK: Edges

    @inline(__always)
    func lacksEdges(_ node: Ordinal) -> Bool { nodes[node].flags.contains(.lacksEdges) }

    /// Brings what the component knows of a pair into memory. Both ends are members in memory.
    @inline(__always)
    mutating func needEdge(
        _ pair: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        #if Mutants
        if Mutant.evictedEdgeIsUnknown.isPlanted { return }
        #endif
        let a = links[pair].a
        guard lacksEdges(a), !links[pair].flags.contains(.hasEdge) else { return }
        let id = components[nodes[a].component].id
        let stored = try reader.readEdge(nodes[a].key, nodes[links[pair].b].key, of: id)
        guard let stored else { return }
        install(stored, as: pair)
        links[pair].flags.insert(.edgeIsStored)
    }

    /// Brings the edges that start at a member into memory, dead ones included.
    mutating func needEdges(
        from node: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        guard lacksEdges(node) else { return }
        let component = nodes[node].component
        try loadEdges(of: component, from: nodes[node].key, reader)
    }

    /// Brings all edges of a member into memory.
    mutating func loadEdges(
        of node: Ordinal, in component: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        let (id, key) = (components[component].id, nodes[node].key)
        try loadEdges(of: component, from: key, reader)
        var last: NodeKey?
        var edges: [StoredEdge] = []
        repeat {
            edges = try reader.readEdges(
                of: id, to: key, after: last, limit: configuration.limits.rowsAtOnce)
            for edge in edges { _ = try install(edge, in: component, reader) }
            last = edges.last?.a
        } while edges.count == configuration.limits.rowsAtOnce
    }

    private mutating func loadEdges(
        of component: Ordinal, from end: NodeKey? = nil, _ reader: some StateReader
    ) throws(StateError) {
        let id = components[component].id
        var last: LinkPosition?
        while true {
            let edges = try reader.readEdges(
                of: id, from: end, after: last, limit: configuration.limits.rowsAtOnce)
            for edge in edges { _ = try install(edge, in: component, reader) }
            guard edges.count == configuration.limits.rowsAtOnce, let end = edges.last else {
                return
            }
            last = LinkPosition(a: end.a, b: end.image.other)
        }
    }

    /// Brings an edge that the store has into memory, if memory lacks it and the component still
    /// has it; live ones with both of their ends, as far as they are members. Gives its link, or
    /// none.
    mutating func install(
        _ edge: StoredEdge, in component: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        let a = findNode(edge.a)
        if a != noOrdinal {
            let found = nodes[a].component
            guard found == noOrdinal || found == component else { return noOrdinal }
            let b = findNode(edge.image.other)
            if b != noOrdinal {
                let known = findLink(a, b)
                if known != noOrdinal, links[known].flags.contains(.hasEdge) { return noOrdinal }
            }
        }
        let isStart = try isMember(edge.a, of: component, reader)
        guard isStart || hasOthers else { throw Self.leadsOut }
        guard isStart else { return noOrdinal }  // It has gone, and its edges with it.
        if edge.image.isLive {
            let isEnd = try isMember(edge.image.other, of: component, reader)
            guard isEnd || hasOthers else { throw Self.leadsOut }
        }
        let pair = link(node(edge.a), node(edge.image.other))
        install(edge.image, as: pair)
        links[pair].flags.insert(.edgeIsStored)
        return pair
    }

    private static var leadsOut: StateError {
        StateError(.damaged, "a live link leads out of its component")
    }

    /// Whether memory lacks a member of which the store has a row in a component: one that memory
    /// has is where memory says, and one that has gone is nowhere here.
    func isAbsent(_ key: NodeKey, from id: ComponentID) -> Bool {
        let found = findNode(key)
        guard found == noOrdinal || nodes[found].component == noOrdinal else { return false }
        return !transit.isGone(key, from: id)
    }

    // MARK: Pairs

    /// Brings the pair's evidence into memory, if its home is in rows. The home's head is here.
    @inline(__always)
    mutating func needPair(
        _ pair: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        let a = links[pair].a
        links[pair].flags.insert(.wasUsed)
        guard nodes[a].flags.contains(.lacksPairs), !links[pair].flags.contains(.hasEvidence)
        else { return }
        let b = nodes[links[pair].b].key
        guard try reader.readPair(nodes[a].key, b, into: &homeImage) else { return }
        try installPairs(of: a)
    }

    /// Brings some of the pairs behind `after` of a home into memory, in their order. Gives the
    /// greater end of the last that was read, behind which there may be others; nil: that is all.
    mutating func loadPairs(
        of home: Ordinal, after: NodeKey?, _ reader: some StateReader
    ) throws(StateError) -> NodeKey? {
        guard nodes[home].flags.contains(.lacksPairs) else { return nil }
        try reader.readPairs(
            of: nodes[home].key, after: after, limit: configuration.limits.rowsAtOnce,
            into: &homeImage)
        let isFull = homeImage.pairs.count == configuration.limits.rowsAtOnce
        let last = isFull ? homeImage.pairs.last?.other : nil
        try installPairs(of: home)
        return last
    }
}
