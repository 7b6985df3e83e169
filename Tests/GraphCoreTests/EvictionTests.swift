import GraphCore
import IdentityModel
import TestSupport
import Testing

/// A graph that lets go of what it need not hold gives the same answers and the same stored bytes
/// as one that holds everything.
@Suite("Eviction")
struct EvictionTests {
    @Test func differentialEvictedAgainstUnlimited() throws {
        for seed in 0..<UInt64(TestBudget.rounds(300)) {
            let set = RandomEvents(seed: 6_000_000 + seed, nodes: 3...40, count: 5...200)
            var chance = SeededGenerator(seed: seed)
            // Nothing is in rows, some is, or nearly all.
            let limits = chance.pick([.standard, Self.limits(of: 3), Self.limits(of: 1)])
            let steady = GraphDriver(limits: limits)
            let bounded = GraphDriver(limits: limits)
            // No entity at all, some, and nearly all.
            let limit = chance.pick([0, 8 * 300, 100 * 300])
            let (checkpoints, questions) = (chance.pick([5, 50, 100]), chance.pick([0, 30]))
            let ticks = chance.pick([0, 20, 100])
            for event in set.events {
                try steady.fold(event)
                try bounded.fold(event)
                // What awaits a tick may not be let go.
                if chance.chance(ticks) {
                    let told = try steady.tellChanges()
                    let isTold = try bounded.tellChanges() == told
                    try #require(isTold, "seed \(6_000_000 + seed): what was told")
                }
                if chance.chance(checkpoints) { bounded.checkpoint() }
                bounded.graph.evict(toBytes: limit)
                if chance.chance(questions) {
                    _ = try bounded.links(of: chance.pick(set.ends).key)
                    _ = try bounded.path(chance.pick(set.ends).key, chance.pick(set.ends).key)
                }
                try #require(bounded.graph.brokenInvariant() == nil, "seed \(6_000_000 + seed)")
            }
            let difference = try bounded.difference(
                from: OracleTests.answer(set.events), over: set.ends)
            try #require(difference == nil, "seed \(6_000_000 + seed)")
            steady.checkpoint()
            bounded.checkpoint()
            try #require(steady.graph.summary == bounded.graph.summary)
            let isSame = steady.stored == bounded.stored
            try #require(isSame, "seed \(6_000_000 + seed): the stored bytes")
        }
    }

    /// Limits that small components and homes are beyond.
    static func limits(of count: UInt32) -> GraphLimits {
        GraphLimits(
            inlineMembers: count, inlineEdges: count + 1, inlinePairs: count,
            searchedMembers: 2, rowsAtOnce: 3, fewRows: 2)
    }

    @Test func shouldHoldNothingWhereNothingFits() throws {
        for limits in [GraphLimits.standard, Self.limits(of: 1)] {
            try shouldHoldNothing(limits)
        }
    }

    private func shouldHoldNothing(_ limits: GraphLimits) throws {
        let set = RandomEvents(seed: 78, nodes: 30...30, count: 200...200)
        let driver = GraphDriver(limits: limits)
        try driver.fold(set.events)
        driver.graph.evict(toBytes: 0)
        #expect(driver.graph.usedByteCount > 0, "what changed is in no store yet and must stay")
        _ = try driver.countChanges()
        driver.checkpoint()
        // What is in rows goes in steps: members, then the component, then what the anchor held.
        for _ in 0..<2 { driver.graph.evict(toBytes: 0) }
        #expect(driver.graph.usedByteCount == 0)
    }

    @Test func shouldKeepWhatWasLookedAtLately() throws {
        let ends = (0..<200).map { TestEnd("cookie", "c\($0)") }
        let driver = GraphDriver()
        for pair in stride(from: 0, to: ends.count, by: 2) {
            try driver.fold(TestEvent(.link, ends[pair], ends[pair + 1], at: 1))
        }
        driver.checkpoint()
        let all = driver.graph.usedByteCount
        driver.graph.evict(toBytes: all * 9 / 10)
        _ = try driver.customer(of: ends[198].key)
        driver.graph.evict(toBytes: all * 2 / 10)
        let before = driver.graph.usedByteCount
        _ = try driver.customer(of: ends[198].key)
        #expect(driver.graph.usedByteCount == before, "nothing had to be read back")
    }
}
