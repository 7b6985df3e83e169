import GraphCore
import IdentityModel
import TestSupport
import Testing

/// What a tick tells of customers, and that it costs what has changed.
@Suite("Feed")
struct FeedTests {
    private let ends = (0..<2_000).map { TestEnd("cookie", "c\($0)") }.sorted { $0.key < $1.key }
    private let strong = TestEnd("loyalty", "l1")

    /// Loyalty numbers are stronger than cookies.
    private func driver() -> GraphDriver {
        GraphDriver(
            namespaces: NamespaceTable(
                namespaces: [Namespace(name: "loyalty", priority: 10)], isStrict: false))
    }

    private func tell(_ driver: GraphDriver) throws -> [CustomerChange] {
        try driver.tellChanges()
    }

    /// A change as a line: kind, customer, version, what came, what left, others.
    private func line(_ change: CustomerChange) -> String {
        var (added, removed): ([String], [String]) = ([], [])
        change.forEachIdentifier { _, value, hasCome in
            let text = String(decoding: value, as: UTF8.self)
            if hasCome { added.append(text) } else { removed.append(text) }
        }
        return "\(change.kind) \(change.version)\(change.isWhole ? " whole" : "")"
            + " +\(added.joined(separator: ",")) -\(removed.joined(separator: ","))"
            + " \(change.others.count)"
    }

