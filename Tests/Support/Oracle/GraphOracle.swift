internal import GraphCore
package import IdentityModel

/// The dumb twin of `IdentityGraph`: keeps every event and works everything out anew from the
/// words of DESIGN and INTERFACES. It shares only the digests' mixing with the real graph.
package struct GraphOracle {
    private let namespaces: NamespaceTable
    private var events: [TestEvent] = []

    /// An oracle that has seen nothing.
    package init(namespaces: NamespaceTable) { self.namespaces = namespaces }

    /// Takes note of an event.
    package mutating func fold(_ event: TestEvent) { events.append(event) }

    /// What the events so far mean.
    package func solve() -> OracleAnswer {
        var answer = OracleAnswer()
        let evidence = pairs()
        for event in events where event.operation == .link || event.operation == .observe {
            for end in event.ends {
                let time = EventTime(milliseconds: event.time)
                let known = answer.identifiers[end.key]
                answer.identifiers[end.key] = OracleIdentifier(
                    end: end, priority: priority(of: end),
                    firstSeen: min(time, known?.firstSeen ?? time))
            }
        }
        answer.pairs = evidence.keys.sorted().map { pair(of: $0, evidence[$0] ?? [:]) }
        answer.customers = components(answer)
        return answer
    }

    // MARK: Evidence

    private func pairs() -> [OraclePairKey: [OracleWordKey: OracleWord]] {
        var pairs: [OraclePairKey: [OracleWordKey: OracleWord]] = [:]
        for event in events where event.operation != .observe {
            let key = OraclePairKey(a: event.ends[0].key, b: event.ends[1].key)
            let isBan = event.operation == .ban || event.operation == .unban
            let slot = OracleWordKey(source: event.source, isBan: isBan)
            let word = OracleWord(
                source: Array(event.source.utf8), operation: event.operation,
                time: EventTime(milliseconds: event.time), reason: Array(event.reason.utf8))
            let known = pairs[key]?[slot]
            pairs[key, default: [:]][slot] = known.map { $0.beats(word) ? $0 : word } ?? word
        }
        return pairs
    }

    private func pair(
        of key: OraclePairKey, _ words: [OracleWordKey: OracleWord]
    ) -> OraclePair {
        let isLinked = words.values.contains { $0.operation == .link }
        let isBanned = words.values.contains { $0.operation == .ban }
        let linkTimes = events.filter {
            $0.operation == .link && $0.ends.map(\.key) == [key.a, key.b]
        }.map { EventTime(milliseconds: $0.time) }
        return OraclePair(
            a: key.a, b: key.b, isLive: isLinked && !isBanned,
            firstLinked: linkTimes.min() ?? .never,
            words: words.keys.sorted().compactMap { words[$0] })
    }

    private func priority(of end: TestEnd) -> UInt32 {
        UInt32(
            namespaces.namespaces.first { $0.name == end.namespace }?.priority
                ?? Namespace.unnamedPriority)
    }

    // MARK: Components

    private func components(_ answer: OracleAnswer) -> [OracleCustomer] {
        var rest = answer.identifiers.keys.sorted()
        var found: [OracleCustomer] = []
        while let start = rest.first {
            var reached: Set<NodeKey> = [start]
            var frontier = [start]
            while let node = frontier.popLast() {
                for pair in answer.pairs where pair.isLive && (pair.a == node || pair.b == node) {
                    let other = pair.a == node ? pair.b : pair.a
                    if reached.insert(other).inserted { frontier.append(other) }
                }
            }
            rest.removeAll { reached.contains($0) }
            found.append(customer(reached.compactMap { answer.identifiers[$0] }))
        }
        return found
    }

    private func customer(_ members: [OracleIdentifier]) -> OracleCustomer {
        let anchor = members.min { left, right in
            if left.priority != right.priority { return left.priority < right.priority }
            if left.firstSeen != right.firstSeen { return left.firstSeen < right.firstSeen }
            return left.end.key < right.end.key
        }
        precondition(anchor != nil, "a component has members")
        let ordered = members.sorted { left, right in
            left.priority != right.priority
                ? left.priority < right.priority : left.end.key < right.end.key
        }
        return OracleCustomer(anchor: anchor?.end.key ?? ordered[0].end.key, members: ordered)
    }
}
