internal import IdentityModel

// From memory to the store: what changed since the last checkpoint.
extension IdentityGraph {
    /// How many entities the next checkpoint would write, counting some twice.
    package var changeCount: Int {
        changes.count + transit.changeCount + feed.changeCount
    }

    /// Gives every changed entity to `writer` and counts it as stored from here on. The caller
    /// makes all of it durable at once, or discards the graph.
    package mutating func drainChanges(to writer: inout some StateWriter) {
        let isDone = drainChanges(to: &writer, atMost: .max)
        precondition(isDone, "without a limit all changes are given")
    }

    /// Gives at most `limit` changed entities to `writer`, those that changed first before others,
    /// and counts them as stored from here on: what changes again is given again. All that was
    /// given until nothing was left is a checkpoint at that position, each key's last word counts.
    /// Only then may it become durable, and until it has, nothing may be evicted.
    ///
    /// - Returns: whether nothing is left.
    package mutating func drainChanges(
        to writer: inout some StateWriter, atMost limit: Int
    ) -> Bool {
        settleDigest()
        drainNames(to: &writer)
        // An entity may come back under the key of one that went: it must have the last word.
        var room = limit
        while room > 0, let removed = changes.removed.popFirst() {
            write(removed, to: &writer)
            room -= 1
        }
        while room > 0, let node = changes.homes.popFirst() {
            prefetchNextHomes()
            if writeHome(node, to: &writer) { room -= 1 }
        }
        while room > 0, let component = changes.components.popFirst() {
            prefetchNextComponents()
            if writeComponent(component, to: &writer) { room -= 1 }
        }
        while room > 0, let pair = changes.pairs.popFirst() {
            if writePair(pair, to: &writer) { room -= 1 }
        }
        while room > 0, let node = changes.members.popFirst() {
            if writeMember(node, to: &writer) { room -= 1 }
        }
        while room > 0, let pair = changes.edges.popFirst() {
            if writeEdge(pair, to: &writer) { room -= 1 }
        }
        drainTransit(to: &writer, &room)
        drainFeed(to: &writer, &room)
        guard changeCount == 0 else { return false }
        transit.noteCut()
        return true
    }

    /// What was drained to its end is stored now.
    package mutating func noteStored() { transit.noteStored() }

    /// What a checkpoint keeps beside the entities.
    package var summary: GraphSummary {
        GraphSummary(
            counters: counters, evidenceDigest: evidenceDigest, componentDigest: componentDigest,
            namespaces: Array(namespaces.names.dropFirst()),
            sources: Array(sources.names.dropFirst()))
    }

    // MARK: Entities

    private mutating func drainNames(to writer: inout some StateWriter) {
        for number in namespaces.storedCount..<namespaces.names.count {
            writer.writeNamespace(UInt32(number), namespaces.names[number])
        }
        for number in sources.storedCount..<sources.names.count {
            writer.writeSource(UInt32(number), sources.names[number])
        }
        namespaces.markStored()
        sources.markStored()
    }

    private func write(_ removed: RemovedEntity, to writer: inout some StateWriter) {
        switch removed {
        case .component(let id): writer.removeComponent(id)
        case .member(let key, let id): writer.removeMember(key, of: id)
        case .rank(let rank, let id): writer.removeRank(rank, of: id)
        case .edge(let a, let b, let id): writer.removeEdge(a, b, of: id)
        }
    }

    private mutating func writeHome(_ node: Ordinal, to writer: inout some StateWriter) -> Bool {
        guard nodes[node].flags.contains(.homeIsDirty) else { return false }
        nodes[node].flags.remove(.homeIsDirty)
        fillHomeImage(node)
        writer.writeHome(homeImage)
        return true
    }

    private mutating func writePair(_ pair: Ordinal, to writer: inout some StateWriter) -> Bool {
        guard links[pair].flags.contains(.evidenceIsDirty) else { return false }
        links[pair].flags.remove(.evidenceIsDirty)
        let home = links[pair].a
        homeImage.reset(nodes[home].key)
        appendPair(pair)
        writer.writePair(homeImage)
        return true
    }

