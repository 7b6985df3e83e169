internal import GraphCore
internal import IdentityModel
internal import NodeRuntime

// Pages of a component's links, where its members' homes are at several partitions.
extension PartitionDesk {
    /// What a partition knows of the pairs of some nodes, whose home it is.
    private struct Homes: Sendable {
        /// The pairs, in order.
        var links: [LinkView] = []
        /// The last pair, where others may follow it; nil: these are all.
        var end: LinkPosition?
    }

    /// The first `limit` links, live or not, between identifiers of a node's customer behind the
    /// place `after` (nil: from the start).
    ///
    ///     the host: some members ──▶ their homes: pairs ──▶ the host: which other ends are members
    ///
    /// Each partition is asked once for all of some members' pairs, and what is read is in
    /// proportion to the page, but for the walk over the members' keys.
    ///
    /// - Throws: `StoreFailure`.
    func linkPage(
        of key: NodeKey, after: LinkPosition?, limit: Int
    ) throws(StoreFailure) -> LinkPage {
        var links: [LinkView] = []
        var resumed = after
        var last = after?.a
        while links.count <= limit {
            // A member whose pairs were cut off is asked for the rest of them first.
            let members: [NodeKey]
            if let resumed {
                members = [resumed.a]
            } else {
                members = try memberKeys(of: key, after: last)
            }
            guard let end = members.last else { break }
            let found = try pairs(of: members, behind: resumed?.b, limit: limit + 1)
            links += try within(found.links, key)
            resumed = found.end
            last = found.end?.a ?? end
        }
        let next = links.count > limit ? links[limit - 1] : nil
        return LinkPage(
            links: Array(links.prefix(limit)), next: next.map { LinkPosition(a: $0.a, b: $0.b) })
    }

    private func memberKeys(
        of key: NodeKey, after: NodeKey?
    ) throws(StoreFailure) -> [NodeKey] {
        let found = try find(key) { (graph, reader, _) throws(StateError) in
            try graph.memberKeys(withMember: key, after: after, reader: reader)
        }
        return found?.answer ?? []
    }

    /// The pairs of some nodes, in order; of the first of them those behind a greater end. Where
    /// one partition has more than `limit`, only what is before the first that was cut off.
    private func pairs(
        of members: [NodeKey], behind after: NodeKey?, limit: Int
    ) throws(StoreFailure) -> Homes {
        var all = Homes()
        for place in 0..<partitionCount {
            let partition = PartitionID(place)
            let mine = members.filter {
                PartitionID.home(of: $0, among: partitionCount) == partition
            }
            guard !mine.isEmpty else { continue }
            let first = members.first
            let homes = try ask(partition) { (graph, reader) throws(StateError) in
                var homes = Homes()
                for member in mine where homes.links.count < limit {
                    homes.links += try graph.pairs(
                        of: member, behind: member == first ? after : nil,
                        limit: limit - homes.links.count, reader: reader)
                }
                if homes.links.count == limit {
                    homes.end = homes.links.last.map { LinkPosition(a: $0.a, b: $0.b) }
                }
                return homes
            }
            all.links += homes.links
            if let end = homes.end { all.end = all.end.map { min($0, end) } ?? end }
        }
        all.links.sort { LinkPosition(a: $0.a, b: $0.b) < LinkPosition(a: $1.a, b: $1.b) }
        if let end = all.end {
            all.links.removeAll { end < LinkPosition(a: $0.a, b: $0.b) }
        }
        return all
    }

    /// Those of some pairs whose greater ends are identifiers of a node's customer, too.
    private func within(
        _ links: [LinkView], _ key: NodeKey
    ) throws(StoreFailure) -> [LinkView] {
        guard !links.isEmpty else { return [] }
        let ends = links.map(\.b)
        let found = try find(key) { (graph, reader, _) throws(StateError) in
            try graph.members(ends, withMember: key, reader: reader).map { $0 != nil }
        }
        return zip(links, found?.answer ?? []).filter(\.1).map(\.0)
    }
}
