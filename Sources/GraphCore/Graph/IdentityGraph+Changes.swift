internal import IdentityModel

// From memory to the store: what changed since the last checkpoint.
extension IdentityGraph {
    /// How many entities the next checkpoint would write before its cut, counting some twice.
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
    /// Without a limit all is given: that is the cut. Only then may it become durable, and until it
    /// has, nothing may be evicted.
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
        drainFeed(to: &writer, &room, isCut: limit == .max)
        guard changeCount == 0, !feed.hasChangedLists else { return false }
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
        nodes[node].flags.insert(.homeIsStored)
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
}
