internal import GraphCore
package import IdentityModel
internal import NodeRuntime

// Paths.
extension PartitionDesk {
    /// A part of a path, or that it does not run where it was to begin.
    struct PathPart {
        let path: PathAnswer?
    }

    /// A part of a path as its host knows it: its nodes' keys and texts.
    private struct Steps: Sendable {
        let keys: [NodeKey]
        let texts: [String]
        /// How many nodes the whole path has, and how many of them lie behind this part.
        let count: Int
        let remaining: Int
    }

    /// What the host of a path says.
    private enum PathSighting: Sendable {
        case steps(Steps)
        /// The part's first node is not on it.
        case stale
        /// The other end is not there.
        case none
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
            let first = try customer(of: one)?.id.description
            let second = try customer(of: other)?.id.description
            let isSame = first != nil && first == second
            let part = isSame ? try path(one, other, from: start, limit: limit) : nil
            return (direct, first, second, part)
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
    ) throws(StoreFailure) -> PathPart? {
        let (from, to) = (one.key, other.key)
        let found = try find(from) { (graph, reader, customer) throws(StateError) in
            // Of several partitions, this one learns that it has the other end by looking.
            let isThere =
                try graph.customer(of: to, in: customer.component, reader: reader) != nil
            guard isThere, let keys = try graph.path(from: from, to: to, reader: reader) else {
                return PathSighting.none
            }
            guard let first = start.map({ keys.firstIndex(of: $0) }) ?? 0 else { return .stale }
            let part = Array(keys[first..<min(keys.count, first + limit + 1)])
            var texts: [String] = []
            for key in part {
                texts.append(try graph.member(key, reader: reader)?.string ?? key.hexadecimal)
            }
            return .steps(
                Steps(
                    keys: part, texts: texts, count: keys.count,
                    remaining: keys.count - first - part.count))
        }
        switch found?.answer {
        case nil, .none?: return nil
        case .stale: return PathPart(path: nil)
        case .steps(let steps): return PathPart(path: try describe(steps))
        }
    }

    /// A part of a path with the evidence of its links.
    private func describe(_ steps: Steps) throws(StoreFailure) -> PathAnswer {
        var links: [LinkAnswer] = []
        for index in steps.keys.indices.dropFirst() {
            if let link = try link(steps.keys[index - 1], steps.keys[index]) {
                links.append(
                    LinkAnswer(link, a: steps.texts[index - 1], b: steps.texts[index]))
            }
        }
        return PathAnswer(
            identifiers: steps.texts, links: links, linkCount: steps.count - 1,
            remaining: steps.remaining,
            next: steps.remaining > 0 ? .step(steps.keys[steps.keys.count - 1]) : nil)
    }
}