    private mutating func writeComponent(
        _ component: Ordinal, to writer: inout some StateWriter
    ) -> Bool {
        guard components[component].isDirty else { return false }
        components[component].isDirty = false
        components[component].isStored = true
        fillComponentImage(component)
        writer.writeComponent(componentImage)
        return true
    }

    private mutating func writeMember(_ node: Ordinal, to writer: inout some StateWriter) -> Bool {
        guard nodes[node].flags.contains(.memberIsDirty) else { return false }
        nodes[node].flags.remove(.memberIsDirty)
        let component = nodes[node].component
        guard components[component].isInRows else { return false }
        nodes[node].flags.insert(.rowIsStored)
        componentImage.reset(components[component].id)
        appendMember(node)
        writer.writeMember(componentImage, rank: rank(of: node))
        return true
    }

    private mutating func writeEdge(_ pair: Ordinal, to writer: inout some StateWriter) -> Bool {
        guard links[pair].flags.contains(.edgeIsDirty) else { return false }
        links[pair].flags.remove(.edgeIsDirty)
        let component = nodes[links[pair].a].component
        guard components[component].isInRows else { return false }
        links[pair].flags.insert(.edgeIsStored)
        let edge = StoredEdge(a: nodes[links[pair].a].key, image: edgeImage(pair))
        writer.writeEdge(edge, of: components[component].id)
        return true
    }

    // MARK: Images

    /// Fills `homeImage` with what the node's home keeps, in the order of its stored form; of a
    /// home in rows, with the head.
    mutating func fillHomeImage(_ node: Ordinal) {
        homeImage.reset(nodes[node].key)
        homeImage.component = nodes[node].directoryComponent
        homeImage.version = nodes[node].directoryVersion
        if nodes[node].flags.contains(.homeIsInRows) {
            homeImage.isInRows = true
            homeImage.pairCount = Int(nodes[node].pairCount)
            return
        }
        var pairs = outLinks(of: node) { $0.contains(.hasEvidence) }
        precondition(pairs.count == nodes[node].pairCount, "a small home is in memory whole")
        sortByOther(&pairs)
        for pair in pairs { appendPair(pair) }
    }

    private mutating func appendPair(_ pair: Ordinal) {
        homeImage.pairs.append(
            PairImage(
                other: nodes[links[pair].b].key, leastLinkTime: links[pair].leastLinkTime,
                version: links[pair].evidenceVersion,
                isLive: links[pair].flags.contains(.evidenceIsLive), registerCount: 0))
        if links[pair].moreRegisters == noOrdinal {
            // One register in its place, as nearly all pairs have, or none.
            let word = links[pair].register
            if word.source != 0 { appendRegister(word, noOrdinal) }
        } else {
            for (word, ordinal) in registerChain(of: pair) { appendRegister(word, ordinal) }
        }
    }

    /// Appends a register of the pair that was appended last.
    private mutating func appendRegister(_ word: Register, _ ordinal: Ordinal) {
        let start = homeImage.reasons.count
        if ordinal != noOrdinal {
            bytes.append(
                registers[ordinal].reason, count: Int(registers[ordinal].reasonCount),
                to: &homeImage.reasons)
        }
        homeImage.pairs[homeImage.pairs.count - 1].registerCount += 1
        homeImage.registers.append(
            RegisterImage(
                source: word.source, operation: word.operation, time: word.time,
                reasonCount: homeImage.reasons.count - start))
    }

    /// The pair's registers, ordered by (source, kind), each with its record where it has one.
    func registerChain(of pair: Ordinal) -> [(word: Register, ordinal: Ordinal)] {
        var chain: [(word: Register, ordinal: Ordinal)] = []
        if links[pair].register.source != 0 { chain.append((links[pair].register, noOrdinal)) }
        var next = links[pair].moreRegisters
        while next != noOrdinal {
            chain.append((registers[next].register, next))
            next = registers[next].next
        }
        guard chain.count > 1 else { return chain }
        return chain.sorted {
            ($0.word.source, $0.word.kind.rawValue) < ($1.word.source, $1.word.kind.rawValue)
        }
    }

