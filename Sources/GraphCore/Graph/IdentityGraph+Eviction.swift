internal import IdentityModel

// Letting go of what the store holds too, so that the graph may exceed memory.
//
// What is let go is clean: its stored form is what memory would write. It is read back when it is
// asked for, so eviction changes no answer and no stored byte. The unit is a component with all of
// its members' edges, and a home with all of its evidence; of a component in rows a member with
// its edges, and of a home in rows a pair. A node's record goes when both of its parts have gone
// and no link in memory names it.
extension IdentityGraph {
    /// The bytes that records and values in use take, with their share of the indexes.
    package var usedByteCount: Int {
        let entries = nodeIndex.count + linkIndex.count + componentIndex.count
        return nodes.usedByteCount + links.usedByteCount + components.usedByteCount
            + registers.usedByteCount + bytes.usedByteCount + fragments.usedByteCount
            + entries * OrdinalIndex.bytesPerEntry
    }

    /// Lets clean entities go, those first that were not looked at lately, until what is in use
    /// takes at most `limit` bytes or nothing clean is left. Call it between records only.
    ///
    /// The order is that of a clock (second chance): it follows memory, and no result follows it.
    package mutating func evict(toBytes limit: Int) {
        for _ in 0..<Self.sweeps where usedByteCount > limit { sweepComponents(limit) }
        for _ in 0..<Self.sweeps where usedByteCount > limit {
            sweepMembers(limit)
            sweepPairs(limit)
            releaseEmptyLinks()
        }
        for _ in 0..<Self.sweeps where usedByteCount > limit { sweepHomes(limit) }
    }

    /// The first sweep may only take chances away; the second finds what is left without one.
    private static var sweeps: Int { 2 }

    private mutating func sweepComponents(_ limit: Int) {
        for _ in components.ordinals where usedByteCount > limit {
            eviction.componentHand = Self.next(eviction.componentHand, components.ordinals)
            let component = eviction.componentHand
            guard components[component].count > 0, !components[component].isDirty else { continue }
            if components[component].wasUsed {
                components[component].wasUsed = false
            } else if isClean(component) {
                evictComponent(component)
            }
        }
    }

    /// Whether the store has all that memory has of a component that is not dirty itself: one that
    /// is not in rows, or of which only the anchor is left here.
    private func isClean(_ component: Ordinal) -> Bool {
        let record = components[component]
        guard record.isInRows else { return true }
        return record.residentCount == 1 && isMemberClean(record.anchor)
    }

    private mutating func sweepHomes(_ limit: Int) {
        for _ in nodes.ordinals where usedByteCount > limit {
            eviction.nodeHand = Self.next(eviction.nodeHand, nodes.ordinals)
            let node = eviction.nodeHand
            let flags = nodes[node].flags
            guard isHomeClean(node) else { continue }
            if flags.contains(.wasUsed) {
                nodes[node].flags.remove(.wasUsed)
            } else {
                evictHome(node)
            }
        }
    }

    /// Whether the home is here and the store has all of it.
    func isHomeClean(_ node: Ordinal) -> Bool {
        let flags = nodes[node].flags
        guard flags.contains(.homeIsResident), !flags.contains(.homeIsDirty) else { return false }
        return !flags.contains(.homeIsInRows)
            || outLinks(of: node) { $0.contains(.evidenceIsDirty) }.isEmpty
    }

    static func next(_ hand: Ordinal, _ ordinals: Range<Ordinal>) -> Ordinal {
        ordinals.contains(hand + 1) ? hand + 1 : ordinals.lowerBound
    }

    /// Lets a clean component go, and the clean homes of its members with it.
    private mutating func evictComponent(_ component: Ordinal) {
        precondition(
            !components[component].isDirty && components[component].isInDigest,
            "only what the store holds is let go")
        holdsEverything = false
        let members = unsortedMembers(of: component)
        for member in members { evictEdges(of: member) }
        for member in members {
            evictMember(member)
            if isHomeClean(member) {
                evictHome(member)
            } else {
                releaseIfUnused(member)
            }
        }
        dropHeap(of: component)
        dropFold(of: component)
        componentIndex.remove(Self.indexHash(components[component].id), component)
        components.release(component)
    }

