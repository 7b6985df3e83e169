import GraphCore
import IdentityModel
import TestSupport
import Testing

@Suite("Pages")
struct PageTests {
    /// Pages of any size, one after the other, are the whole answer.
    @Test func differentialPagesAreTheWholeAnswer() throws {
        for seed in 0..<UInt64(TestBudget.rounds(25)) {
            let set = RandomEvents(seed: 6_000_000 + seed, nodes: 2...20, count: 3...80)
            let driver = GraphDriver()
            try driver.fold(set.events)
            driver.reopen()
            for end in set.ends {
                let members = try driver.members(of: end.key)
                let links = try driver.links(of: end.key)
                for limit in [1, 2, 3, 7, 100] {
                    let (some, more) = (
                        try Self.members(end.key, driver, limit),
                        try Self.links(end.key, driver, limit)
                    )
                    try #require(some == members, "seed \(seed), pages of \(limit)")
                    try #require(more == links, "seed \(seed), pages of \(limit)")
                }
            }
        }
    }

    private static func members(
        _ key: NodeKey, _ driver: GraphDriver, _ limit: Int
    ) throws -> [MemberView] {
        var (found, place): ([MemberView], MemberPosition?) = ([], nil)
        repeat {
            let page = try driver.memberPage(of: key, after: place, limit: limit)
            #expect(page.members.count <= limit)
            #expect(page.next == nil || page.members.count == limit)
            found += page.members
            place = page.next
        } while place != nil
        return found
    }

    private static func links(
        _ key: NodeKey, _ driver: GraphDriver, _ limit: Int
    ) throws -> [LinkView] {
        var (found, place): ([LinkView], LinkPosition?) = ([], nil)
        repeat {
            let page = try driver.linkPage(of: key, after: place, limit: limit)
            #expect(page.links.count <= limit)
            #expect(page.next == nil || page.links.count == limit)
            found += page.links
            place = page.next
        } while place != nil
        return found
    }

    @Test func shouldGoOnBehindAPlaceWhoseIdentifierHasGone() throws {
        let ends = (0..<5).map { TestEnd("cookie", "c\($0)") }.sorted { $0.key < $1.key }
        let driver = GraphDriver()
        for end in ends.dropFirst() { try driver.fold(TestEvent(.link, ends[0], end)) }
        let first = try driver.memberPage(of: ends[0].key, after: nil, limit: 2)
        #expect(first.next?.key == ends[1].key)
        try driver.fold(TestEvent(.unlink, ends[0], ends[1], at: 1))
        let second = try driver.memberPage(of: ends[0].key, after: first.next, limit: 9)
        #expect(second.members.map(\.key) == ends[2...].map(\.key))
        #expect(second.next == nil)
    }

    @Test func shouldKeepTheLeast() {
        var chance = SeededGenerator(seed: 7)
        for limit in [0, 1, 2, 10, 99, 100, 101] {
            let numbers = (0..<100).map { _ in chance.below(50) }
            var least = LeastElements<Int>(limit: limit)
            for number in numbers { least.offer(number) }
            #expect(least.sorted == Array(numbers.sorted().prefix(limit)))
            #expect(least.count == min(limit, 100))
        }
    }
}
