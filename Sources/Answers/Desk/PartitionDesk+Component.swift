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
        _ question: Question, from place: Cursor?, limit: Int, bridges: Bool, reveal: Bool
    ) throws(StoreFailure) -> ComponentAnswer {
        let key = question.key
        var part = PagePart(after: nil, limit: limit)
        var after: LinkPosition?
        switch place {
        case nil: part.profile = reveal
        case .member(let member): part.after = member
        case .link(let link): (after, part.limit) = (link, 0)
        case .step: break
        }
        guard let found = try look(LookQuestion(key: key, page: part)), let page = found.page
        else {
            return ComponentAnswer(
                id: question.text, error: AnswerError.notFound, position: position)
        }
        // Links follow the last member; one is looked for where there is room for none.
        let room = limit - page.members.count
        var links = LinkPage(links: [], next: nil)
        if page.next == nil {
            links = try linkPage(of: key, after: after, limit: max(room, 1))
        }
        var answer = ComponentAnswer(id: question.text, position: nil)
        answer.describe(found.customer, page)
        if let more = page.next {
            answer.nextCursor = Cursor.member(more).text
        } else if room == 0 {
            answer.nextCursor = links.links.isEmpty ? nil : Cursor.link(nil).text
        } else {
            answer.nextCursor = links.next.map { Cursor.link($0).text }
        }
        try describe(room > 0 ? links.links : [], of: key, bridges: bridges, in: &answer)
        answer.position = position
        return answer
    }

    /// Shows links of a node's customer with their ends' texts, which the host knows, and which of
    /// them are bridges, where that is asked for.
    private func describe(
        _ links: [LinkView], of key: NodeKey, bridges: Bool, in answer: inout ComponentAnswer
    ) throws(StoreFailure) {
        answer.links = []
        guard bridges || !links.isEmpty else { return }
        let ends = links.flatMap { [$0.a, $0.b] }
        let places = links.map { LinkPosition(a: $0.a, b: $0.b) }
        let part = MembersPart(keys: ends, links: bridges ? places : nil)
        let found = try look(LookQuestion(key: key, members: part))?.members
        // While partitions serve one may have left since.
        func text(_ place: Int) -> String {
            found?.members[place]?.string ?? ends[place].hexadecimal
        }
        answer.links = links.enumerated().map { place, link in
            var shown = LinkAnswer(link, a: text(place * 2), b: text(place * 2 + 1))
            shown.bridge = found?.bridges?[place]
            return shown
        }
        answer.bridgeCount = found?.bridgeCount
    }
}

extension ComponentAnswer {
    /// Shows the customer and its members.
    fileprivate mutating func describe(_ customer: CustomerView, _ page: PagePart.Answer) {
        customerID = customer.id.description
        identifierCount = customer.identifierCount
        version = customer.version
        profile = page.profile?.values
        if let all = page.profile?.provenance, !all.isEmpty { provenance = all }
        members = page.members.map {
            Member(
                id: $0.string, firstSeen: TimestampText.print($0.firstSeen),
                anchor: $0.key == customer.id.anchor)
        }
    }
}
