internal import GraphCore
internal import IdentityModel
internal import NodeRuntime

// Links: of pairs that are known, and pages of a component's, where its members' homes are at
// several partitions.
extension PartitionDesk {
    /// What is known of one pair; nil if no event has named it.
    func link(_ one: NodeKey, _ other: NodeKey) throws(StoreFailure) -> LinkView? {
        try links(of: [(one, other)])[0]
    }

    /// What is known of some pairs, whose ends come in any order; each home is asked once. Nil for
    /// one that no event has named.
    func links(of pairs: [(NodeKey, NodeKey)]) throws(StoreFailure) -> [LinkView?] {
        var parts = [(places: [Int], pairs: [LinkPosition])](
            repeating: ([], []), count: Int(reach.partitionCount))
        for (place, (one, other)) in pairs.enumerated() {
            let pair = LinkPosition(a: min(one, other), b: max(one, other))
            let home = Int(home(of: pair.a).rawValue)
            parts[home].places.append(place)
            parts[home].pairs.append(pair)
        }
        let asked = parts.enumerated().filter { !$0.element.places.isEmpty }
        let answers = try reach.askEach(
            asked.map { home, part in
                (
                    partition: PartitionID(UInt16(home)),
                    question: LinksQuestion(pairs: part.pairs)
                )
            })
        var links = [LinkView?](repeating: nil, count: pairs.count)
        for ((_, part), answer) in zip(asked, answers) {
            for (place, link) in zip(part.places, answer) { links[place] = link }
        }
        return links
    }

    /// What a partition knows of the pairs of some nodes, whose home it is.
    private struct Homes {
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
    /// Of several, each partition is asked once for all of some members' pairs, and what is read is
    /// in proportion to the page, but for the walk over the members' keys.
    ///
    /// - Throws: `StoreFailure`.
    func linkPage(
        of key: NodeKey, after: LinkPosition?, limit: Int
    ) throws(StoreFailure) -> LinkPage {
        guard reach.partitionCount > 1 else {
            let part = LonePart(after: after, limit: limit)
            let found = try look(LookQuestion(key: key, links: part))
            return found?.links ?? LinkPage(links: [], next: nil)
        }
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
            let found = try pairs(of: members, behind: resumed, limit: limit + 1)
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
        try look(LookQuestion(key: key, walk: WalkPart(after: after)))?.walk ?? []
    }

    /// The pairs of some nodes, in order, behind a place. Where one partition has `limit` of them,
    /// only what is before the first that was cut off.
    private func pairs(
        of members: [NodeKey], behind after: LinkPosition?, limit: Int
    ) throws(StoreFailure) -> Homes {
        var parts = [[NodeKey]](repeating: [], count: Int(reach.partitionCount))
        for member in members { parts[Int(home(of: member).rawValue)].append(member) }
        let asked = parts.enumerated().filter { !$0.element.isEmpty }
        let answers = try reach.askEach(
            asked.map { home, mine in
                (
                    partition: PartitionID(UInt16(home)),
                    question: PairsQuestion(members: mine, after: after, limit: limit)
                )
            })
        var all = Homes()
        for links in answers {
            all.links += links
            guard links.count == limit, let last = links.last else { continue }
            all.end = min(all.end ?? Self.place(of: last), Self.place(of: last))
        }
        all.links.sort { Self.place(of: $0) < Self.place(of: $1) }
        if let end = all.end { all.links.removeAll { end < Self.place(of: $0) } }
        return all
    }

    private static func place(of link: LinkView) -> LinkPosition {
        LinkPosition(a: link.a, b: link.b)
    }

    /// Those of some pairs whose greater ends are identifiers of a node's customer, too.
    private func within(
        _ links: [LinkView], _ key: NodeKey
    ) throws(StoreFailure) -> [LinkView] {
        guard !links.isEmpty else { return [] }
        let part = MembersPart(keys: links.map(\.b))
        let found = try look(LookQuestion(key: key, members: part))
        return zip(links, found?.members?.members ?? []).filter { $0.1 != nil }.map(\.0)
    }
}
