import GraphCore
import IdentityModel
import TestSupport
import Testing

/// What was observed of identifiers goes where they go: a customer's fold is that of its members,
/// whatever merged, split, was let go of or was opened again.
@Suite("Fragments")
struct FragmentTests {
    /// A simple algebra: an observation is bytes, a fragment the set of all that were observed, a
    /// fold their union, a profile the same. `mark` stands for rules, and begins a fragment.
    static func union(mark: UInt8 = 1) -> FragmentAlgebra {
        FragmentAlgebra(
            rules: [mark],
            fold: { observation, fragment in
                let before = fragment
                fragment = [mark] + Set(fragment.dropFirst() + observation.copied).sorted()
                return fragment != before
            },
            join: { fragment, _, fold in fold = Set(fold + fragment.copied.dropFirst()).sorted() },
            profile: { fold in fold.copied.map { $0 &+ mark } },
            converted: { fragment in
                fragment[0] < mark ? [mark] + fragment.copied.dropFirst() : nil
            },
            content: { 1..<$0.count })
    }

    /// One run: events with observations between them.
    private struct Story {
        let set: RandomEvents
        var observed: [(place: Int, end: TestEnd, byte: UInt8)] = []

        init(seed: UInt64) {
            set = RandomEvents(seed: seed, nodes: 3...30, count: 5...120)
            var chance = SeededGenerator(seed: seed)
            for place in set.events.indices where chance.chance(40) {
                observed.append((place, chance.pick(set.ends), UInt8(chance.pick(Array(0...40)))))
            }
        }

        /// What was observed of each identifier.
        var bytes: [NodeKey: Set<UInt8>] {
            var bytes: [NodeKey: Set<UInt8>] = [:]
            for one in observed { bytes[one.end.key, default: []].insert(one.byte) }
            return bytes
        }

        func play(_ driver: GraphDriver, _ between: () throws -> Void) throws {
            for (place, event) in set.events.enumerated() {
                try driver.fold(event)
                for one in observed where one.place == place {
                    try driver.observe(one.end, at: Int64(place), [one.byte])
                }
                try between()
            }
        }
    }

    @Test func oracleFoldsAreThoseOfTheMembers() throws {
        for seed in 0..<UInt64(TestBudget.rounds(300)) {
            let story = Story(seed: 9_000_000 + seed)
            var chance = SeededGenerator(seed: seed)
            let limits = chance.pick([
                .standard, EvictionTests.limits(of: 3), EvictionTests.limits(of: 1),
            ])
            let steady = GraphDriver(limits: limits, algebra: Self.union())
            let bounded = GraphDriver(limits: limits, algebra: Self.union())
            let (ticks, checkpoints) = (chance.pick([10, 60]), chance.pick([5, 60]))
            try story.play(steady) { if seed % 3 == 0 { _ = try steady.countChanges() } }
            try story.play(bounded) {
                if chance.chance(ticks) { _ = try bounded.tellChanges() }
                if chance.chance(checkpoints) { bounded.checkpoint() }
                if chance.chance(5) { bounded.reopen() }
                bounded.graph.evict(toBytes: chance.pick([0, 4_000, 100_000]))
                let broken = bounded.graph.brokenInvariant()
                try #require(broken == nil, "seed \(seed)")
            }
            let bytes = story.bytes
            for end in story.set.ends {
                let members = try bounded.members(of: end.key).map(\.key)
                let wanted = members.reduce(into: Set<UInt8>()) { $0.formUnion(bytes[$1] ?? []) }
                let found = try bounded.profileFold(of: end.key)
                try #require(found == wanted.sorted(), "seed \(seed)")
                try #require(try steady.profileFold(of: end.key) == found, "seed \(seed)")
            }
            let isSame = steady.graph.logicalDigest == bounded.graph.logicalDigest
            try #require(isSame, "seed \(seed)")
        }
    }

