import GraphCore
import IdentityModel
import TestSupport
import Testing

/// Which side leaves when a link is cut, over shapes. Every step also checks all invariants, so a
/// search that left a mark or a list that came apart is seen at once.
@Suite("Splits")
struct SplitTests {
    private static let size = 12
    /// Ordered by key, so that the lesser end of two is the one with the lesser place.
    private let ends = (0..<size).map { TestEnd("cookie", "c\($0)") }
        .sorted { $0.key < $1.key }

    private func link(_ one: Int, _ other: Int) -> TestEvent {
        TestEvent(.link, ends[one], ends[other], at: 1)
    }

    private func cut(_ one: Int, _ other: Int) -> TestEvent {
        TestEvent(.unlink, ends[one], ends[other], at: 2)
    }

    private func driver(_ events: [TestEvent]) throws -> GraphDriver {
        let driver = GraphDriver()
        try driver.fold(events)
        return driver
    }

    private func component(_ driver: GraphDriver, _ place: Int) throws -> ComponentID? {
        try driver.customer(of: ends[place].key)?.component
    }

    private func places(_ driver: GraphDriver, with place: Int) throws -> [Int] {
        let wanted = try component(driver, place)
        return try ends.indices.filter { try component(driver, $0) == wanted }
    }

    @Test func shouldSendTheSmallerSideOfAChainAwayAndAtATieTheLesserEnds() throws {
        let chain = (0..<Self.size - 1).map { link($0, $0 + 1) }
        for place in 0..<Self.size - 1 {
            let driver = try driver(chain)
            let before = try component(driver, 0)
            try driver.fold(cut(place, place + 1))
            #expect(driver.graph.brokenInvariant() == nil)
            let left = place + 1
            let leftGoes = left <= Self.size - left
            #expect(try places(driver, with: 0) == Array(0..<left))
            #expect(try places(driver, with: left) == Array(left..<Self.size))
            #expect(try (component(driver, 0) != before) == leftGoes)
            #expect(try (component(driver, left) != before) == !leftGoes)
            #expect(driver.graph.counters.splits == 1)
            #expect(driver.graph.counters.minted == UInt64(Self.size) + 1)
        }
    }

    @Test func shouldDecideTheTieByTheLesserEndWhateverTheListsOrder() throws {
        // Two pairs (0,3) and (1,2) joined by 0-1 or by 2-3: the lesser end's side goes.
        for bridge in [(0, 1), (2, 3)] {
            for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]] {
                let links = [link(0, 3), link(1, 2), link(bridge.0, bridge.1)]
                let driver = try driver(order.map { links[$0] })
                let before = try component(driver, 0)
                try driver.fold(cut(bridge.1, bridge.0))
                let side = bridge.0 == 0 ? 0 : 2
                #expect(try component(driver, side) != before)
                #expect(try component(driver, side == 0 ? 1 : 0) == before)
            }
        }
    }

    @Test func shouldSendALeafOfAStarAway() throws {
        let star = (1..<Self.size).map { link(0, $0) }
        let driver = try driver(star)
        let before = try component(driver, 0)
        for leaf in 1..<Self.size - 1 {
            try driver.fold(cut(0, leaf))
            #expect(driver.graph.brokenInvariant() == nil)
            #expect(try places(driver, with: leaf) == [leaf])
            #expect(try component(driver, 0) == before)
        }
        // Two are left: the centre is the lesser end, so it goes.
        try driver.fold(cut(0, Self.size - 1))
        #expect(try component(driver, Self.size - 1) == before)
        #expect(driver.graph.counters.customers == UInt64(Self.size))
    }

    @Test func shouldKeepACliqueTogetherUntilItsLastLinkToOneMember() throws {
        let places = Array(0..<7)
        let clique = places.flatMap { one in places.filter { $0 > one }.map { link(one, $0) } }
        let driver = try driver(clique)
        for other in places.dropLast() {
            #expect(driver.graph.counters.splits == 0)
            try driver.fold(cut(other, 6))
            #expect(driver.graph.brokenInvariant() == nil)
        }
        #expect(driver.graph.counters.splits == 1)
        #expect(try self.places(driver, with: 6) == [6])
        #expect(try self.places(driver, with: 0) == Array(0..<6))
    }

    @Test func shouldOpenACycleBeforeItSplits() throws {
        let cycle = (0..<Self.size).map { link($0, ($0 + 1) % Self.size) }
        for first in 0..<Self.size {
            for second in 0..<Self.size where second != first {
                let driver = try driver(cycle)
                try driver.fold(cut(first, (first + 1) % Self.size))
                #expect(driver.graph.counters.customers == 1)
                try driver.fold(cut(second, (second + 1) % Self.size))
                #expect(driver.graph.counters.customers == 2)
                #expect(driver.graph.brokenInvariant() == nil)
                let side = (first + Self.size - second) % Self.size
                #expect(try places(driver, with: (second + 1) % Self.size).count == side)
            }
        }
    }

    @Test func shouldMergeAgainUnderTheOldCustomerID() throws {
        let driver = try driver((0..<Self.size - 1).map { link($0, $0 + 1) })
        let whole = try driver.customer(of: ends[5].key)?.id
        try driver.fold(cut(5, 6))
        #expect(try driver.customer(of: ends[0].key)?.id != driver.customer(of: ends[11].key)?.id)
        try driver.fold(TestEvent(.link, ends[5], ends[6], at: 3))
        #expect(try driver.customer(of: ends[11].key)?.id == whole)
        #expect(driver.graph.counters.customers == 1)
    }

    @Test func shouldNeverLowerARank() throws {
        // Ten, cut to two, must still win against three: a stale rank is a lower bound.
        let driver = try driver((0..<9).map { link($0, $0 + 1) })
        let tall = try component(driver, 9)
        // One after the other from the left: each time the single lesser end goes.
        for place in 0..<8 { try driver.fold(cut(place, place + 1)) }
        #expect(try component(driver, 9) == tall)
        try driver.fold([link(0, 10), link(10, 11), link(11, 9)])
        #expect(try component(driver, 0) == tall)
    }
}
