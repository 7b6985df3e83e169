import GraphCore
import IdentityModel
import TestSupport
import Testing

@Suite("Bridges")
struct BridgeTests {
    /// A link is a bridge exactly if its ends fall apart when it alone is taken away.
    @Test func oracleBridgesAreTheLinksWhoseLossSplits() throws {
        var seen = (bridges: 0, others: 0)
        for seed in 0..<UInt64(TestBudget.rounds(60)) {
            let set = RandomEvents(seed: 5_000_000 + seed, nodes: 2...16, count: 3...50)
            let answer = OracleTests.answer(set.events)
            let driver = GraphDriver()
            try driver.fold(set.events)
            if seed.isMultiple(of: 2) { driver.reopen() }
            for customer in answer.customers {
                let keys = customer.members.map(\.end.key)
                let live = answer.pairs.filter { $0.isLive && keys.contains($0.a) }
                let wanted = live.indices.filter { lost in
                    var rest = live
                    let pair = rest.remove(at: lost)
                    return !Self.isConnected(pair.a, pair.b, rest)
                }.map { LinkPosition(a: live[$0].a, b: live[$0].b) }
                seen.bridges += wanted.count
                seen.others += live.count - wanted.count
                for key in keys {
                    try #require(try driver.bridges(of: key) == wanted, "seed \(seed)")
                }
            }
        }
        #expect(seen.bridges > 100 && seen.others > 100, "the sets hold both: \(seen)")
    }

    private static func isConnected(
        _ one: NodeKey, _ other: NodeKey, _ pairs: [OraclePair]
    ) -> Bool {
        var reached: Set<NodeKey> = [one]
        var frontier = [one]
        while let node = frontier.popLast() {
            for pair in pairs where pair.a == node || pair.b == node {
                let next = pair.a == node ? pair.b : pair.a
                if reached.insert(next).inserted { frontier.append(next) }
            }
        }
        return reached.contains(other)
    }

    @Test func shouldFindNoneAroundARingAndOneBetweenTwo() throws {
        let ends = (0..<6).map { TestEnd("cookie", "c\($0)") }
        let driver = GraphDriver()
        for (one, other) in [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)] {
            try driver.fold(TestEvent(.link, ends[one], ends[other]))
        }
        #expect(try driver.bridges(of: ends[0].key).isEmpty)
        // Two sources, and still one link.
        try driver.fold(TestEvent(.link, ends[2], ends[3], source: "web"))
        try driver.fold(TestEvent(.link, ends[3], ends[2], source: "shop"))
        let between = TestEvent(.link, ends[2], ends[3]).ends
        #expect(
            try driver.bridges(of: ends[5].key)
                == [LinkPosition(a: between[0].key, b: between[1].key)])
        // A second way round.
        try driver.fold(TestEvent(.link, ends[0], ends[4]))
        #expect(try driver.bridges(of: ends[0].key).isEmpty)
    }

    @Test func shouldNotSeeLinksThatAreNotLive() throws {
        let (a, b, c) = (TestEnd("email", "a"), TestEnd("email", "b"), TestEnd("email", "c"))
        let driver = GraphDriver()
        try driver.fold([TestEvent(.link, a, b), TestEvent(.link, b, c), TestEvent(.ban, a, c)])
        #expect(try driver.bridges(of: a.key).count == 2)
        #expect(try driver.bridges(of: TestEnd("email", "d").key).isEmpty)
        try driver.fold(TestEvent(.unlink, b, c, at: 1))
        #expect(try driver.bridges(of: c.key).isEmpty)
    }

    @Test func shouldWalkALongChainWithoutRecursion() throws {
        let ends = (0..<200_000).map { TestEnd("cookie", "c\($0)") }
        let driver = GraphDriver()
        for (one, other) in zip(ends, ends.dropFirst()) {
            try driver.fold(TestEvent(.link, one, other))
        }
        #expect(try driver.bridges(of: ends[7].key).count == ends.count - 1)
        try driver.fold(TestEvent(.link, ends[0], ends[ends.count - 2]))
        let last = TestEvent(.link, ends[ends.count - 2], ends[ends.count - 1]).ends
        #expect(
            try driver.bridges(of: ends[7].key) == [LinkPosition(a: last[0].key, b: last[1].key)])
    }
}
