internal import GraphCore
internal import IdentityModel
internal import ProfileCore

/// What events mean, worked out from all of them at once: no order, no partitions. It shares
/// nothing with the machine but the words; where both are wrong, they are wrong apart.
struct Oracle {
    /// What was said of a pair.
    struct Pair {
        var a: Int
        var b: Int
        /// Some source links it and none bans it.
        var isLive: Bool
        /// The least time of any link; nil for none.
        var leastLinkTime: Int64?
        /// By (source, link before ban): the words that stand.
        var words: [SimulatedEvent]
    }

    /// By node: the least time of any link or observe that named it; nil: it does not exist.
    private(set) var firstSeen: [Int64?]
    /// By node: a node of its component that is the same for all of its members.
    private(set) var labels: [Int]
    /// By label: who names the customer.
    private(set) var anchors: [Int]
    /// By label: how many members it has.
    private(set) var sizes: [Int]
    /// Every pair that was named, ordered by (a, b).
    private(set) var pairs: [Pair] = []
    /// What was said of them.
    let profiles: ProfileOracle

    /// The answer to events that name nodes below `nodes`, where profiles are made by `rules`.
    init(_ events: [SimulatedEvent], nodes: Int, rules: SurvivorshipRules = .standing) {
        profiles = ProfileOracle(events, nodes: nodes, rules: rules)
        firstSeen = Array(repeating: nil, count: nodes)
        labels = Array(0..<nodes)
        anchors = labels
        sizes = Array(repeating: 0, count: nodes)
        for event in events where event.operation == .link || event.operation == .observe {
            for node in [event.a, event.b] {
                firstSeen[node] = min(firstSeen[node] ?? event.time, event.time)
            }
        }
        weigh(events)
        join()
        for node in 0..<nodes where firstSeen[node] != nil {
            let label = labels[node]
            sizes[label] += 1
            if sizes[label] == 1 || isStronger(node, anchors[label]) { anchors[label] = node }
        }
    }

    /// How many identifiers exist.
    var identifierCount: Int { firstSeen.count { $0 != nil } }
    /// How many customers there are.
    var customerCount: Int { sizes.count { $0 > 0 } }
    /// How many pairs are live.
    var liveCount: Int { pairs.count(where: \.isLive) }

    private mutating func weigh(_ events: [SimulatedEvent]) {
        let order = events.indices.filter { events[$0].operation != .observe }
            .sorted { (events[$0].a, events[$0].b, $0) < (events[$1].a, events[$1].b, $1) }
        for index in order {
            let event = events[index]
            if pairs.last.map({ $0.a != event.a || $0.b != event.b }) ?? true {
                pairs.append(
                    Pair(a: event.a, b: event.b, isLive: false, leastLinkTime: nil, words: []))
            }
            Self.add(event, to: &pairs[pairs.count - 1])
        }
        for index in pairs.indices {
            let words = pairs[index].words
            pairs[index].isLive =
                words.contains { $0.operation == .link }
                && !words.contains { $0.operation == .ban }
            pairs[index].words.sort { Self.place($0) < Self.place($1) }
        }
    }

    private static func place(_ word: SimulatedEvent) -> (Int, Int) {
        (word.source, isBan(word) ? 1 : 0)
    }

    private static func isBan(_ word: SimulatedEvent) -> Bool {
        word.operation == .ban || word.operation == .unban
    }

    private static func add(_ event: SimulatedEvent, to pair: inout Pair) {
        if event.operation == .link {
            pair.leastLinkTime = min(pair.leastLinkTime ?? event.time, event.time)
        }
        let place = pair.words.firstIndex {
            $0.source == event.source && isBan($0) == isBan(event)
        }
        guard let place else { return pair.words.append(event) }
        if beats(event, pair.words[place]) { pair.words[place] = event }
    }

    /// The later word stands; at one time the one that parts, then the one of the greater reason.
    private static func beats(_ word: SimulatedEvent, _ other: SimulatedEvent) -> Bool {
        if word.time != other.time { return word.time > other.time }
        if word.operation != other.operation {
            return word.operation == .unlink || word.operation == .ban
        }
        return Identifiers.reason(other.reason).lexicographicallyPrecedes(
            Identifiers.reason(word.reason))
    }

    /// Labels the components: parents that lead to a root, then each node the root itself.
    private mutating func join() {
        func root(_ node: Int) -> Int {
            var node = node
            while labels[node] != node {
                labels[node] = labels[labels[node]]
                node = labels[node]
            }
            return node
        }
        for pair in pairs where pair.isLive { labels[root(pair.a)] = root(pair.b) }
        for node in labels.indices { labels[node] = root(node) }
    }

    private func isStronger(_ node: Int, _ other: Int) -> Bool {
        let (one, two) = (Identifiers.priority(node), Identifiers.priority(other))
        if one != two { return one < two }
        let (seen, otherSeen) = (firstSeen[node] ?? .max, firstSeen[other] ?? .max)
        return seen != otherSeen ? seen < otherSeen : node < other
    }
}