    @Test func oracleFeedTellsTheProfiles() throws {
        for seed in 0..<UInt64(TestBudget.rounds(200)) {
            let story = Story(seed: 9_100_000 + seed)
            var chance = SeededGenerator(seed: seed)
            let driver = GraphDriver(
                limits: chance.pick([.standard, EvictionTests.limits(of: 2)]),
                algebra: Self.union())
            let silent = GraphDriver(limits: .standard, algebra: Self.union())
            var told: [NodeKey: CustomerChange] = [:]
            func note(_ changes: [CustomerChange]) {
                for change in changes { told[change.customer] = change }
            }
            var ticks: [Bool] = []
            try story.play(driver) {
                ticks.append(chance.chance(30))
                if ticks.last == true { note(try driver.tellChanges()) }
                if chance.chance(20) { driver.checkpoint() }
                driver.graph.evict(toBytes: 0)
            }
            note(try driver.tellChanges())
            try #require(try driver.tellChanges().isEmpty, "seed \(seed): nothing has changed")
            var place = 0
            try story.play(silent) {
                if ticks[place] { _ = try silent.countChanges() }
                place += 1
            }
            _ = try silent.countChanges()
            let algebra = Self.union()
            for end in story.set.ends {
                guard let view = try driver.customer(of: end.key) else { continue }
                let change = try #require(told[view.id.anchor], "seed \(seed)")
                let fold = try driver.profileFold(of: end.key)
                let profile = fold.isEmpty ? [] : try algebra.profile(fold.span)
                try #require(change.profile == profile, "seed \(seed)")
                try #require(change.version == view.version, "seed \(seed)")
                try #require(
                    try silent.customer(of: end.key)?.version == view.version,
                    "seed \(seed): versions rise whether or not somebody listens")
            }
        }
    }

    @Test func oracleNewRulesReachEveryFragment() throws {
        for seed in 0..<UInt64(TestBudget.rounds(200)) {
            let story = Story(seed: 9_200_000 + seed)
            var chance = SeededGenerator(seed: seed)
            var limits = chance.pick([.standard, EvictionTests.limits(of: 2)])
            limits.sweptAtOnce = chance.pick([1, 3, 1_000])
            let driver = GraphDriver(limits: limits, algebra: Self.union(mark: 1))
            let change = chance.pick(Array(story.set.events.indices))
            var place = 0
            var told: [NodeKey: CustomerChange] = [:]
            try story.play(driver) {
                if place == change { driver.graph.take(Self.union(mark: 2)) }
                place += 1
                if chance.chance(30) {
                    for change in try driver.tellChanges() { told[change.customer] = change }
                }
                if chance.chance(20) { driver.checkpoint() }
                if chance.chance(10) { driver.reopen() }
                driver.graph.evict(toBytes: 0)
                let broken = driver.graph.brokenInvariant()
                try #require(broken == nil, "seed \(seed)")
            }
            while driver.graph.awaitsTick {
                for change in try driver.tellChanges() { told[change.customer] = change }
            }
            let fresh = GraphDriver(limits: limits, algebra: Self.union(mark: 2))
            try story.play(fresh) {}
            let isSame = fresh.graph.logicalDigest == driver.graph.logicalDigest
            try #require(isSame, "seed \(seed)")
            for end in story.set.ends {
                guard let view = try driver.customer(of: end.key) else { continue }
                let fold = try driver.profileFold(of: end.key)
                let profile = fold.map { $0 &+ 2 }
                try #require(told[view.id.anchor]?.profile == profile, "seed \(seed)")
            }
        }
    }

    @Test func shouldTellWhatWasObservedAndNothingTwice() throws {
        let driver = GraphDriver(algebra: Self.union())
        let end = TestEnd("cookie", "c1")
        try driver.observe(end, at: 5, [7])
        let first = try driver.tellChanges()
        #expect(first.map(\.kind) == [.created])
        #expect(first[0].profile == [8])
        try driver.observe(end, at: 6, [7])
        let isAwaiting = driver.graph.awaitsTick
        #expect(!isAwaiting, "the same again changes nothing")
        try driver.observe(end, at: 6, [3])
        let second = try driver.tellChanges()
        #expect(second.map(\.kind) == [.updated])
        #expect(second[0].added.isEmpty && !second[0].isWhole)
        #expect(second[0].profile == [4, 8])
    }

    @Test func shouldGoIntoRowsWhereFragmentsAreLarge() throws {
        var limits = GraphLimits.standard
        limits.inlineFragmentUnits = 2
        let driver = GraphDriver(limits: limits, algebra: Self.union())
        let (one, other) = (TestEnd("cookie", "c1"), TestEnd("cookie", "c2"))
        try driver.fold(TestEvent(.link, one, other, at: 1))
        try driver.observe(one, at: 1, Array(0..<31))
        let broken = driver.graph.brokenInvariant()
        #expect(broken == nil)
        driver.checkpoint()
        let before = driver.stored.count
        try driver.observe(other, at: 1, [200])
        driver.reopen()
        #expect(driver.stored.count > before, "a row for each member and edge")
        #expect(try driver.profileFold(of: other.key) == Array(0..<31) + [200])
    }
}
