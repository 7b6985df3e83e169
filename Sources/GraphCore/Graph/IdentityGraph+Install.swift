internal import IdentityModel

// From the store into memory. An entity is read only while memory lacks it: what memory has may be
// newer. An image that contradicts itself or the graph is an error and leaves the graph unusable.
extension IdentityGraph {
    /// Makes `homeImage` the home's part of `node`; of a home in rows, its head.
    mutating func installHome(_ node: Ordinal) throws(StateError) {
        nodes[node].directoryComponent = homeImage.component
        nodes[node].directoryVersion = homeImage.version
        let count = homeImage.isInRows ? homeImage.pairCount : homeImage.pairs.count
        nodes[node].pairCount = UInt32(count)
        nodes[node].flags.insert([.homeIsResident, .homeIsStored])
        if homeImage.isInRows { nodes[node].flags.insert([.homeIsInRows, .lacksPairs]) }
        try installPairs(of: node)
    }

    /// Makes the pairs of `homeImage` pairs of a home, but for those that memory has.
    mutating func installPairs(of node: Ordinal) throws(StateError) {
        var register = 0
        var reason = 0
        for image in homeImage.pairs {
            let pair = link(node, self.node(image.other))
            let isKnown = links[pair].flags.contains(.hasEvidence)
            if !isKnown {
                links[pair].flags.insert(.hasEvidence)
                if image.isLive { links[pair].flags.insert(.evidenceIsLive) }
                links[pair].leastLinkTime = image.leastLinkTime
                links[pair].evidenceVersion = image.version
            }
            for _ in 0..<image.registerCount {
                if !isKnown {
                    try install(homeImage.registers[register], reasonAt: reason, to: pair)
                }
                reason += homeImage.registers[register].reasonCount
                register += 1
            }
        }
    }

    private mutating func install(
        _ image: RegisterImage, reasonAt start: Int, to pair: Ordinal
    ) throws(StateError) {
        guard let kind = image.operation.registerKind, image.source > 0,
            image.source < sources.names.count
        else { throw StateError(.damaged, "a register names a source that has no name") }
        let word = Register(
            time: image.time, source: image.source, kind: kind, operation: image.operation)
        let digest = evidenceDigest
        let reason = Array(homeImage.reasons[start..<start + image.reasonCount])
        add(word, to: pair, reason: reason.span)
        evidenceDigest = digest  // The store's digest holds this register already.
    }

    /// Makes `componentImage`, which is not in rows, a component in memory.
    mutating func installComponent() throws(StateError) -> Ordinal {
        componentImage.memberCount = componentImage.members.count
        componentImage.edgeCount = componentImage.edges.count
        let made = installHead()
        let anchor = componentImage.anchor
        var previous = noOrdinal
        var edge = 0
        var cursor = MemberCursor()
        for index in componentImage.members.indices {
            previous = try installMember(index, at: &cursor, of: made, after: previous)
            try installEdges(componentImage.members[index], at: edge, from: previous)
            components[made].memberSum += memberDigest(previous)
            components[made].fragmentUnits += fragmentUnits(of: previous)
            if nodes[previous].key == anchor { components[made].anchor = previous }
            edge += componentImage.members[index].edgeCount
        }
        guard components[made].anchor != noOrdinal else {
            throw StateError(.damaged, "a component's anchor is not its member")
        }
        return made
    }

    /// Makes the head of `componentImage` a component in memory that has no members there yet.
    mutating func installHead() -> Ordinal {
        let made = components.allocate()
        components[made].id = componentImage.id
        components[made].rank = componentImage.rank
        components[made].count = UInt32(componentImage.memberCount)
        components[made].edgeCount = UInt32(componentImage.edgeCount)
        components[made].fragmentUnits = componentImage.fragmentUnits
        components[made].memberSum = componentImage.memberSum
        components[made].isInRows = componentImage.isInRows
        components[made].lacksEdges = componentImage.isInRows
        components[made].touched = feed.find(componentImage.id)
        components[made].isStored = true
        components[made].isInDigest = true
        components[made].wasUsed = true
        componentIndex.insert(Self.indexHash(componentImage.id), made)
        return made
    }

