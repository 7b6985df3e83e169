package import GraphCore
package import IdentityModel
package import NodeRuntime

/// The desk of a store's partitions on one thread, over whatever their ports are: of the one, or of
/// several at rest.
///
/// Of several, a node's home says which component it is in, the component's host what that is, and
/// the home of a pair's lesser end what was said of the pair.
package final class PartitionDesk<Log: LogPort, State: StatePort>: AnswerDesk {
    /// Where the partitions are.
    private enum Place {
        case one(PartitionRuntime<Log, State>)
        case several(PartitionGroup<Log, State>)
    }

    /// A customer, and the partition that hosts it.
    struct Hosted {
        let host: PartitionRuntime<Log, State>
        let customer: CustomerView
    }

    private let place: Place

    /// A desk that asks the one partition, on the thread that `runtime` is used on.
    package init(_ runtime: PartitionRuntime<Log, State>) { place = .one(runtime) }

    /// A desk that asks all partitions, on the thread that `group` is used on.
    package init(_ group: PartitionGroup<Log, State>) {
        place = group.runtimes.count == 1 ? .one(group.runtimes[0]) : .several(group)
    }

    /// What answers reflect now: of each partition every record before its offset.
    package var position: PositionAnswer {
        switch place {
        case .one(let runtime): PositionAnswer(runtime.partition, runtime.position)
        case .several(let group):
            PositionAnswer(group.runtimes.map { ($0.partition, $0.position) })
        }
    }

    /// The customer of a node, and a page of its identifiers by (namespace priority, key).
    ///
    /// - Throws: `StoreFailure`.
    package func resolve(
        _ question: Question, after place: MemberPosition?, limit: Int
    ) throws(StoreFailure) -> ResolveAnswer {
        guard let found = try find(question.key) else {
            return ResolveAnswer(
                id: question.text, error: AnswerError.notFound, position: position)
        }
        let (host, customer) = (found.host, found.customer)
        let page = try host.ask { (graph, reader) throws(StateError) in
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
        guard case .one(let runtime) = place else {
            return try keys.map { (key) throws(StoreFailure) in
                try find(key)?.customer.id.anchor
            }
        }
        return try runtime.ask { (graph, reader) throws(StateError) in
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
        var counters = GraphCounters()
        var digest = Digest.zero
        var (events, memoryBytes, tailRecords): (UInt64, Int, UInt64) = (0, 0, 0)
        var positions: [String: UInt64] = [:]
        for runtime in runtimes {
            counters += runtime.counters
            digest += runtime.digest
            events += runtime.eventCount
            memoryBytes += runtime.memoryBytes
            tailRecords += runtime.tailRecords
            positions["\(runtime.partition.rawValue)"] = runtime.position
        }
        return StatsAnswer(
            customers: counters.customers, identifiers: counters.identifiers,
            links: counters.liveLinks, pairs: counters.pairs, events: events,
            merges: counters.merges, splits: counters.splits, memoryBytes: memoryBytes,
            tailRecords: tailRecords, digest: digest.hexadecimal, positions: positions)
    }

    private var runtimes: [PartitionRuntime<Log, State>] {
        switch place {
        case .one(let runtime): [runtime]
        case .several(let group): group.runtimes
        }
    }

    /// What is known of two identifiers; the path between them only where that is asked for, since
    /// it brings their whole component into memory.
    ///
    /// - Throws: `StoreFailure`.
    package func pairState(
        _ one: Question, _ other: Question, withPath: Bool
    ) throws(StoreFailure) -> PairState {
        let found = try find(one.key)
        let customers = [
            found?.customer.id.description, try find(other.key)?.customer.id.description,
        ]
        let words = try link(one.key, other.key)?.words ?? []
        var path: PathAnswer?
        if withPath, let host = found?.host, customers[0] == customers[1] {
            path = try keysOfPath(one, other, at: host).map { (keys) throws(StoreFailure) in
                try describe(keys, from: 0, limit: PageLimits.pathLinks, at: host)
            }
        }
        return PairState(
            a: one.text, b: other.text, customers: customers, linkedBy: sources(words, .link),
            bannedBy: sources(words, .ban), path: path, position: position)
    }

    // MARK: Parts

    /// The customer of a node, and where it is; nil if the node does not exist. Afterwards questions
    /// about the node find it there.
    func find(_ key: NodeKey) throws(StoreFailure) -> Hosted? {
        switch place {
        case .one(let runtime):
            return try runtime.ask { (graph, reader) throws(StateError) in
                try graph.customer(of: key, reader: reader)
            }.map { Hosted(host: runtime, customer: $0) }
        case .several(let group): return try find(key, in: group)
        }
    }

    private func find(
        _ key: NodeKey, in group: PartitionGroup<Log, State>
    ) throws(StoreFailure) -> Hosted? {
        let place = try group.home(of: key).ask { (graph, reader) throws(StateError) in
            try graph.place(of: key, reader: reader)
        }
        guard let id = place?.component else { return nil }
        let number = Int(id.host.rawValue)
        let host = number < group.runtimes.count ? group.runtimes[number] : nil
        let customer = try host?.ask { (graph, reader) throws(StateError) in
            try graph.customer(of: key, in: id, reader: reader)
        }
        guard let host, let customer = customer ?? nil else {
            throw StoreFailure(
                .damaged, "the directory names a component that does not hold its member",
                remedy: Remedy.rebuild)
        }
        return Hosted(host: host, customer: customer)
    }

    /// Whether there is one partition.
    var isOne: Bool { if case .one = place { true } else { false } }

    /// The partition that is home to a node.
    func home(of key: NodeKey) -> PartitionRuntime<Log, State> {
        switch place {
        case .one(let runtime): runtime
        case .several(let group): group.home(of: key)
        }
    }

    /// What is known of one pair; nil if no event has named it.
    func link(_ one: NodeKey, _ other: NodeKey) throws(StoreFailure) -> LinkView? {
        try home(of: min(one, other)).ask { (graph, reader) throws(StateError) in
            try graph.link(one, other, reader: reader)
        }
    }

    /// The identifier behind the key of a member that a partition hosts, as "namespace:value".
    func text(
        of key: NodeKey, at host: PartitionRuntime<Log, State>
    ) throws(StoreFailure) -> String {
        let member = try host.ask { (graph, reader) throws(StateError) in
            try graph.member(key, reader: reader)
        }
        return member?.string ?? key.hexadecimal
    }

    private func sources(_ words: [WordView], _ operation: LinkOperation) -> [String] {
        words.filter { $0.operation == operation }
            .map { String(decoding: $0.source, as: UTF8.self) }
    }
}
