package import IdentityModel

/// What an event says of a pair, in canonical form: `a` is the lesser end by node key.
package struct PairFact: Sendable, BitwiseCopyable {
    /// link, unlink, ban or unban.
    package var operation: LinkOperation
    /// The lesser end.
    package var a: NodeKey
    /// The greater end.
    package var b: NodeKey
    /// The graph's number of the namespace of `a`.
    package var namespaceOfA: UInt32
    /// The graph's number of the namespace of `b`.
    package var namespaceOfB: UInt32
    /// When it happened.
    package var time: EventTime
    /// The graph's number of the source that says it.
    package var source: UInt32

    /// A fact with its members; `a` must be less than `b`.
    @inline(__always)
    package init(
        operation: LinkOperation, a: NodeKey, b: NodeKey, namespaceOfA: UInt32,
        namespaceOfB: UInt32, time: EventTime, source: UInt32
    ) {
        self.operation = operation
        self.a = a
        self.b = b
        self.namespaceOfA = namespaceOfA
        self.namespaceOfB = namespaceOfB
        self.time = time
        self.source = source
    }
}

// Evidence: what was said of each pair, kept at the home of its lesser end.
extension IdentityGraph {
    /// Folds what an event says of a pair. Idempotent, and the same in any order.
    ///
    /// - Parameters:
    ///   - valueOfA: the normalised value of `fact.a`, without its namespace.
    ///   - valueOfB: likewise of `fact.b`.
    ///   - reason: why, in a person's words; empty for none.
    /// - Throws: `StateError`; the graph is then unusable and must be opened again.
    package mutating func fold(
        _ fact: PairFact, valueOfA: Span<UInt8>, valueOfB: Span<UInt8>, reason: Span<UInt8>,
        reader: some StateReader
    ) throws(StateError) {
        precondition(fact.a < fact.b, "pairs are canonical before they reach the graph")
        let reads = storedReadCount
        let a = try home(of: fact.a, reader)
        let b = node(fact.b)
        let pair = link(a, b)
        try needPair(pair, reader)
        if !links[pair].flags.contains(.hasEvidence) {
            links[pair].flags.insert(.hasEvidence)
            count { $0.pairs += 1 }
            countPair(of: a)
        }
        if recordWord(fact, of: pair, reason: reason) { markPair(pair) }
        if fact.operation == .link, fact.time < links[pair].leastLinkTime {
            setLeastLinkTime(fact.time, of: pair)
            markPair(pair)
            try tellSeen(a, fact.namespaceOfA, valueOfA, fact.time, [], reader)
            try tellSeenAnywhere(b, fact.namespaceOfB, valueOfB, fact.time, reader)
        }
        try reconsider(pair, reader)
        try hearOneself(reader)
        noteRead(a, b, since: reads)
    }

    /// Counts an event that changed nothing of the store so far, but names what it holds.
    @inline(__always)
    private mutating func noteRead(_ a: Ordinal, _ b: Ordinal, since reads: UInt64) {
        let flags = nodes[a].flags.union(nodes[b].flags)
        if storedReadCount == reads, flags.contains(.homeIsStored) { storedReadCount += 1 }
    }

    /// Folds a sighting of one identifier. Idempotent, and the same in any order.
    ///
    /// - Parameter observation: what was observed of it, for its profile; opaque, empty for none.
    /// - Throws: `StateError`; the graph is then unusable and must be opened again.
    package mutating func observe(
        _ key: NodeKey, namespace: UInt32, value: Span<UInt8>, at time: EventTime,
        observation: [UInt8] = [], reader: some StateReader
    ) throws(StateError) {
        let reads = storedReadCount
        let node = try home(of: key, reader)
        try tellSeen(node, namespace, value, time, observation, reader)
        try hearOneself(reader)
        noteRead(node, node, since: reads)
    }

    /// Tells the component of a node, whose home this is, that an event of that time named the
    /// node; whoever names a node for the first time makes it exist.
    @inline(__always)
    private mutating func tellSeen(
        _ node: Ordinal, _ namespace: UInt32, _ value: Span<UInt8>, _ time: EventTime,
        _ observation: [UInt8], _ reader: some StateReader
    ) throws(StateError) {
        try ensurePlace(of: node, reader)
        let component = try hostedHere(node, reader)
        if component != noOrdinal {
            // It says nothing more: no other message changes its place.
            see(node, in: component, namespace: namespace, value: value, at: time)
            return try take(observation, by: node, in: component)
        }
        var message = seen(node, namespace, value, time, observation)
        #if Mutants
        if Mutant.observationIsNotSentOn.isPlanted {
            message = seen(node, namespace, value, time)
        }
        #endif
        message.component = nodes[node].directoryComponent
        send(to: message.component.host, .forMember(message))
    }

