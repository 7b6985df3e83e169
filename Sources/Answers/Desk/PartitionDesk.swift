package import GraphCore
package import IdentityModel
package import NodeRuntime

/// The desk of one partition, over whatever its ports are.
package final class PartitionDesk<Log: LogPort, State: StatePort>: AnswerDesk {
    private let runtime: PartitionRuntime<Log, State>

    /// A desk that asks `runtime`, on the thread that `runtime` is used on.
    package init(_ runtime: PartitionRuntime<Log, State>) { self.runtime = runtime }

    /// What answers reflect now: every record before its offset.
    package var position: PositionAnswer {
        PositionAnswer(runtime.partition, runtime.position)
    }

    /// The customer of a node, and a page of its identifiers by (namespace priority, key).
    ///
    /// - Throws: `StoreFailure`.
    package func resolve(
        _ question: Question, after place: MemberPosition?, limit: Int
    ) throws(StoreFailure) -> ResolveAnswer {
        guard let customer = try customer(of: question) else {
            return ResolveAnswer(
                id: question.text, error: AnswerError.notFound, position: position)
        }
        let page = try runtime.ask { (graph, reader) throws(StateError) in
            try graph.memberPage(
                withMember: question.key, after: place, limit: limit, reader: reader)
        }
        let id = customer.id.description
        return ResolveAnswer(
            id: question.text, customerID: id,
            requested: question.isCustomer && question.text != id ? question.text : nil,
            identifiers: page.members.map(\.string), identifierCount: customer.identifierCount,
            nextCursor: page.next.map { Cursor.member($0).text }, position: position)
    }

    /// The anchors of many nodes' customers, in one go: nothing is allocated for a key beyond what
    /// the graph reads into memory.
    ///
    /// - Throws: `StoreFailure`.
    package func anchors(of keys: [NodeKey]) throws(StoreFailure) -> [NodeKey?] {
        try runtime.ask { (graph, reader) throws(StateError) in
            var anchors: [NodeKey?] = []
            anchors.reserveCapacity(keys.count)
            for key in keys {
                anchors.append(try graph.customer(of: key, reader: reader)?.id.anchor)
            }
            return anchors
        }
    }

    /// What is counted, without a look at the stores: cheap.
    ///
    /// - Throws: nothing that counting could fail at; `StoreFailure` is the protocol's.
    package func stats() throws(StoreFailure) -> StatsAnswer {
        let counters = runtime.counters
        return StatsAnswer(
            customers: counters.customers, identifiers: counters.identifiers,
            links: counters.liveLinks, pairs: counters.pairs, events: runtime.eventCount,
            merges: counters.merges, splits: counters.splits, memoryBytes: runtime.memoryBytes,
            tailRecords: runtime.tailRecords, digest: runtime.digest.hexadecimal,
            positions: ["\(runtime.partition.rawValue)": runtime.position])
    }

    /// What is known of two identifiers; the path between them only where that is asked for, since
    /// it brings their whole component into memory.
    ///
    /// - Throws: `StoreFailure`.
    package func pairState(
        _ one: Question, _ other: Question, withPath: Bool
    ) throws(StoreFailure) -> PairState {
        let customers = [
            try customer(of: one)?.id.description, try customer(of: other)?.id.description,
        ]
        let words = try link(one.key, other.key)?.words ?? []
        var path: PathAnswer?
        if withPath, customers[0] != nil, customers[0] == customers[1] {
            path = try keysOfPath(one, other).map { (keys) throws(StoreFailure) in
                try describe(keys, from: 0, limit: PageLimits.pathLinks)
            }
        }
        return PairState(
            a: one.text, b: other.text, customers: customers, linkedBy: sources(words, .link),
            bannedBy: sources(words, .ban), path: path, position: position)
    }

    // MARK: Parts

    /// The customer of a node; nil if it does not exist.
    func customer(of question: Question) throws(StoreFailure) -> CustomerView? {
        try runtime.ask { (graph, reader) throws(StateError) in
            try graph.customer(of: question.key, reader: reader)
        }
    }

    /// What is known of one pair; nil if no event has named it.
    func link(_ one: NodeKey, _ other: NodeKey) throws(StoreFailure) -> LinkView? {
        try runtime.ask { (graph, reader) throws(StateError) in
            try graph.link(one, other, reader: reader)
        }
    }

    /// The identifier behind a key as "namespace:value".
    func text(of key: NodeKey) throws(StoreFailure) -> String {
        let member = try runtime.ask { (graph, reader) throws(StateError) in
            try graph.member(key, reader: reader)
        }
        return member?.string ?? key.hexadecimal
    }

    /// Asks the graph itself, for the desk's other parts.
    func ask<Answer>(
        _ body: (inout IdentityGraph, StoredState<State>) throws(StateError) -> Answer
    ) throws(StoreFailure) -> Answer {
        try runtime.ask(body)
    }

    private func sources(_ words: [WordView], _ operation: LinkOperation) -> [String] {
        words.filter { $0.operation == operation }
            .map { String(decoding: $0.source, as: UTF8.self) }
    }
}
