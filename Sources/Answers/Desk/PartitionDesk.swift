package import GraphCore
internal import IdentityModel
package import NodeRuntime

/// The desk of a store's partitions, wherever they are: the one of this thread, several at rest, or
/// several that serve, here or on other nodes.
///
/// Of several, a node's home says which component it is in, the component's host what that is, and
/// the home of a pair's lesser end what was said of the pair. While they serve a component may be
/// under way: a forwarding pointer is followed, and what has not arrived is waited for.
package final class PartitionDesk<Reach: PartitionReach>: AnswerDesk {
    let reach: Reach

    /// A desk that asks by that way, on the thread that it is used on.
    package init(_ reach: Reach) { self.reach = reach }

    /// What answers reflect now: of each partition every record before its offset; of partitions
    /// that serve, of those that were asked.
    package var position: PositionAnswer { reach.reflected }

    /// The customer of a node, and a page of its identifiers by (namespace priority, key).
    ///
    /// - Throws: `StoreFailure`.
    package func resolve(
        _ question: Question, after place: MemberPosition?, limit: Int, reveal: Bool
    ) throws(StoreFailure) -> ResolveAnswer {
        let part = PagePart(after: place, limit: limit, withAnchor: true, profile: reveal)
        guard let found = try look(LookQuestion(key: question.key, page: part)),
            let page = found.page
        else {
            return ResolveAnswer(
                id: question.text, error: AnswerError.notFound, position: position)
        }
        let id = found.customer.id.description
        var answer = ResolveAnswer(
            id: question.text, customerID: id,
            requested: question.isCustomer && question.text != id ? question.text : nil,
            identifiers: page.members.map(\.string),
            identifierCount: found.customer.identifierCount,
            nextCursor: page.next.map { Cursor.member($0).text }, position: position)
        answer.describe(
            anchor: page.anchor?.string, version: found.customer.version,
            page.profile ?? ProfileAnswer())
        return answer
    }

    /// What is known of two identifiers; the path between them only where that is asked for, since
    /// it brings their whole component into memory.
    ///
    /// - Throws: `StoreFailure`.
    package func pairState(
        _ one: Question, _ other: Question, withPath: Bool
    ) throws(StoreFailure) -> PairState {
        let customers = try customers(of: [one, other])
        let words = try link(one.key, other.key)?.words ?? []
        var path: PathAnswer?
        if withPath, customers[0] != nil, customers[0] == customers[1] {
            path = try self.path(one, other, from: nil, limit: PageLimits.pathLinks)?.path
        }
        return PairState(
            a: one.text, b: other.text, customers: customers, linkedBy: sources(words, .link),
            bannedBy: sources(words, .ban), path: path, position: position)
    }

    // MARK: Parts

    /// The ids of customers; nil for one that does not exist.
    func customers(of questions: [Question]) throws(StoreFailure) -> [String?] {
        try anchors(of: questions.map(\.key)).map { $0?.hexadecimal }
    }

    private func sources(_ words: [WordView], _ operation: LinkOperation) -> [String] {
        words.filter { $0.operation == operation }
            .map { String(decoding: $0.source, as: UTF8.self) }
    }

    // MARK: Finding

    /// The customer of a node, and what was asked of it, both of one moment; nil if the node does
    /// not exist. The question names no component: that is found out.
    func look(_ question: LookQuestion) throws(StoreFailure) -> LookQuestion.Found? {
        while true {
            var question = question
            var partition = home(of: question.key)
            while true {
                let answer = try reach.ask(partition, question)
                if let found = answer.found { return found }
                if let there = answer.elsewhere, there.host.rawValue < reach.partitionCount {
                    (partition, question.component) = (there.host, there)
                    continue
                }
                if answer.elsewhere == nil, question.component == nil { return nil }
                break
            }
            try reach.waitForTransit()
        }
    }

    /// The partition that is home to a node.
    func home(of key: NodeKey) -> PartitionID { .home(of: key, among: reach.partitionCount) }
}
