internal import GraphCore
internal import IdentityModel
package import NodeRuntime
internal import WireFormat

// Pages of a component.
extension PartitionDesk {
    /// What the host of a component says of it.
    private struct Contents: Sendable {
        var members: [MemberView] = []
        /// The profile; on the first page.
        var profile: ProfileAnswer?
        /// Where the members behind the page go on.
        var moreMembers: MemberPosition?
        /// The links whose loss would split it, where they were asked for.
        var bridges: [LinkPosition]?
        /// Its links; nil where they are to be looked for at the homes of its members.
        var links: LinkPage?
    }

    /// A page of a component: members first, then links. Bridges bring all of it into memory.
    ///
    /// - Throws: `StoreFailure`.
    package func component(
        _ question: Question, from place: Cursor?, limit: Int, bridges: Bool, reveal: Bool
    ) throws(StoreFailure) -> ComponentAnswer {
        let key = question.key
        let isOne = partitionCount == 1
        let found = try find(key) { (graph, reader, _) throws(StateError) in
            var contents = try Self.contents(
                of: &graph, reader, key, from: place, limit: limit, bridges: bridges,
                isOne: isOne)
            if place == nil {
                contents.profile = try ProfileAnswer.of(key, &graph, reader, reveal: reveal)
            }
            return contents
        }
        guard let found else {
            return ComponentAnswer(
                id: question.text, error: AnswerError.notFound, position: position)
        }
        let (customer, contents) = (found.customer, found.answer)
        var after: LinkPosition?
        if case .link(let link) = place { after = link }
        let room = limit - contents.members.count
        let page: LinkPage
        if let links = contents.links {
            page = links
        } else {
            page = try linkPage(of: key, after: after, limit: max(room, 1))
        }
        var answer = ComponentAnswer(id: question.text, position: position)
        answer.customerID = customer.id.description
        answer.identifierCount = customer.identifierCount
        answer.version = customer.version
        answer.profile = contents.profile?.values
        if let provenance = contents.profile?.provenance, !provenance.isEmpty {
            answer.provenance = provenance
        }
        answer.bridgeCount = contents.bridges?.count
        answer.members = contents.members.map {
            ComponentAnswer.Member(
                id: $0.string, firstSeen: TimestampText.print($0.firstSeen),
                anchor: $0.key == customer.id.anchor)
        }
        if let more = contents.moreMembers {
            answer.nextCursor = Cursor.member(more).text
        } else if room == 0 {
            answer.nextCursor = page.links.isEmpty ? nil : Cursor.link(nil).text
        } else {
            answer.nextCursor = page.next.map { Cursor.link($0).text }
        }
        answer.links = try describe(room > 0 ? page.links : [], of: key, contents.bridges)
        return answer
    }

    /// What the host knows of the page behind `place`.
    private static func contents(
        of graph: inout IdentityGraph, _ reader: StoredState<State>, _ key: NodeKey,
        from place: Cursor?, limit: Int, bridges: Bool, isOne: Bool
    ) throws(StateError) -> Contents {
        var contents = Contents()
        var after: LinkPosition?
        if case .link(let link) = place {
            after = link
        } else {
            var last: MemberPosition?
            if case .member(let member) = place { last = member }
            let page = try graph.memberPage(
                withMember: key, after: last, limit: limit, reader: reader)
            (contents.members, contents.moreMembers) = (page.members, page.next)
        }
        if bridges { contents.bridges = try graph.bridges(withMember: key, reader: reader) }
        if contents.moreMembers != nil {
            contents.links = LinkPage(links: [], next: nil)
        } else if isOne {
            let room = max(limit - contents.members.count, 1)
            contents.links = try graph.linkPage(
                withMember: key, after: after, limit: room, reader: reader)
        }
        return contents
    }

    /// Links of a node's customer with their ends' texts, which the host knows.
    private func describe(
        _ links: [LinkView], of key: NodeKey, _ bridges: [LinkPosition]?
    ) throws(StoreFailure) -> [LinkAnswer] {
        guard !links.isEmpty else { return [] }
        let ends = links.flatMap { [$0.a, $0.b] }
        let found = try find(key) { (graph, reader, _) throws(StateError) in
            try graph.members(ends, withMember: key, reader: reader)
        }
        // While partitions serve one may have left since.
        func text(_ place: Int) -> String {
            found?.answer[place]?.string ?? ends[place].hexadecimal
        }
        return links.enumerated().map { place, link in
            var shown = LinkAnswer(link, a: text(place * 2), b: text(place * 2 + 1))
            shown.bridge = bridges?.holds(LinkPosition(a: link.a, b: link.b))
            return shown
        }
    }
}

extension [LinkPosition] {
    /// Whether a sorted list holds a place.
    fileprivate func holds(_ place: LinkPosition) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == place
    }
}