    /// Makes the first member of `componentImage`, which came out of a row, a member in memory.
    mutating func installMemberRow(
        of component: Ordinal
    ) throws(StateError) -> Ordinal {
        var cursor = MemberCursor()
        return try installMemberRow(0, at: &cursor, of: component)
    }

    /// Makes a member of `componentImage`, which came out of a row, a member in memory.
    mutating func installMemberRow(
        _ index: Int, at cursor: inout MemberCursor, of component: Ordinal
    ) throws(StateError) -> Ordinal {
        let node = try installMember(
            index, at: &cursor, of: component, after: components[component].anchor)
        nodes[node].flags.insert([.lacksEdges, .rowIsStored, .wasUsed])
        if components[component].hasAnchorHeap { enterHeap(of: component, node) }
        return node
    }

    mutating func installMember(
        _ index: Int, at cursor: inout MemberCursor, of component: Ordinal,
        after previous: Ordinal
    ) throws(StateError) -> Ordinal {
        let image = componentImage.members[index]
        let node = self.node(image.key)
        guard nodes[node].component == noOrdinal else {
            throw StateError(.damaged, "two components hold one identifier")
        }
        guard image.namespace < namespaces.names.count else {
            throw StateError(.damaged, "a member is of a namespace that has no name")
        }
        nodes[node].component = component
        nodes[node].memberVersion = image.version
        nodes[node].firstSeen = image.firstSeen
        nodes[node].namespace = image.namespace
        installValue(image, at: cursor.value, of: node)
        installCarried(image, at: cursor.fragment, of: node)
        linkRing(node, after: previous)
        components[component].residentCount += 1
        cursor.pass(image)
        return node
    }

    private mutating func installValue(_ image: MemberImage, at start: Int, of node: Ordinal) {
        let reference = bytes.store(componentImage.values, start..<start + image.valueCount)
        nodes[node].value = reference
        nodes[node].valueCount = UInt16(image.valueCount)
    }

    private mutating func installCarried(_ image: MemberImage, at start: Int, of node: Ordinal) {
        nodes[node].customerVersion = image.customerVersion
        if image.namesCustomer { nodes[node].flags.insert(.namesCustomer) }
        if image.toldProfile != 0 { toldProfiles[node] = image.toldProfile }
        if image.isUntold {
            nodes[node].flags.insert(.isUntold)
            // Its component may come to be in rows: then the list must name it.
            feed.untold.append(node)
        }
        guard image.fragmentCount > 0 else { return }
        // Taken out while it is read: the graph changes beside it.
        var bytes: [UInt8] = []
        swap(&bytes, &componentImage.fragments)
        setFragment(of: node, bytes.span.extracting(start..<start + image.fragmentCount))
        swap(&bytes, &componentImage.fragments)
    }

    private mutating func installEdges(
        _ image: MemberImage, at start: Int, from node: Ordinal
    ) throws(StateError) {
        for edge in start..<start + image.edgeCount {
            let stored = componentImage.edges[edge]
            let pair = link(node, self.node(stored.other))
            guard !links[pair].flags.contains(.hasEdge) else {
                throw StateError(.damaged, "a component lists one link twice")
            }
            install(stored, as: pair)
        }
    }

    /// Makes what the store knows of an edge what memory knows of it.
    mutating func install(_ stored: EdgeImage, as pair: Ordinal) {
        links[pair].flags.insert(.hasEdge)
        links[pair].edgeVersion = stored.version
        if stored.isLive { attach(pair) }
    }

    /// Puts a node that is in no ring behind `previous`, or into a ring of its own.
    private mutating func linkRing(_ node: Ordinal, after previous: Ordinal) {
        nodes[node].nextMember = node
        nodes[node].previousMember = node
        if previous != noOrdinal { insertIntoRing(node, after: previous) }
    }
}

/// Where a member's bytes start in its image.
struct MemberCursor {
    var value = 0
    var fragment = 0

    mutating func pass(_ member: MemberImage) {
        value += member.valueCount
        fragment += member.fragmentCount
    }
}
