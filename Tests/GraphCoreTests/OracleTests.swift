import GraphCore
import IdentityModel
import TestSupport
import Testing

/// The graph against its dumb twin, over random event sets. A failure names the seed.
@Suite("Graph against the oracle")
struct OracleTests {
    @Test func oracleAgreesAfterEveryEvent() throws {
        for seed in 0..<UInt64(TestBudget.rounds(150)) {
            let set = RandomEvents(seed: seed, nodes: 3...9, count: 5...60)
            var oracle = GraphOracle(namespaces: RandomEvents.namespaces)
            let driver = GraphDriver()
            for (index, event) in set.events.enumerated() {
                oracle.fold(event)
                try driver.fold(event)
                let difference = try driver.difference(from: oracle.solve(), over: set.ends)
                try #require(difference == nil, "seed \(seed), event \(index): \(event)")
            }
        }
    }

    @Test func oracleAgreesAtTheEndOfLargerSets() throws {
        for seed in 0..<UInt64(TestBudget.rounds(150)) {
            let set = RandomEvents(seed: 1_000_000 + seed)
            let driver = GraphDriver()
            try driver.fold(set.events)
            let difference = try driver.difference(from: Self.answer(set.events), over: set.ends)
            try #require(difference == nil, "seed \(1_000_000 + seed)")
        }
    }

    @Test func oracleAgreesInAnyOrderWithRepeatsAndSwappedEnds() throws {
        for seed in 0..<UInt64(TestBudget.rounds(60)) {
            let set = RandomEvents(seed: 2_000_000 + seed)
            let answer = Self.answer(set.events)
            var chance = SeededGenerator(seed: seed)
            for order in Self.orders(of: set.events, &chance) {
                let driver = GraphDriver()
                try driver.fold(order)
                let difference = try driver.difference(from: answer, over: set.ends)
                try #require(difference == nil, "seed \(2_000_000 + seed)")
            }
        }
    }

    @Test func oracleAgreesWhenTheGraphIsReopenedInBetween() throws {
        for seed in 0..<UInt64(TestBudget.rounds(100)) {
            let set = RandomEvents(seed: 3_000_000 + seed, nodes: 3...30, count: 5...150)
            var oracle = GraphOracle(namespaces: RandomEvents.namespaces)
            let driver = GraphDriver()
            var chance = SeededGenerator(seed: seed)
            let percent = chance.pick([2, 20, 100])
            for event in set.events {
                oracle.fold(event)
                try driver.fold(event)
                if chance.chance(percent) { driver.reopen() }
            }
            let difference = try driver.difference(from: oracle.solve(), over: set.ends)
            try #require(difference == nil, "seed \(3_000_000 + seed)")
        }
    }

    /// A difference must be seen: the oracle without the last event that counts disagrees.
    @Test func shouldSeeADifference() throws {
        let (a, b) = (TestEnd("cookie", "a"), TestEnd("cookie", "b"))
        let driver = GraphDriver()
        try driver.fold([TestEvent(.observe, a), TestEvent(.observe, b)])
        let wanted = Self.answer([TestEvent(.link, a, b)])
        #expect(try driver.difference(from: wanted, over: [a, b]) != nil)
    }

    static func answer(_ events: [TestEvent]) -> OracleAnswer {
        var oracle = GraphOracle(namespaces: RandomEvents.namespaces)
        for event in events { oracle.fold(event) }
        return oracle.solve()
    }

    private static func orders(
        of events: [TestEvent], _ chance: inout SeededGenerator
    ) -> [[TestEvent]] {
        var withRepeats = events
        for _ in 0..<1 + events.count / 5 {
            withRepeats.insert(chance.pick(events), at: chance.below(withRepeats.count))
        }
        return [
            Array(events.reversed()), chance.shuffled(events), chance.shuffled(withRepeats),
            events.map(\.swapped), chance.shuffled(events + events),
            events.sorted { $0.time < $1.time }, events.sorted { $0.time > $1.time },
        ]
    }
}