    /// The same of a node of which this may not be the home.
    @inline(__always)
    private mutating func tellSeenAnywhere(
        _ node: Ordinal, _ namespace: UInt32, _ value: Span<UInt8>, _ time: EventTime,
        _ reader: some StateReader
    ) throws(StateError) {
        guard postbox.isOwnEmpty, home(of: nodes[node].key) == oneself else {
            return askHome(seen(node, namespace, value, time), asked: 0)
        }
        try ensurePlace(of: node, reader)
        let component = try hostedHere(node, reader)
        if component != noOrdinal {
            return see(node, in: component, namespace: namespace, value: value, at: time)
        }
        // It leads elsewhere, and must not go before what is said of the pair's lesser end.
        askHome(seen(node, namespace, value, time), asked: 0)
    }

    private func seen(
        _ node: Ordinal, _ namespace: UInt32, _ value: Span<UInt8>, _ time: EventTime,
        _ observation: [UInt8] = []
    ) -> MemberMessage {
        var copy: [UInt8] = []
        copy.reserveCapacity(value.count)
        for index in 0..<value.count { copy.append(value[index]) }
        return MemberMessage(
            component: .none, node: nodes[node].key,
            content: .seen(
                at: time, namespace: namespace, value: copy, observation: observation))
    }

    /// Tells the component when the pair has turned live or dead.
    private mutating func reconsider(
        _ pair: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        let isLive = evidenceIsLive(of: pair)
        guard isLive != links[pair].flags.contains(.evidenceIsLive) else { return }
        let change = isLive ? 1 : -1
        count { $0.liveLinks = UInt64(Int64($0.liveLinks) + Int64(change)) }
        if isLive {
            links[pair].flags.insert(.evidenceIsLive)
        } else {
            links[pair].flags.remove(.evidenceIsLive)
        }
        links[pair].evidenceVersion += 1
        markPair(pair)
        try tellEdge(pair, isLive: isLive, reader)
    }

    private mutating func tellEdge(
        _ pair: Ordinal, isLive: Bool, _ reader: some StateReader
    ) throws(StateError) {
        let (a, version) = (links[pair].a, links[pair].evidenceVersion)
        try ensurePlace(of: a, reader)
        if postbox.isOwnEmpty {
            let component = try hostedHere(a, reader)
            if component != noOrdinal {
                // What would be said to oneself last may be done at once.
                return try changeEdge(
                    pair, of: component, version: version, isLive: isLive, reader)
            }
        }
        let content = MemberMessage.Content.edge(
            to: nodes[links[pair].b].key, version: version, isLive: isLive)
        let message = MemberMessage(
            component: nodes[a].directoryComponent, node: nodes[a].key, content: content)
        send(to: message.component.host, .forMember(message))
    }

    /// live = some source's register says link, and no source's says ban.
    private func evidenceIsLive(of pair: Ordinal) -> Bool {
        var isLinked = links[pair].register.operation == .link
        var isBanned = links[pair].register.operation == .ban
        var next = links[pair].moreRegisters
        while next != noOrdinal {
            isLinked = isLinked || registers[next].register.operation == .link
            isBanned = isBanned || registers[next].register.operation == .ban
            next = registers[next].next
        }
        return isLinked && !isBanned
    }

    private mutating func setLeastLinkTime(_ time: EventTime, of pair: Ordinal) {
        let old = links[pair].leastLinkTime
        if old != .never { evidenceDigest -= leastTimeDigest(of: pair) }
        links[pair].leastLinkTime = time
        evidenceDigest += leastTimeDigest(of: pair)
    }

    /// The node's home must be written at the next checkpoint.
    @inline(__always)
    mutating func markHome(_ node: Ordinal) {
        guard !nodes[node].flags.contains(.homeIsDirty) else { return }
        nodes[node].flags.insert(.homeIsDirty)
        if nodes[node].flags.contains(.homeIsStored) { storedReadCount += 1 }
        changes.homes.append(node)
    }
}
