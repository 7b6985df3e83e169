package import GraphCore
package import IdentityModel
package import NodeRuntime

/// Drives a real `IdentityGraph` over a memory store by a test's events, and compares it with the
/// oracle's answer.
package final class GraphDriver {
    private let configuration: GraphConfiguration
    private let store = MemoryState()
    private let reader: StoredState<MemoryState>
    /// The graph itself.
    package var graph: IdentityGraph

    /// An empty graph over an empty store.
    package init(
        namespaces: NamespaceTable = RandomEvents.namespaces, limits: GraphLimits = .standard,
        algebra: FragmentAlgebra = .none
    ) {
        configuration = GraphConfiguration(
            partition: PartitionID(3), namespaces: namespaces, limits: limits)
        graph = IdentityGraph(configuration, algebra: algebra)
        reader = StoredState(store)
    }

    /// Folds one event, numbering names as the partition machine does.
    package func fold(_ event: TestEvent) throws {
        let numbers = event.ends.map { graph.numberNamespace(Array($0.namespace.utf8)) }
        let source = graph.numberSource(Array(event.source.utf8))
        let valueOfA = Array(event.ends[0].value.utf8)
        let valueOfB = Array(event.ends[event.ends.count - 1].value.utf8)
        let reason = Array(event.reason.utf8)
        let time = EventTime(milliseconds: event.time)
        if event.operation == .observe {
            try graph.observe(
                event.a.key, namespace: numbers[0], value: valueOfA.span, at: time,
                reader: reader)
        } else {
            let fact = PairFact(
                operation: event.operation, a: event.ends[0].key, b: event.ends[1].key,
                namespaceOfA: numbers[0], namespaceOfB: numbers[1], time: time, source: source)
            try graph.fold(
                fact, valueOfA: valueOfA.span, valueOfB: valueOfB.span, reason: reason.span,
                reader: reader)
        }
        graph.settleDigest()
    }

    /// Folds a sighting of an identifier at which something was observed.
    package func observe(_ end: TestEnd, at time: Int64, _ observation: [UInt8]) throws {
        let value = Array(end.value.utf8)
        try graph.observe(
            end.key, namespace: graph.numberNamespace(Array(end.namespace.utf8)), value: value.span,
            at: EventTime(milliseconds: time), observation: observation, reader: reader)
        graph.settleDigest()
    }

    /// The fold over the fragments of a node's customer.
    package func profileFold(of key: NodeKey) throws -> [UInt8] {
        try graph.profileFold(withMember: key, reader: reader)
    }

    /// Folds events in order.
    package func fold(_ events: [TestEvent]) throws { for event in events { try fold(event) } }

    /// What a tick tells.
    package func tellChanges() throws -> [CustomerChange] {
        defer { graph.settleDigest() }
        return try graph.tellChanges(reader: reader)
    }

    /// A tick that nobody hears: how many changes there are.
    package func countChanges() throws -> Int { try graph.countChanges(reader: reader) }

    /// Writes all that changed into the store.
    package func checkpoint() {
        var batch = CheckpointBatch()
        graph.drainChanges(to: &batch)
        store.apply(batch)
    }

    /// Checkpoints, forgets all memory and opens the graph again from the store.
    package func reopen() {
        checkpoint()
        graph = IdentityGraph(
            configuration, restoring: graph.summary, transit: graph.underway,
            sweep: graph.sweep, algebra: graph.algebra)
    }

    /// What the store holds, in order of keys.
    package var stored: [StoredEntry] { StoredEntry.all(in: store) }

    // MARK: Questions

    /// The customer of a node.
    package func customer(of key: NodeKey) throws -> CustomerView? {
        try graph.customer(of: key, reader: reader)
    }

    /// The shortest path between two nodes.
    package func path(_ one: NodeKey, _ other: NodeKey) throws -> [NodeKey]? {
        try graph.path(from: one, to: other, reader: reader)
    }

    /// The pairs of a node's customer.
    package func links(of key: NodeKey) throws -> [LinkView] {
        try graph.links(withMember: key, reader: reader)
    }

    /// The identifiers of a node's customer.
    package func members(of key: NodeKey) throws -> [MemberView] {
        try graph.members(withMember: key, reader: reader)
    }

    /// Some of the identifiers of a node's customer.
    package func memberPage(
        of key: NodeKey, after place: MemberPosition?, limit: Int
    ) throws -> MemberPage {
        try graph.memberPage(withMember: key, after: place, limit: limit, reader: reader)
    }

    /// Some of the pairs of a node's customer.
    package func linkPage(
        of key: NodeKey, after place: LinkPosition?, limit: Int
    ) throws -> LinkPage {
        try graph.linkPage(withMember: key, after: place, limit: limit, reader: reader)
    }

    /// The pairs without which a node's customer would be two.
    package func bridges(of key: NodeKey) throws -> [LinkPosition] {
        try graph.bridges(withMember: key, reader: reader)
    }

    /// The first difference between the graph and `answer` over the identifiers `ends`, or nil.
    package func difference(from answer: OracleAnswer, over ends: [TestEnd]) throws -> String? {
        if let fault = graph.brokenInvariant() { return fault }
        if let found = counterDifference(from: answer) { return found }
        guard graph.logicalDigest == answer.digest else { return "the digest differs" }
        for end in ends {
            if let found = try difference(at: end, from: answer) {
                return "\(end.namespace):\(end.value): \(found)"
            }
        }
        for pair in answer.pairs {
            let view = try graph.link(pair.b, pair.a, reader: reader)
            guard let view else { return "a pair is unknown" }
            guard Self.isSame(view, pair) else { return "a pair's evidence differs: \(view)" }
        }
        return graph.brokenInvariant()
    }

    private func counterDifference(from answer: OracleAnswer) -> String? {
        let counters = graph.counters
        let found = [
            counters.identifiers, counters.customers, counters.pairs, counters.liveLinks,
        ]
        let wanted = [
            answer.identifiers.count, answer.customers.count, answer.pairs.count,
            answer.liveLinks,
        ]
        return found == wanted.map(UInt64.init)
            ? nil : "identifiers, customers, pairs, links are \(found), not \(wanted)"
    }

    private func difference(at end: TestEnd, from answer: OracleAnswer) throws -> String? {
        let view = try customer(of: end.key)
        let members = try graph.members(withMember: end.key, reader: reader)
        guard let wanted = answer.customer(of: end.key) else {
            let isUnknown =
                try view == nil && members.isEmpty && links(of: end.key).isEmpty
                && graph.member(end.key, reader: reader) == nil
            return isUnknown ? nil : "it exists, but no link or observe has named it"
        }
        guard let view else { return "it does not exist" }
        guard view.id.anchor == wanted.anchor else { return "another anchor" }
        guard view.identifierCount == wanted.members.count,
            members.count == wanted.members.count
        else { return "another size" }
        guard zip(members, wanted.members).allSatisfy(Self.isSame) else {
            return "other members: \(members)"
        }
        guard
            try graph.member(end.key, reader: reader) == members.first(where: { $0.key == end.key })
        else { return "another view of the member" }
        let keys = wanted.members.map(\.end.key)
        let pairs = answer.pairs.filter { keys.contains($0.a) && keys.contains($0.b) }
        let links = try links(of: end.key)
        guard links.count == pairs.count, zip(links, pairs).allSatisfy(Self.isSame) else {
            return "other links: \(links)"
        }
        return nil
    }

    private static func isSame(_ view: MemberView, _ member: OracleIdentifier) -> Bool {
        view.key == member.end.key && view.namespace == Array(member.end.namespace.utf8)
            && view.priority == member.priority && view.value == Array(member.end.value.utf8)
            && view.firstSeen == member.firstSeen
    }

    private static func isSame(_ view: LinkView, _ pair: OraclePair) -> Bool {
        view.a == pair.a && view.b == pair.b && view.isLive == pair.isLive
            && view.firstLinked == pair.firstLinked
            && view.words.map {
                OracleWord(
                    source: $0.source, operation: $0.operation, time: $0.time, reason: $0.reason)
            } == pair.words
    }
}

/// One key and value of a store.
package struct StoredEntry: Equatable, Sendable {
    /// The key's bytes.
    package var key: [UInt8]
    /// The value's bytes.
    package var value: [UInt8]

    /// An entry.
    package init(key: [UInt8], value: [UInt8]) {
        self.key = key
        self.value = value
    }

    /// Everything that `state` holds, in order of keys.
    package static func all(in state: MemoryState) -> [StoredEntry] {
        var entries: [StoredEntry] = []
        state.scan(from: [0], to: [0xff]) { key, value in
            entries.append(StoredEntry(key: key.copied, value: value.copied))
            return true
        }
        return entries
    }
}

extension Span<UInt8> {
    /// The bytes as an array.
    package var copied: [UInt8] { indices.map { self[$0] } }
}
