internal import GraphCore
package import IdentityModel
internal import NodeRuntime

// Paths.
extension PartitionDesk {
    /// A part of a path, or that it does not run where it was to begin.
    struct PathFound {
        let path: PathAnswer?
    }

    /// Why two are one customer: a part of a shortest path, which brings their whole component into
    /// memory; or what was said of the pair, and whose each is.
    ///
    /// - Throws: `AnswerFailure`.
    package func explain(
        _ one: Question, _ other: Question, from start: NodeKey?, limit: Int
    ) throws(AnswerFailure) -> ExplainAnswer {
        let (direct, first, second, part) = try AnswerFailure.of { () throws(StoreFailure) in
            let direct = try link(one.key, other.key)
            let customers = try customers(of: [one, other])
            let isSame = customers[0] != nil && customers[0] == customers[1]
            let part = isSame ? try path(one, other, from: start, limit: limit) : nil
            return (direct, customers[0], customers[1], part)
        }
        var answer = ExplainAnswer(a: one.text, b: other.text, position: position)
        answer.direct = direct.map { LinkAnswer($0, a: one.text, b: other.text) }
        if first == nil || second == nil { answer.error = AnswerError.notFound }
        guard let part else {
            answer.customerIDs = [first, second]
            return answer
        }
        guard let path = part.path else { throw .stalePathCursor }
        answer.same = true
        answer.customerID = first
        answer.path = path.identifiers
        answer.links = path.links
        answer.linkCount = path.linkCount
        answer.remainingLinkCount = path.remaining > 0 ? path.remaining : nil
        answer.nextCursor = path.next?.text
        return answer
    }

    /// At most `limit` links of the shortest path, from `start` on; nil where the two are not one
    /// customer (any more).
    func path(
        _ one: Question, _ other: Question, from start: NodeKey?, limit: Int
    ) throws(StoreFailure) -> PathFound? {
        let part = PathPart(to: other.key, start: start, limit: limit)
        guard let found = try look(LookQuestion(key: one.key, path: part))?.path, found.isThere
        else { return nil }
        return PathFound(
            path: try found.steps.map { (steps) throws(StoreFailure) in
                try describe(steps)
            })
    }

    /// A part of a path with the evidence of its links.
    private func describe(_ steps: PathPart.Steps) throws(StoreFailure) -> PathAnswer {
        let texts = steps.texts.map { String(decoding: $0.bytes, as: UTF8.self) }
        let pairs = zip(steps.keys, steps.keys.dropFirst()).map { ($0, $1) }
        var links: [LinkAnswer] = []
        for (place, link) in try self.links(of: pairs).enumerated() {
            guard let link else { continue }
            links.append(LinkAnswer(link, a: texts[place], b: texts[place + 1]))
        }
        return PathAnswer(
            identifiers: texts, links: links, linkCount: steps.count - 1,
            remaining: steps.remaining,
            next: steps.remaining > 0 ? .step(steps.keys[steps.keys.count - 1]) : nil)
    }
}
