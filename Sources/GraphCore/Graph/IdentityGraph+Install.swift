internal import IdentityModel

// From the store into memory. An entity is read only while memory lacks it: what memory has may be
// newer. An image that contradicts itself or the graph is an error and leaves the graph unusable.
extension IdentityGraph {
    /// Makes `homeImage` the home's part of `node`.
    mutating func installHome(_ node: Ordinal) throws(StateError) {
        nodes[node].directoryComponent = homeImage.component
        nodes[node].directoryVersion = homeImage.version
        nodes[node].flags.insert(.homeIsResident)
        var register = 0
        var reason = 0
        for image in homeImage.pairs {
            let pair = link(node, self.node(image.other))
            links[pair].flags.insert(.hasEvidence)
            if image.isLive { links[pair].flags.insert(.evidenceIsLive) }
            links[pair].leastLinkTime = image.leastLinkTime
            links[pair].evidenceVersion = image.version
            for _ in 0..<image.registerCount {
                try install(homeImage.registers[register], reasonAt: reason, to: pair)
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

    /// Makes `componentImage` a component in memory.
    mutating func installComponent() throws(StateError) {
        let id = componentImage.id
        let made = components.allocate()
        components[made].id = id
        components[made].rank = componentImage.rank
        components[made].count = UInt32(componentImage.members.count)
        components[made].storedPages = UInt32(
            ComponentImage.pageCount(members: componentImage.members.count))
        components[made].isInDigest = true
        componentIndex.insert(Self.indexHash(id), made)
        var value = 0
        var carriedStart = 0
        var edge = 0
        var previous = noOrdinal
        for index in componentImage.members.indices {
            let image = componentImage.members[index]
            let node = self.node(image.key)
            guard nodes[node].component == noOrdinal else {
                throw StateError(.damaged, "two components hold one identifier")
            }
            guard image.namespace < namespaces.names.count else {
                throw StateError(.damaged, "a member is of a namespace that has no name")
            }
            nodes[node].component = made
            nodes[node].memberVersion = image.version
            nodes[node].firstSeen = image.firstSeen
            nodes[node].namespace = image.namespace
            installValue(image, at: value, of: node)
            installCarried(image, at: carriedStart, of: node)
            try installEdges(image, at: edge, from: node)
            linkRing(node, after: previous)
            components[made].memberSum += memberDigest(node)
            if image.key == componentImage.anchor { components[made].anchor = node }
            value += image.valueCount
            carriedStart += image.publishedCount + image.fragmentCount
            edge += image.edgeCount
            previous = node
        }
        guard components[made].anchor != noOrdinal else {
            throw StateError(.damaged, "a component's anchor is not its member")
        }
    }

    private mutating func installValue(_ image: MemberImage, at start: Int, of node: Ordinal) {
        let reference = bytes.store(componentImage.values, start..<start + image.valueCount)
        nodes[node].value = reference
        nodes[node].valueCount = UInt16(image.valueCount)
    }

    private mutating func installCarried(_ image: MemberImage, at start: Int, of node: Ordinal) {
        guard image.customerVersion > 0 || image.publishedCount + image.fragmentCount > 0 else {
            return
        }
        let middle = start + image.publishedCount
        nodes[node].flags.insert(.carries)
        carried[node] = CarriedState(
            customerVersion: image.customerVersion,
            published: Array(componentImage.carried[start..<middle]),
            fragment: Array(componentImage.carried[middle..<middle + image.fragmentCount]))
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
            links[pair].flags.insert(.hasEdge)
            links[pair].edgeVersion = stored.version
            if stored.isLive { attach(pair) }
        }
    }

    /// Puts a node that is in no ring behind `previous`, or into a ring of its own.
    private mutating func linkRing(_ node: Ordinal, after previous: Ordinal) {
        nodes[node].nextMember = node
        nodes[node].previousMember = node
        if previous != noOrdinal { insertIntoRing(node, after: previous) }
    }
}
