internal import IdentityModel

// From memory to the store: what changed since the last checkpoint.
extension IdentityGraph {
    /// How many entities the next checkpoint would write, counting some twice.
    package var changeCount: Int {
        changes.homes.count + changes.components.count + changes.removed.count
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
        var room = limit
        while room > 0, let removed = changes.removed.popFirst() {
            writer.removeComponent(removed.id, storedPages: Int(removed.storedPages))
            room -= 1
        }
        while room > 0, let node = changes.homes.popFirst() {
            prefetchNextHomes()
            guard nodes[node].flags.contains(.homeIsDirty) else { continue }
            nodes[node].flags.remove(.homeIsDirty)
            fillHomeImage(node)
            writer.writeHome(homeImage)
            room -= 1
        }
        while room > 0, let component = changes.components.popFirst() {
            prefetchNextComponents()
            guard components[component].isDirty else { continue }
            write(component, to: &writer)
            room -= 1
        }
        return changeCount == 0
    }

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

    private mutating func write(_ component: Ordinal, to writer: inout some StateWriter) {
        components[component].isDirty = false
        fillComponentImage(component)
        writer.writeComponent(
            componentImage, storedPages: Int(components[component].storedPages))
        components[component].storedPages = UInt32(
            ComponentImage.pageCount(members: componentImage.members.count))
    }

    /// What a checkpoint keeps beside the entities.
    package var summary: GraphSummary {
        GraphSummary(
            counters: counters, evidenceDigest: evidenceDigest, componentDigest: componentDigest,
            namespaces: Array(namespaces.names.dropFirst()),
            sources: Array(sources.names.dropFirst()))
    }

    // MARK: Images

    /// Fills `homeImage` with what the node's home keeps, in the order of its stored form.
    mutating func fillHomeImage(_ node: Ordinal) {
        homeImage.reset(nodes[node].key)
        homeImage.component = nodes[node].directoryComponent
        homeImage.version = nodes[node].directoryVersion
        var pairs = outLinks(of: node) { $0.contains(.hasEvidence) }
        sortByOther(&pairs)
        for pair in pairs { appendPair(pair) }
    }

    private mutating func appendPair(_ pair: Ordinal) {
        let chain = registerChain(of: pair)
        homeImage.pairs.append(
            PairImage(
                other: nodes[links[pair].b].key, leastLinkTime: links[pair].leastLinkTime,
                version: links[pair].evidenceVersion,
                isLive: links[pair].flags.contains(.evidenceIsLive), registerCount: chain.count))
        for (word, ordinal) in chain {
            let start = homeImage.reasons.count
            if ordinal != noOrdinal {
                bytes.append(
                    registers[ordinal].reason, count: Int(registers[ordinal].reasonCount),
                    to: &homeImage.reasons)
            }
            homeImage.registers.append(
                RegisterImage(
                    source: word.source, operation: word.operation, time: word.time,
                    reasonCount: homeImage.reasons.count - start))
        }
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

    /// Fills `componentImage` with the component, in the order of its stored form.
    mutating func fillComponentImage(_ component: Ordinal) {
        componentImage.reset(components[component].id)
        componentImage.rank = components[component].rank
        componentImage.anchor = nodes[components[component].anchor].key
        for member in sortedMembers(of: component) { appendMember(member) }
    }

    /// The component's members ordered by key.
    func sortedMembers(of component: Ordinal) -> [Ordinal] {
        var members = unsortedMembers(of: component)
        if members.count > 1 { members.sort { nodes[$0].key < nodes[$1].key } }
        return members
    }

    /// The component's members in the order of their ring, which means nothing.
    func unsortedMembers(of component: Ordinal) -> [Ordinal] {
        var members: [Ordinal] = []
        members.reserveCapacity(Int(components[component].count))
        let head = components[component].anchor
        var member = head
        repeat {
            members.append(member)
            member = nodes[member].nextMember
        } while member != head
        return members
    }

    private mutating func appendMember(_ node: Ordinal) {
        var pairs = outLinks(of: node) { $0.contains(.hasEdge) }
        sortByOther(&pairs)
        var image = MemberImage(
            key: nodes[node].key, version: nodes[node].memberVersion,
            firstSeen: nodes[node].firstSeen, namespace: nodes[node].namespace,
            valueCount: Int(nodes[node].valueCount), edgeCount: pairs.count)
        bytes.append(nodes[node].value, count: image.valueCount, to: &componentImage.values)
        if nodes[node].flags.contains(.carries), let carried = carried[node] {
            image.customerVersion = carried.customerVersion
            image.publishedCount = carried.published.count
            image.fragmentCount = carried.fragment.count
            componentImage.carried += carried.published
            componentImage.carried += carried.fragment
        }
        componentImage.members.append(image)
        for pair in pairs {
            componentImage.edges.append(
                EdgeImage(
                    other: nodes[links[pair].b].key, version: links[pair].edgeVersion,
                    isLive: links[pair].flags.contains(.edgeIsLive)))
        }
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

    private func sortByOther(_ pairs: inout [Ordinal]) {
        guard pairs.count > 1 else { return }
        pairs.sort { nodes[links[$0].b].key < nodes[links[$1].b].key }
    }
}