    /// Lets go of the edges whose lesser end is `node`.
    mutating func evictEdges(of node: Ordinal) {
        for pair in outLinks(of: node, { $0.contains(.hasEdge) }) {
            evictEdge(pair)
        }
    }

    mutating func evictEdge(_ pair: Ordinal) {
        if links[pair].flags.contains(.edgeIsLive) { detach(pair) }
        links[pair].flags.remove([.hasEdge, .edgeIsStored, .edgeIsDirty])
        links[pair].edgeVersion = 0
    }

    mutating func evictMember(_ node: Ordinal) {
        bytes.release(nodes[node].value, count: Int(nodes[node].valueCount))
        if nodes[node].flags.contains(.hasFragment) { fragments.remove(node) }
        if nodes[node].flags.contains(.namesCustomer), !toldProfiles.isEmpty {
            toldProfiles[node] = nil
        }
        nodes[node].customerVersion = 0
        nodes[node].component = noOrdinal
        nodes[node].memberVersion = 0
        nodes[node].firstSeen = .never
        nodes[node].nextMember = noOrdinal
        nodes[node].previousMember = noOrdinal
        nodes[node].namespace = 0
        nodes[node].value = 0
        nodes[node].valueCount = 0
        nodes[node].flags.remove([
            .lacksEdges, .rowIsStored, .memberIsDirty, .hasFragment, .isUntold, .namesCustomer,
        ])
        releaseUnusedLinks(of: node)
    }

    /// Lets a clean home go: the directory's entry and the evidence.
    mutating func evictHome(_ node: Ordinal) {
        holdsEverything = false
        for pair in outLinks(of: node, { $0.contains(.hasEvidence) }) { evictEvidence(of: pair) }
        nodes[node].directoryComponent = .none
        nodes[node].directoryVersion = 0
        nodes[node].pairCount = 0
        nodes[node].flags.remove([.homeIsResident, .homeIsInRows, .lacksPairs])
        releaseUnusedLinks(of: node)
        releaseIfUnused(node)
    }

    mutating func evictEvidence(of pair: Ordinal) {
        var register = links[pair].moreRegisters
        while register != noOrdinal {
            let next = registers[register].next
            bytes.release(
                registers[register].reason, count: Int(registers[register].reasonCount))
            registers.release(register)
            register = next
        }
        links[pair].moreRegisters = noOrdinal
        links[pair].register = .absent
        links[pair].leastLinkTime = .never
        links[pair].evidenceVersion = 0
        links[pair].flags.remove([.hasEvidence, .evidenceIsLive])
    }

    /// Releases the links of which `node` is the lesser end and both parts have gone.
    mutating func releaseUnusedLinks(of node: Ordinal) {
        var pair = nodes[node].outLinks
        nodes[node].outLinks = noOrdinal
        while pair != noOrdinal {
            let next = links[pair].nextOut
            if links[pair].flags.isDisjoint(with: [.hasEvidence, .hasEdge]) {
                let other = links[pair].b
                linkIndex.remove(Self.indexHash(node, other), pair)
                links.release(pair)
                nodes[other].inLinkCount -= 1
                releaseIfUnused(other)
            } else {
                links[pair].nextOut = nodes[node].outLinks
                nodes[node].outLinks = pair
            }
            pair = next
        }
    }

    /// Releases a node of which memory holds nothing any more but the key.
    mutating func releaseIfUnused(_ node: Ordinal) {
        let record = nodes[node]
        guard record.component == noOrdinal, record.outLinks == noOrdinal,
            record.inLinkCount == 0, !record.flags.contains(.homeIsResident)
        else { return }
        nodeIndex.remove(Self.indexHash(record.key), node)
        nodes.release(node)
    }
}

/// Where the sweeps for memory have come to.
struct EvictionHands {
    var componentHand: Ordinal = noOrdinal
    var nodeHand: Ordinal = noOrdinal
    var memberHand: Ordinal = noOrdinal
    var pairHand: Ordinal = noOrdinal
    /// Nodes at which links start of which nothing is known any more, and how many those are.
    var emptied: [Ordinal] = []
    var emptyLinkCount = 0
}
