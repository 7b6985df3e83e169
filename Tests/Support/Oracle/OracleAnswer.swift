package import GraphCore
package import IdentityModel

/// What a set of events means, as the oracle sees it.
package struct OracleAnswer {
    /// Identifiers that exist, by key.
    package var identifiers: [NodeKey: OracleIdentifier] = [:]
    /// Every pair that was named, ordered by (a, b).
    package var pairs: [OraclePair] = []
    /// The customers, ordered by their least member.
    package var customers: [OracleCustomer] = []

    /// The customer of a node; nil if it does not exist.
    package func customer(of key: NodeKey) -> OracleCustomer? {
        customers.first { $0.members.contains { $0.end.key == key } }
    }

    /// How many pairs are live.
    package var liveLinks: Int { pairs.count(where: \.isLive) }

    /// The logical digest, summed up from nothing.
    package var digest: Digest {
        var sum = Digest.zero
        for pair in pairs {
            if pair.firstLinked != .never {
                sum += EvidenceDigest.leastLinkTime(pair.a, pair.b, pair.firstLinked)
            }
            for word in pair.words {
                sum += EvidenceDigest.register(
                    pair.a, pair.b, sourceHash: EvidenceDigest.source(word.source),
                    operation: word.operation, time: word.time,
                    reasonHash: EvidenceDigest.reason(word.reason))
            }
        }
        for customer in customers {
            var members = Digest.zero
            for member in customer.members {
                members += ComponentDigest.member(member.end.key, firstSeen: member.firstSeen)
            }
            sum += ComponentDigest.component(anchor: customer.anchor, memberSum: members)
        }
        return sum
    }

    /// The shortest path of live links, the first that a breadth-first search finds that takes
    /// neighbours in key order; nil if there is none.
    package func path(_ one: NodeKey, _ other: NodeKey) -> [NodeKey]? {
        guard identifiers[one] != nil, identifiers[other] != nil else { return nil }
        var paths = [one: [one]]
        var queue = [one]
        while !queue.isEmpty {
            let node = queue.removeFirst()
            let neighbours = pairs.filter { $0.isLive && ($0.a == node || $0.b == node) }
                .map { $0.a == node ? $0.b : $0.a }
            for neighbour in neighbours.sorted() where paths[neighbour] == nil {
                paths[neighbour] = (paths[node] ?? []) + [neighbour]
                queue.append(neighbour)
            }
        }
        return paths[other]
    }
}

/// An identifier that exists.
package struct OracleIdentifier: Equatable {
    /// The identifier.
    package var end: TestEnd
    /// Its namespace's priority.
    package var priority: UInt32
    /// The least time of any link or observe that named it.
    package var firstSeen: EventTime
}

/// A customer.
package struct OracleCustomer: Equatable {
    /// Who names it.
    package var anchor: NodeKey
    /// Its identifiers, ordered by (priority, key).
    package var members: [OracleIdentifier]
}

/// A pair and what was said of it.
package struct OraclePair: Equatable {
    /// The lesser end.
    package var a: NodeKey
    /// The greater end.
    package var b: NodeKey
    /// Some source says link and none says ban.
    package var isLive: Bool
    /// The least time of any link of the pair.
    package var firstLinked: EventTime
    /// Each source's words, ordered by (source, link before ban).
    package var words: [OracleWord]
}

/// A pair's ends in canonical order.
struct OraclePairKey: Hashable, Comparable {
    var a: NodeKey
    var b: NodeKey

    static func < (left: OraclePairKey, right: OraclePairKey) -> Bool {
        left.a != right.a ? left.a < right.a : left.b < right.b
    }
}

/// Which register of a pair.
struct OracleWordKey: Hashable, Comparable {
    var source: String
    var isBan: Bool

    static func < (left: OracleWordKey, right: OracleWordKey) -> Bool {
        left.source != right.source
            ? left.source.utf8.lexicographicallyPrecedes(right.source.utf8)
            : !left.isBan && right.isBan
    }
}

/// What stands in a register.
package struct OracleWord: Equatable {
    /// Who says it.
    package var source: [UInt8]
    /// link, unlink, ban or unban.
    package var operation: LinkOperation
    /// When it happened.
    package var time: EventTime
    /// Why; empty for none.
    package var reason: [UInt8]

    /// Whether this word stands against `other` of the same register.
    func beats(_ other: OracleWord) -> Bool {
        if time != other.time { return time > other.time }
        if operation != other.operation { return operation == .unlink || operation == .ban }
        return !reason.lexicographicallyPrecedes(other.reason)
    }
}
