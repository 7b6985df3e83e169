internal import IdentityModel

// Entities as values, as they are stored and sent.
extension IdentityGraph {
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
        orderLinks(of: node) { $0.contains(.hasEvidence) }
        precondition(linkOrder.count == nodes[node].pairCount, "a small home is in memory whole")
        for place in 0..<linkOrder.count { appendPair(linkOrder[place]) }
    }

    mutating func appendPair(_ pair: Ordinal) {
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
            componentImage.fragmentUnits = components[component].fragmentUnits
            componentImage.memberSum = components[component].memberSum
        } else {
            orderMembers(of: component)
            for place in 0..<memberOrder.count {
                appendMember(memberOrder[place])
                appendEdges(of: memberOrder[place])
            }
        }
    }

    /// Puts the component's members in memory into `memberOrder`, ordered by key.
    mutating func orderMembers(of component: Ordinal) {
        memberOrder.reset()
        let head = components[component].anchor
        var member = head
        repeat {
            memberOrder.append(member, by: nodes[member].key)
            // A hint: what the members hold is looked at next.
            bytes.prefetch(nodes[member].value)
            links.prefetch(nodes[member].outLinks)
            member = nodes[member].nextMember
        } while member != head
        memberOrder.sort()
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
        if image.namesCustomer, let told = toldProfiles[node] { image.toldProfile = told }
        image.isUntold = nodes[node].flags.contains(.isUntold)
        #if Mutants
        if Mutant.toldProfileIsNotStored.isPlanted { image.toldProfile = 0 }
        if Mutant.untoldIsNotStored.isPlanted { image.isUntold = false }
        #endif
        if nodes[node].flags.contains(.hasFragment) {
            let start = componentImage.fragments.count
            fragments.append(node, to: &componentImage.fragments)
            image.fragmentCount = componentImage.fragments.count - start
        }
        componentImage.members.append(image)
    }

    /// Appends the edges of the member that was appended last.
    private mutating func appendEdges(of node: Ordinal) {
        orderLinks(of: node) { $0.contains(.hasEdge) }
        componentImage.members[componentImage.members.count - 1].edgeCount = linkOrder.count
        for place in 0..<linkOrder.count {
            componentImage.edges.append(edgeImage(linkOrder[place]))
        }
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

    /// Puts the links of which `node` is the lesser end and whose flags pass `isWanted` into
    /// `linkOrder`, ordered by their greater ends.
    @inline(__always)
    mutating func orderLinks(of node: Ordinal, _ isWanted: (LinkFlags) -> Bool) {
        linkOrder.reset()
        var pair = nodes[node].outLinks
        while pair != noOrdinal {
            if isWanted(links[pair].flags) {
                linkOrder.append(pair, by: nodes[links[pair].b].key)
            }
            pair = links[pair].nextOut
        }
        linkOrder.sort()
    }
}
