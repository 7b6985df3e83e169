package import GraphCore
package import IdentityModel
package import NodeRuntime

/// The desk of a store's partitions, over whatever their ports are: of the one, of several at rest,
/// or of several that serve.
///
/// Of several, a node's home says which component it is in, the component's host what that is, and
/// the home of a pair's lesser end what was said of the pair. While they serve a component may be
/// under way: a forwarding pointer is followed, and what has not arrived is waited for.
package final class PartitionDesk<Log: LogPort, State: StatePort>: AnswerDesk {
    /// What a partition is asked.
    typealias Ask<Answer> =
        @Sendable (inout IdentityGraph, StoredState<State>) throws(StateError) -> Answer
    /// What the host of a customer is asked, once it has been found there.
    typealias AskHost<Answer> =
        @Sendable (inout IdentityGraph, StoredState<State>, CustomerView) throws(StateError)
        -> Answer

    /// Where the partitions are.
    private enum Place {
        case one(PartitionRuntime<Log, State>)
        case several(PartitionGroup<Log, State>)
        case serving(CrewQuestion<Log, State>)
    }

    /// A customer, the partition that hosts it, and what else was asked there.
    struct Found<Answer> {
        let host: PartitionID
        let customer: CustomerView
        let answer: Answer
    }

    private let place: Place

    /// A desk that asks the one partition, on the thread that `runtime` is used on.
    package init(_ runtime: PartitionRuntime<Log, State>) { place = .one(runtime) }

    /// A desk that asks all partitions, on the thread that `group` is used on.
    package init(_ group: PartitionGroup<Log, State>) {
        place = group.runtimes.count == 1 ? .one(group.runtimes[0]) : .several(group)
    }

    /// A desk that asks partitions that serve, on a thread that may wait for them.
    package init(_ question: CrewQuestion<Log, State>) { place = .serving(question) }

    /// What answers reflect now: of each partition every record before its offset; of partitions
    /// that serve, of those that were asked.
    package var position: PositionAnswer {
        switch place {
        case .one(let runtime): PositionAnswer(runtime.partition, runtime.position)
        case .several(let group):
            PositionAnswer(group.runtimes.map { ($0.partition, $0.position) })
        case .serving(let question):
            PositionAnswer(
                question.positions.sorted { $0.key.rawValue < $1.key.rawValue }
                    .map { ($0.key, $0.value) })
        }
    }

    /// The customer of a node, and a page of its identifiers by (namespace priority, key).
    ///
    /// - Throws: `StoreFailure`.
    package func resolve(
        _ question: Question, after place: MemberPosition?, limit: Int, reveal: Bool
    ) throws(StoreFailure) -> ResolveAnswer {
        let key = question.key
        let found = try find(key) { (graph, reader, customer) throws(StateError) in
            let page = try graph.memberPage(
                withMember: key, after: place, limit: limit, reader: reader)
            let anchor = try graph.members([customer.id.anchor], withMember: key, reader: reader)
            return (
                page: page, anchor: anchor[0]?.string,
                profile: try ProfileAnswer.of(key, &graph, reader, reveal: reveal)
            )
        }
        guard let found else {
            return ResolveAnswer(
                id: question.text, error: AnswerError.notFound, position: position)
        }
        let (id, page) = (found.customer.id.description, found.answer.page)
        var answer = ResolveAnswer(
            id: question.text, customerID: id,
            requested: question.isCustomer && question.text != id ? question.text : nil,
            identifiers: page.members.map(\.string),
            identifierCount: found.customer.identifierCount,
            nextCursor: page.next.map { Cursor.member($0).text }, position: position)
        answer.describe(
            anchor: found.answer.anchor, version: found.customer.version, found.answer.profile)
        return answer
    }

    /// The anchors of many nodes' customers. With one partition they are found in one go: nothing
    /// is allocated for a key beyond what the graph reads into memory.
    ///
    /// - Throws: `StoreFailure`.
    package func anchors(of keys: [NodeKey]) throws(StoreFailure) -> [NodeKey?] {
        guard case .one(let runtime) = place else { return try anchorsOfHosted(keys) }
        return try runtime.ask { (graph, reader) throws(StateError) in
            var anchors: [NodeKey?] = []
            anchors.reserveCapacity(keys.count)
            for key in keys {
                anchors.append(try graph.customer(of: key, reader: reader)?.id.anchor)
            }
            return anchors
        }
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
            path = try self.path(one, other, from: nil, limit: PageLimits.pathLinks)?.path
        }
        return PairState(
            a: one.text, b: other.text, customers: customers, linkedBy: sources(words, .link),
            bannedBy: sources(words, .ban), path: path, position: position)
    }

    // MARK: Parts

    /// The customer of a node; nil if it does not exist.
    func customer(of question: Question) throws(StoreFailure) -> CustomerView? {
        try find(question.key) { (_, _, customer) in customer }?.customer
    }

    /// What is known of one pair; nil if no event has named it.
    func link(_ one: NodeKey, _ other: NodeKey) throws(StoreFailure) -> LinkView? {
        try askHome(of: min(one, other)) { (graph, reader) throws(StateError) in
            try graph.link(one, other, reader: reader)
        }
    }

    private func sources(_ words: [WordView], _ operation: LinkOperation) -> [String] {
        words.filter { $0.operation == operation }
            .map { String(decoding: $0.source, as: UTF8.self) }
    }

    // MARK: Finding

    /// The customer of a node, and what `body` answers where it is hosted, both of one moment; nil
    /// if the node does not exist.
    func find<Answer: Sendable>(
        _ key: NodeKey, _ body: @escaping AskHost<Answer>
    ) throws(StoreFailure) -> Found<Answer>? {
        guard case .one(let runtime) = place else { return try findHosted(key, body) }
        return try runtime.ask { (graph, reader) throws(StateError) in
            guard let customer = try graph.customer(of: key, reader: reader) else { return nil }
            return Found(
                host: runtime.partition, customer: customer,
                answer: try body(&graph, reader, customer))
        }
    }

    private func findHosted<Answer: Sendable>(
        _ key: NodeKey, _ body: @escaping AskHost<Answer>
    ) throws(StoreFailure) -> Found<Answer>? {
        while true {
            let place = try askHome(of: key) { (graph, reader) throws(StateError) in
                try graph.place(of: key, reader: reader)
            }
            guard var id = place?.component else { return nil }
            while true {
                switch try look(for: key, in: id, body) {
                case .found(let customer, let answer):
                    return Found(host: id.host, customer: customer, answer: answer)
                case .departed(let there):
                    id = there
                    continue
                case .absent: break
                }
                break
            }
            try waitForTransit()
        }
    }

    /// What a partition says of a component that it may host.
    private enum Sighting<Answer: Sendable>: Sendable {
        case found(CustomerView, Answer)
        case departed(ComponentID)
        case absent
    }

    private func look<Answer: Sendable>(
        for key: NodeKey, in id: ComponentID, _ body: @escaping AskHost<Answer>
    ) throws(StoreFailure) -> Sighting<Answer> {
        guard id.host.rawValue < partitionCount else { return .absent }
        return try ask(id.host) { (graph, reader) throws(StateError) in
            if let customer = try graph.customer(of: key, in: id, reader: reader) {
                return .found(customer, try body(&graph, reader, customer))
            }
            return graph.forwardingPointer(from: id).map { .departed($0) } ?? .absent
        }
    }

    /// Waits for what is under way; at rest nothing is.
    func waitForTransit() throws(StoreFailure) {
        guard case .serving(let question) = place else {
            throw StoreFailure(
                .damaged, "the directory names a component that does not hold its member",
                remedy: Remedy.rebuild)
        }
        try question.waitForTransit()
    }

    // MARK: Asking

    /// How many partitions there are.
    var partitionCount: UInt16 {
        switch place {
        case .one: 1
        case .several(let group): UInt16(group.runtimes.count)
        case .serving(let question): question.partitionCount
        }
    }

    /// Asks a partition's graph.
    func ask<Answer: Sendable>(
        _ partition: PartitionID, _ body: @escaping Ask<Answer>
    ) throws(StoreFailure) -> Answer {
        switch place {
        case .one(let runtime): return try runtime.ask(body)
        case .several(let group):
            return try group.runtimes[Int(partition.rawValue)].ask(body)
        case .serving(let question):
            return try question.ask(partition) { (runtime) throws(StoreFailure) in
                try runtime.ask(body)
            }
        }
    }

    /// Asks the graph of the partition that is home to a node.
    func askHome<Answer: Sendable>(
        of key: NodeKey, _ body: @escaping Ask<Answer>
    ) throws(StoreFailure) -> Answer {
        try ask(PartitionID.home(of: key, among: partitionCount), body)
    }

    /// Asks each partition for something beside its graph.
    func askEach<Answer: Sendable>(
        _ body: @escaping @Sendable (PartitionRuntime<Log, State>) -> Answer
    ) throws(StoreFailure) -> [Answer] {
        switch place {
        case .one(let runtime): return [body(runtime)]
        case .several(let group): return group.runtimes.map(body)
        case .serving(let question):
            return try (0..<partitionCount).map { (place) throws(StoreFailure) in
                try question.ask(PartitionID(place)) { body($0) }
            }
        }
    }
}
