internal import GraphCore
internal import IdentityModel
package import NodeRuntime
internal import WireFormat

// Pages of a component.
extension PartitionDesk {
    /// A page of a component: members first, then links. Bridges bring all of it into memory.
    ///
    /// - Throws: `StoreFailure`.
    package func component(
        _ question: Question, from place: Cursor?, limit: Int, bridges: Bool
    ) throws(StoreFailure) -> ComponentAnswer {
        var answer = ComponentAnswer(id: question.text, position: position)
        guard let found = try find(question.key) else {
            answer.error = AnswerError.notFound
            return answer
        }
        let (host, customer) = (found.host, found.customer)
        let page = try componentPage(question.key, from: place, limit: limit, at: host)
        var split: [LinkPosition]?
        if bridges {
            split = try host.ask { (graph, reader) throws(StateError) in
                try graph.bridges(withMember: question.key, reader: reader)
            }
        }
        answer.customerID = customer.id.description
        answer.identifierCount = customer.identifierCount
        answer.bridgeCount = split?.count
        answer.nextCursor = page.next?.text
        answer.members = page.members.map {
            ComponentAnswer.Member(
                id: $0.string, firstSeen: TimestampText.print($0.firstSeen),
                anchor: $0.key == customer.id.anchor)
        }
        var links: [LinkAnswer] = []
        for link in page.links {
            let (a, b) = (try text(of: link.a, at: host), try text(of: link.b, at: host))
            var shown = LinkAnswer(link, a: a, b: b)
            shown.bridge = split?.holds(LinkPosition(a: link.a, b: link.b))
            links.append(shown)
        }
        answer.links = links
        return answer
    }

    /// A page of a customer's links. Its evidence is at the homes of its members.
    private func linkPage(
        _ key: NodeKey, after: LinkPosition?, limit: Int, at host: PartitionRuntime<Log, State>
    ) throws(StoreFailure) -> LinkPage {
        if isOne {
            return try host.ask { (graph, reader) throws(StateError) in
                try graph.linkPage(withMember: key, after: after, limit: limit, reader: reader)
            }
        }
        let members = try host.ask { (graph, reader) throws(StateError) in
            try graph.members(withMember: key, reader: reader)
        }
        let keys = members.map(\.key).sorted()
        var links: [LinkView] = []
        for member in keys where links.count <= limit {
            if let after, member < after.a { continue }
            let behind = member == after?.a ? after?.b : nil
            links += try home(of: member).ask { (graph, reader) throws(StateError) in
                try graph.pairs(
                    of: member, behind: behind, among: keys, limit: limit + 1 - links.count,
                    reader: reader)
            }
        }
        let next = links.count > limit ? links[limit - 1] : nil
        return LinkPage(
            links: Array(links.prefix(limit)), next: next.map { LinkPosition(a: $0.a, b: $0.b) })
    }

    /// The page of at most `limit` members and links behind `place`.
    private func componentPage(
        _ key: NodeKey, from place: Cursor?, limit: Int, at host: PartitionRuntime<Log, State>
    ) throws(StoreFailure) -> ComponentPage {
        var found = ComponentPage()
        var after: LinkPosition?
        if case .link(let link) = place {
            after = link
        } else {
            var last: MemberPosition?
            if case .member(let member) = place { last = member }
            let page = try host.ask { (graph, reader) throws(StateError) in
                try graph.memberPage(withMember: key, after: last, limit: limit, reader: reader)
            }
            found.members = page.members
            if let more = page.next {
                found.next = .member(more)
                return found
            }
        }
        let room = limit - found.members.count
        let page = try linkPage(key, after: after, limit: max(room, 1), at: host)
        guard room > 0 else {
            if !page.links.isEmpty { found.next = .link(nil) }
            return found
        }
        found.links = page.links
        found.next = page.next.map { .link($0) }
        return found
    }
}

/// Some of a component's members, then links.
private struct ComponentPage {
    var members: [MemberView] = []
    var links: [LinkView] = []
    /// Where the next page goes on; nil behind the last.
    var next: Cursor?
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