    @Test func shouldTellALife() throws {
        let driver = driver()
        let (a, b, c) = (ends[0], ends[1], ends[2])
        try driver.fold(TestEvent(.link, a, b, at: 1))
        #expect(try tell(driver).map(line) == ["created 1 whole +\(a.value),\(b.value) - 0"])
        #expect(try tell(driver).isEmpty, "nothing has changed")
        try driver.fold(TestEvent(.link, b, c, at: 2))
        #expect(try tell(driver).map(line) == ["updated 2 +\(c.value) - 0"])
        try driver.fold(TestEvent(.unlink, b, c, at: 3))
        let parted = try tell(driver)
        #expect(
            Set(parted.map(line)) == [
                "split 3 + -\(c.value) 1", "created 1 whole +\(c.value) - 0",
            ])
        #expect(parted.first { $0.kind == .split }?.others == [c.key])
        try driver.fold(TestEvent(.link, b, c, at: 4))
        let joined = try tell(driver)
        #expect(joined.map(line) == ["merged 4 +\(c.value) - 1", "retired 2 + - 1"])
        #expect(joined.map(\.customer) == [a.key, c.key])
        try driver.fold(TestEvent(.link, a, strong, at: 5))
        let renamed = try tell(driver)
        #expect(renamed.map(\.kind) == [.renamed, .retired])
        #expect(renamed.map(\.customer) == [strong.key, a.key])
        #expect(renamed.map(\.version) == [1, 5])
        #expect(renamed[0].added.count == 4 && renamed[0].isWhole)
        #expect(renamed[1].others == [strong.key])
        // Born again, it goes on where it was.
        try driver.fold(TestEvent(.unlink, a, strong, at: 6))
        let reborn = try tell(driver)
        #expect(
            Set(reborn.map { "\($0.kind) \($0.customer) \($0.version)" }) == [
                "split \(strong.key) 2", "created \(a.key) 6",
            ])
    }

    @Test func shouldNotTellWhatCameAndWentBetweenTwoTicks() throws {
        let driver = driver()
        try driver.fold((1...2).map { TestEvent(.link, ends[0], ends[$0], at: 1) })
        _ = try tell(driver)
        try driver.fold([
            TestEvent(.unlink, ends[0], ends[1], at: 2), TestEvent(.link, ends[0], ends[1], at: 3),
        ])
        let awaits = driver.graph.awaitsTick
        #expect(awaits)
        #expect(try tell(driver).isEmpty)
    }

    /// Also where the parting is in a checkpoint, and memory has let everything go since.
    @Test(arguments: [false, true]) func shouldRememberWhoLeftOverACheckpoint(comesBack: Bool)
        throws
    {
        let driver = driver()
        try driver.fold((1..<40).map { TestEvent(.link, ends[0], ends[$0], at: 1) })
        _ = try tell(driver)
        try driver.fold(TestEvent(.unlink, ends[0], ends[7], at: 2))
        driver.reopen()
        if comesBack { try driver.fold(TestEvent(.link, ends[0], ends[7], at: 3)) }
        driver.reopen()
        let told = try tell(driver)
        #expect(told.map(\.kind).contains(.split) != comesBack)
        #expect(told.isEmpty == comesBack)
        driver.reopen()
        #expect(try tell(driver).isEmpty)
    }

    /// A hub that gets another leaf names that leaf alone, in memory or not.
    @Test(arguments: [false, true]) func shouldTellOneLeafOfAHub(isReopened: Bool) throws {
        let driver = driver()
        let last = ends.count - 1
        try driver.fold((1..<last).map { TestEvent(.link, ends[0], ends[$0], at: 1) })
        let all = try tell(driver)
        let limit = GraphLimits.standardChangeIdentifiers
        #expect(all.map(\.added.count) == [limit, limit, limit, last - 3 * limit])
        #expect(all.map(\.version) == [1, 2, 3, 4])
        #expect(all.map(\.kind) == [.created, .updated, .updated, .updated])
        if isReopened { driver.reopen() }
        try driver.fold(TestEvent(.link, ends[0], ends[last], at: 1))
        if isReopened { driver.reopen() }
        let one = try tell(driver)
        #expect(one.map(line) == ["updated 5 +\(ends[last].value) - 0"])
    }

    /// A stronger name for a hub tells all of its members again, also those that memory lacks.
    @Test func shouldTellARenamedHubAsAWhole() throws {
        let driver = driver()
        try driver.fold((1..<1_200).map { TestEvent(.link, ends[0], ends[$0], at: 1) })
        _ = try tell(driver)
        driver.reopen()
        try driver.fold(TestEvent(.link, ends[0], strong, at: 2))
        let told = try tell(driver)
        #expect(told.map(\.kind) == [.renamed, .updated, .updated, .retired])
        #expect(told.reduce(0) { $0 + $1.added.count } == 1_201)
        #expect(Set(told.flatMap(\.added).map(\.key)).count == 1_201)
    }

    /// Where nobody listens changes are counted, and the graph is left as if they were told.
    @Test(arguments: 0..<40 as Range<UInt64>) func shouldCountWhatItWouldTell(seed: UInt64) throws {
        var limits = GraphLimits.standard
        (limits.changeIdentifiers, limits.inlineMembers) = (3, 8)
        let drivers = [GraphDriver(limits: limits), GraphDriver(limits: limits)]
        var chance = SeededGenerator(seed: seed)
        for event in RandomEvents(seed: 900 + seed, nodes: 3...40, count: 30...200).events {
            for driver in drivers { try driver.fold(event) }
            if chance.chance(10) { for driver in drivers { driver.reopen() } }
            guard chance.chance(20) else { continue }
            let told = try drivers[0].tellChanges().count
            #expect(try drivers[1].countChanges() == told)
        }
        for driver in drivers { driver.checkpoint() }
        #expect(drivers[0].stored == drivers[1].stored)
    }

    /// Members that were let go untold, with a component that came to be in rows after that.
    @Test func shouldTellWhoWasLetGoBeforeItsComponentGrew() throws {
        var limits = GraphLimits.standard
        limits.inlineMembers = 4
        let driver = GraphDriver(limits: limits)
        try driver.fold(TestEvent(.link, ends[0], ends[1], at: 1))
        _ = try tell(driver)
        try driver.fold(TestEvent(.link, ends[0], ends[2], at: 1))
        driver.checkpoint()
        driver.graph.evict(toBytes: 0)
        try driver.fold((3..<9).map { TestEvent(.link, ends[0], ends[$0], at: 1) })
        let told = try tell(driver)
        #expect(told.count == 1 && told[0].version == 2 && !told[0].isWhole)
        #expect(told[0].added.map(\.key) == ends[2..<9].map(\.key))
    }

    /// Small customers that memory has let go before the tick, with those that are untold; of two
    /// sides of a cut one is read back to be named before its turn comes.
    @Test func shouldTellWhoWasLetGoWithItsComponent() throws {
        let driver = driver()
        try driver.fold((1...4).map { TestEvent(.link, ends[0], ends[$0], at: 1) })
        _ = try tell(driver)
        try driver.fold([
            TestEvent(.link, ends[0], ends[5], at: 2), TestEvent(.unlink, ends[0], ends[3], at: 2),
            TestEvent(.link, ends[6], ends[7], at: 2),
        ])
        driver.checkpoint()
        driver.graph.evict(toBytes: 0)
        let told = try tell(driver)
        #expect(told.count == 3)
        let first = told.first { $0.customer == ends[0].key }
        #expect(first?.kind == .split && first?.isWhole == false)
        #expect(first?.added.map(\.key) == [ends[5].key])
        #expect(first?.removed.map(\.key) == [ends[3].key])
        #expect(first?.others == [ends[3].key])
        let made = told.filter { $0.kind == .created && $0.isWhole }
        #expect(made.map(\.added.count).sorted() == [1, 2])
    }
}