    /// Fills `componentImage` with the component, in the order of its stored form; of one in rows,
    /// with the head.
    mutating func fillComponentImage(_ component: Ordinal) {
        componentImage.reset(components[component].id)
        componentImage.rank = components[component].rank
        componentImage.anchor = nodes[components[component].anchor].key
        if components[component].isInRows {
            componentImage.isInRows = true
            componentImage.memberCount = Int(components[component].count)
            componentImage.edgeCount = Int(components[component].edgeCount)
            componentImage.memberSum = components[component].memberSum
        } else {
            for member in sortedMembers(of: component) {
                appendMember(member)
                appendEdges(of: member)
            }
        }
    }

    /// The component's members in memory, ordered by key.
    func sortedMembers(of component: Ordinal) -> [Ordinal] {
        var members = unsortedMembers(of: component)
        if members.count > 1 { members.sort { nodes[$0].key < nodes[$1].key } }
        return members
    }

    /// The component's members in memory, in the order of their ring, which means nothing.
    func unsortedMembers(of component: Ordinal) -> [Ordinal] {
        var members: [Ordinal] = []
        members.reserveCapacity(Int(components[component].residentCount))
        let head = components[component].anchor
        var member = head
        repeat {
            members.append(member)
            // A hint: who asks for the members asks for what they hold next.
            bytes.prefetch(nodes[member].value)
            links.prefetch(nodes[member].outLinks)
            member = nodes[member].nextMember
        } while member != head
        return members
    }

    mutating func appendMember(_ node: Ordinal) {
        var image = MemberImage(
            key: nodes[node].key, version: nodes[node].memberVersion,
            firstSeen: nodes[node].firstSeen, namespace: nodes[node].namespace,
            valueCount: Int(nodes[node].valueCount), edgeCount: 0)
        bytes.append(nodes[node].value, count: image.valueCount, to: &componentImage.values)
        image.customerVersion = nodes[node].customerVersion
        image.namesCustomer = nodes[node].flags.contains(.namesCustomer)
        image.isUntold = nodes[node].flags.contains(.isUntold)
        #if Mutants
        if Mutant.untoldIsNotStored.isPlanted { image.isUntold = false }
        #endif
        if nodes[node].flags.contains(.hasFragment), let fragment = fragments[node] {
            image.fragmentCount = fragment.count
            componentImage.fragments += fragment
        }
        componentImage.members.append(image)
    }

    /// Appends the edges of the member that was appended last.
    private mutating func appendEdges(of node: Ordinal) {
        var pairs = outLinks(of: node) { $0.contains(.hasEdge) }
        sortByOther(&pairs)
        componentImage.members[componentImage.members.count - 1].edgeCount = pairs.count
        for pair in pairs { componentImage.edges.append(edgeImage(pair)) }
    }

    func edgeImage(_ pair: Ordinal) -> EdgeImage {
        EdgeImage(
            other: nodes[links[pair].b].key, version: links[pair].edgeVersion,
            isLive: links[pair].flags.contains(.edgeIsLive))
    }

    /// The links of which `node` is the lesser end and whose flags pass `isWanted`.
    func outLinks(of node: Ordinal, _ isWanted: (LinkFlags) -> Bool) -> [Ordinal] {
        var found: [Ordinal] = []
        var pair = nodes[node].outLinks
        while pair != noOrdinal {
            if isWanted(links[pair].flags) { found.append(pair) }
            pair = links[pair].nextOut
        }
        return found
    }

    /// Orders links of one lesser end by their greater ends.
    func sortByOther(_ pairs: inout [Ordinal]) {
        guard pairs.count > 1 else { return }
        pairs.sort { nodes[links[$0].b].key < nodes[links[$1].b].key }
    }
}
