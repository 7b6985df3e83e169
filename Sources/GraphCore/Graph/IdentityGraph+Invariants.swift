internal import IdentityModel

// What must hold between records, looked at from every side. Costs as much as the graph in memory
// is large: for simulations and tests.
extension IdentityGraph {
    /// The first invariant that memory breaks, as a sentence that names no identifier; nil if all
    /// hold. Looks at what is in memory and reads nothing.
    package func brokenInvariant() -> String? {
        for node in nodes.ordinals where !isReleased(node) {
            if let broken = brokenInvariant(ofNode: node) { return broken }
        }
        for pair in links.ordinals where links[pair].a != noOrdinal {
            if let broken = brokenInvariant(ofLink: pair) { return broken }
        }
        for component in components.ordinals where components[component].count > 0 {
            if let broken = brokenInvariant(ofComponent: component) { return broken }
        }
        return changes.undigested.isEmpty ? nil : "a component waits for the digest"
    }

    /// Whether a node's record was let go: nothing stands in it, and no index finds it.
    private func isReleased(_ node: Ordinal) -> Bool {
        let record = nodes[node]
        return record.component == noOrdinal && record.outLinks == noOrdinal
            && record.inLinkCount == 0 && record.flags.isEmpty && findNode(record.key) != node
    }

    private func brokenInvariant(ofNode node: Ordinal) -> String? {
        let record = nodes[node]
        if !record.flags.isDisjoint(with: [.reachedFromA, .reachedFromB]) {
            return "a search has left a mark"
        }
        if findNode(record.key) != node { return "the index does not find a node" }
        if record.component == noOrdinal, record.outLinks == noOrdinal, record.inLinkCount == 0,
            !record.flags.contains(.homeIsResident)
        {
            return "a node is held of which nothing is known"
        }
        var previous = noOrdinal
        var pair = record.liveLinks
        while pair != noOrdinal {
            let isA = links[pair].a == node
            guard isA || links[pair].b == node else { return "a node lists another's link" }
            if !links[pair].flags.contains(.edgeIsLive) { return "a dead link is listed" }
            guard (isA ? links[pair].previousAtA : links[pair].previousAtB) == previous else {
                return "a list of links does not run back as it runs forth"
            }
            previous = pair
            pair = nextLink(pair, at: node)
        }
        guard record.component != noOrdinal else {
            return record.liveLinks == noOrdinal || hasOthers
                ? nil : "a node of no component has live links"
        }
        guard record.flags.contains(.homeIsResident), !hasOthers else { return nil }
        return record.directoryComponent == components[record.component].id
            && record.directoryVersion == record.memberVersion
            ? nil : "the directory does not name the component that holds the node"
    }

    private func brokenInvariant(ofLink pair: Ordinal) -> String? {
        let record = links[pair]
        if findLink(record.a, record.b) != pair { return "the index does not find a link" }
        if nodes[record.a].key >= nodes[record.b].key { return "a link is not canonical" }
        let (one, other) = (nodes[record.a].component, nodes[record.b].component)
        let isLive = record.flags.contains(.edgeIsLive)
        if isLive, one == noOrdinal { return "a live link has no component" }
        guard !hasOthers else { return nil }  // The rest holds at rest, over all partitions.
        if isLive, one != other { return "a live link leads out of its component" }
        // An edge may be in the store alone, where its lesser end lacks edges.
        let isKnown = record.flags.contains(.hasEdge) || !lacksEdges(record.a)
        if record.flags.contains(.hasEvidence), one != noOrdinal, isKnown,
            isLive != record.flags.contains(.evidenceIsLive)
        {
            return "an edge is not what its evidence says"
        }
        return nil
    }

    private func brokenInvariant(ofComponent component: Ordinal) -> String? {
        let record = components[component]
        let members = unsortedMembers(of: component)
        let isWhole = record.residentCount == record.count
        guard members.count == Int(record.residentCount), isWhole || record.isInRows else {
            return "a ring has not as many members as counted"
        }
        if record.rank < UInt64(record.count) { return "a rank is below the size" }
        if !record.isInRows,
            record.count > configuration.limits.inlineMembers
                || record.edgeCount > configuration.limits.inlineEdges
                || record.fragmentUnits > configuration.limits.inlineFragmentUnits
        {
            return "a component is too large for one value"
        }
        var sum = Digest.zero
        for member in members {
            if nodes[member].component != component { return "a ring runs into another component" }
            if nodes[nodes[member].nextMember].previousMember != member {
                return "a ring does not run back as it runs forth"
            }
            if precedes(member, record.anchor) { return "the anchor is not the least member" }
            sum += memberDigest(member)
        }
        if members.contains(where: { lacksEdges($0) }) {
            if !record.isInRows { return "a component in one value lacks edges" }
            return record.lacksEdges ? nil : "a member lacks edges of a component that has all"
        }
        guard isWhole else { return nil }
        let edges = members.reduce(0) { sum, member in
            sum + outLinks(of: member) { $0.contains(.hasEdge) }.count
        }
        if edges != Int(record.edgeCount) { return "a component has not as many edges as counted" }
        let units = members.reduce(0) { $0 + fragmentUnits(of: $1) }
        if units != record.fragmentUnits { return "a component has other fragments than counted" }
        if sum != record.memberSum { return "a component's sum is not that of its members" }
        return reach(from: record.anchor) == members.count
            ? nil : "a component is not connected by its live links"
    }

    /// How many members of its component live links reach from `start`, itself included.
    private func reach(from start: Ordinal) -> Int {
        var isReached = [Bool](repeating: false, count: nodes.ordinals.count + 1)
        var frontier = [start]
        isReached[Int(start)] = true
        var count = 0
        while let node = frontier.popLast() {
            count += 1
            var pair = nodes[node].liveLinks
            while pair != noOrdinal {
                let other = otherEnd(pair, from: node)
                if !isReached[Int(other)], nodes[other].component == nodes[start].component {
                    frontier.append(other)
                    isReached[Int(other)] = true
                }
                pair = nextLink(pair, at: node)
            }
        }
        return count
    }
}
