import GraphCore
import IdentityModel
import TestSupport
import Testing

/// Large components find a new anchor without a look at every member, and find the right one.
@Suite("Anchors of large components")
struct AnchorHeapTests {
    /// Over `GraphLimits.searchedMembers`, so that heaps are built, left and built anew.
    private static let size = 1_400

    @Test func oracleAnchorsOfAStarThatChanges() throws {
        for seed in 0..<UInt64(TestBudget.rounds(4)) {
            var chance = SeededGenerator(seed: 9_000 + seed)
            let ends = (0..<Self.size).map { TestEnd(["cookie", "email"][$0 % 2], "v\($0)") }
            let driver = GraphDriver()
            for leaf in 1..<ends.count {
                try driver.fold(
                    TestEvent(.link, ends[0], ends[leaf], at: chance.pick([5, 6, 7, 8])))
            }
            for step in 0..<2_000 {
                let leaf = chance.pick(Array(ends[1...]))
                switch chance.pick([0, 1, 1, 2, 3]) {
                case 0: try driver.fold(TestEvent(.observe, leaf, at: chance.pick([3, 4, 9])))
                case 1: try driver.fold(TestEvent(.unlink, ends[0], leaf, at: Int64(10 + step)))
                case 2: try driver.fold(TestEvent(.link, ends[0], leaf, at: Int64(10 + step)))
                default: try cutAnchor(driver, ends, at: Int64(10 + step))
                }
                if step % 100 == 0 {
                    _ = try driver.countChanges()
                    driver.checkpoint()
                    if chance.chance(30) { driver.graph.evict(toBytes: 0) }
                    try #require(driver.graph.brokenInvariant() == nil, "seed \(9_000 + seed)")
                }
            }
            #expect(driver.graph.brokenInvariant() == nil)
        }
    }

    @Test func shouldTakeAStarApartAnchorByAnchorWithoutSearchingItWhole() throws {
        let count = 20_000
        let ends = (0..<count).map { TestEnd("cookie", "v\($0)") }
        let driver = GraphDriver()
        for leaf in 1..<count {
            try driver.fold(TestEvent(.link, ends[0], ends[leaf], at: Int64(leaf)))
        }
        // Each leaf in turn is the earliest: a search of the whole would take 2 * 10^8 looks.
        try driver.fold(TestEvent(.observe, ends[0], at: 1))
        let start = ContinuousClock.now
        for leaf in 1..<count {
            try driver.fold(TestEvent(.unlink, ends[0], ends[leaf], at: Int64(count + leaf)))
        }
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(driver.graph.counters.customers == UInt64(count))
        driver.checkpoint()
        #expect(driver.graph.brokenInvariant() == nil)
    }

    private func cutAnchor(_ driver: GraphDriver, _ ends: [TestEnd], at time: Int64) throws {
        guard let customer = try driver.customer(of: ends[0].key),
            let anchor = ends.first(where: { $0.key == customer.id.anchor }),
            anchor.key != ends[0].key
        else { return }
        try driver.fold(TestEvent(.unlink, ends[0], anchor, at: time))
    }
}
