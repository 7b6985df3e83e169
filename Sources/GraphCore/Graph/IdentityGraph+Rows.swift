internal import IdentityModel

// What is too large for one stored value is stored in rows: which rows changed, and which are gone.
extension IdentityGraph {
    /// Has a component stored in rows once it is too large for one value. To be called when members
    /// or edges have joined it; what is not in rows is in memory whole.
    mutating func considerRows(_ component: Ordinal) {
        guard !components[component].isInRows,
            components[component].count > configuration.limits.inlineMembers
                || components[component].edgeCount > configuration.limits.inlineEdges
                || components[component].fragmentUnits > configuration.limits.inlineFragmentUnits
        else { return }
        components[component].isInRows = true
        for member in unsortedMembers(of: component) { markRows(of: member) }
    }

    /// The rows of a member and of the edges that start at it must be written.
    mutating func markRows(of member: Ordinal) {
        markMember(member)
        for pair in outLinks(of: member, { $0.contains(.hasEdge) }) { markEdge(pair) }
    }

    /// The row of a member must be written, if its component is in rows.
    @inline(__always)
    mutating func markMember(_ node: Ordinal) {
        guard components[nodes[node].component].isInRows,
            !nodes[node].flags.contains(.memberIsDirty)
        else { return }
        nodes[node].flags.insert(.memberIsDirty)
        changes.members.append(node)
    }

    /// The row of an edge must be written, if its component is in rows.
    @inline(__always)
    mutating func markEdge(_ pair: Ordinal) {
        guard components[nodes[links[pair].a].component].isInRows,
            !links[pair].flags.contains(.edgeIsDirty)
        else { return }
        links[pair].flags.insert(.edgeIsDirty)
        changes.edges.append(pair)
    }

    /// The pair's evidence must be written: with its home, or as a row of it.
    @inline(__always)
    mutating func markPair(_ pair: Ordinal) {
        let home = links[pair].a
        guard nodes[home].flags.contains(.homeIsInRows) else { return markHome(home) }
        guard !links[pair].flags.contains(.evidenceIsDirty) else { return }
        links[pair].flags.insert(.evidenceIsDirty)
        changes.pairs.append(pair)
    }

    /// Counts a new pair of a home. A home that has got too many is stored in rows from now on; it
    /// was in memory whole so far.
    mutating func countPair(of home: Ordinal) {
        nodes[home].pairCount += 1
        markHome(home)
        guard nodes[home].pairCount > configuration.limits.inlinePairs,
            !nodes[home].flags.contains(.homeIsInRows)
        else { return }
        nodes[home].flags.insert(.homeIsInRows)
        for pair in outLinks(of: home, { $0.contains(.hasEvidence) }) { markPair(pair) }
    }

    /// Has the store forget the rows of a member that is about to leave its component. The edges
    /// that start at it are in memory.
    mutating func forgetRows(of member: Ordinal) {
        let component = nodes[member].component
        guard components[component].isInRows else { return }
        let (id, key) = (components[component].id, nodes[member].key)
        // Whether memory's row is stored or not: one who has come back since the last checkpoint
        // may leave a row there that is older.
        if hasOthers { transit.noteGone(key, from: id) }
        if nodes[member].flags.contains(.rowIsStored) {
            nodes[member].flags.remove(.rowIsStored)
            changes.removed.append(.member(key, of: id))
            changes.removed.append(.rank(rank(of: member), of: id))
        }
        for pair in outLinks(of: member, { $0.contains(.edgeIsStored) }) {
            links[pair].flags.remove(.edgeIsStored)
            changes.removed.append(.edge(key, nodes[links[pair].b].key, of: id))
        }
    }

    /// Has the store forget the place of a member among the ranks, which is about to change.
    mutating func forgetRank(of member: Ordinal) {
        let component = nodes[member].component
        guard nodes[member].flags.contains(.rowIsStored) else { return }
        changes.removed.append(.rank(rank(of: member), of: components[component].id))
    }
}
