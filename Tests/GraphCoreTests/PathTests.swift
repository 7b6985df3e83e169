import GraphCore
import IdentityModel
import TestSupport
import Testing

@Suite("Paths")
struct PathTests {
    @Test func oraclePathIsTheFirstShortestInKeyOrder() throws {
        for seed in 0..<UInt64(TestBudget.rounds(25)) {
            let set = RandomEvents(seed: 4_000_000 + seed, nodes: 3...14, count: 5...60)
            let answer = OracleTests.answer(set.events)
            var chance = SeededGenerator(seed: seed)
            let driver = GraphDriver()
            try driver.fold(chance.shuffled(set.events))
            driver.reopen()
            for one in set.ends {
                for other in set.ends {
                    let path = try driver.path(one.key, other.key)
                    try #require(path == answer.path(one.key, other.key), "seed \(seed)")
                }
            }
        }
    }

    @Test func shouldFindNoPathWhereThereIsNone() throws {
        let (a, b, c) = (TestEnd("email", "a"), TestEnd("email", "b"), TestEnd("email", "c"))
        let driver = GraphDriver()
        try driver.fold([TestEvent(.link, a, b), TestEvent(.ban, b, c), TestEvent(.observe, c)])
        #expect(try driver.path(a.key, a.key) == [a.key])
        #expect(try driver.path(b.key, a.key) == [b.key, a.key])
        #expect(try driver.path(a.key, c.key) == nil)
        #expect(try driver.path(a.key, NodeKey(high: 1, low: 1)) == nil)
        #expect(try driver.path(NodeKey(high: 1, low: 1), a.key) == nil)
        #expect(try driver.path(NodeKey(high: 1, low: 1), NodeKey(high: 1, low: 1)) == nil)
    }

    @Test func shouldCrossALongChainWithoutRecursion() throws {
        let ends = (0..<20_000).map { TestEnd("cookie", "c\($0)") }
        let driver = GraphDriver()
        for index in 1..<ends.count {
            try driver.fold(TestEvent(.link, ends[index - 1], ends[index]))
        }
        let path = try driver.path(ends[0].key, ends[ends.count - 1].key)
        #expect(path == ends.map(\.key))
    }
}
