internal import GraphCore
package import IdentityModel
internal import NodeRuntime

// Paths.
extension PartitionDesk {
    /// Why two are one customer: a part of a shortest path, which brings their whole component into
    /// memory; or what was said of the pair, and whose each is.
    ///
    /// - Throws: `AnswerFailure`.
    package func explain(
        _ one: Question, _ other: Question, from start: NodeKey?, limit: Int
    ) throws(AnswerFailure) -> ExplainAnswer {
        var answer = ExplainAnswer(a: one.text, b: other.text, position: position)
        let (direct, found, second) = try AnswerFailure.of { () throws(StoreFailure) in
            (
                try link(one.key, other.key), try find(one.key),
                try find(other.key)?.customer.id.description
            )
        }
        let first = found?.customer.id.description
        answer.direct = direct.map { LinkAnswer($0, a: one.text, b: other.text) }
        if first == nil || second == nil { answer.error = AnswerError.notFound }
        guard answer.error == nil, first == second, let host = found?.host,
            let path = try path(one, other, from: start, limit: limit, at: host)
        else {
            answer.customerIDs = [first, second]
            return answer
        }
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
    /// customer.
    private func path(
        _ one: Question, _ other: Question, from start: NodeKey?, limit: Int,
        at host: PartitionRuntime<Log, State>
    ) throws(AnswerFailure) -> PathAnswer? {
        try AnswerFailure.of { () throws(StoreFailure) in try keysOfPath(one, other, at: host) }
            .map { (keys) throws(AnswerFailure) in
                var first = 0
                if let start {
                    guard let place = keys.firstIndex(of: start) else { throw .stalePathCursor }
                    first = place
                }
                return try AnswerFailure.of { () throws(StoreFailure) in
                    try describe(keys, from: first, limit: limit, at: host)
                }
            }
    }

    /// The nodes on the shortest path of live links; nil where the two are not one customer.
    func keysOfPath(
        _ one: Question, _ other: Question, at host: PartitionRuntime<Log, State>
    ) throws(StoreFailure) -> [NodeKey]? {
        try host.ask { (graph, reader) throws(StateError) in
            try graph.path(from: one.key, to: other.key, reader: reader)
        }
    }

    /// The part of a path that begins at its node `first` and has at most `limit` links.
    func describe(
        _ keys: [NodeKey], from first: Int, limit: Int,
        at host: PartitionRuntime<Log, State>
    ) throws(StoreFailure) -> PathAnswer {
        let end = min(keys.count, first + limit + 1)
        var identifiers: [String] = []
        var links: [LinkAnswer] = []
        for index in first..<end {
            identifiers.append(try text(of: keys[index], at: host))
            guard index > first else { continue }
            if let link = try link(keys[index - 1], keys[index]) {
                let (a, b) = (identifiers[index - first - 1], identifiers[index - first])
                links.append(LinkAnswer(link, a: a, b: b))
            }
        }
        let remaining = keys.count - end
        return PathAnswer(
            identifiers: identifiers, links: links, linkCount: keys.count - 1,
            remaining: remaining, next: remaining > 0 ? .step(keys[end - 1]) : nil)
    }
}
