import IdentityModel
import ProfileCore
import TestSupport
import Testing

/// Random events under random rules: against the twin, and against themselves in other orders and
/// groups.
@Suite("Fragments and folds")
struct JoinTests {
    /// The events of each member, in an order of chance, some of them twice.
    private func fragments(
        _ events: [ModelEvent], _ arithmetic: ProfileArithmetic, _ chance: inout SeededGenerator
    ) throws -> [(NodeKey, [UInt8])] {
        var fragments: [(NodeKey, [UInt8])] = []
        for member in Set(events.map(\.member)).sorted() {
            let own = chance.shuffled(events.filter { $0.member == member })
            var fragment: [UInt8] = []
            for event in own + own.filter({ _ in chance.chance(20) }) {
                let before = fragment
                let hasChanged = try arithmetic.fold(
                    event.observation(&chance).span, into: &fragment)
                #expect(hasChanged == (fragment != before))
            }
            fragments.append((member, fragment))
        }
        return fragments
    }

    /// All fragments in one fold, over groups of chance.
    private func folded(
        _ fragments: [(NodeKey, [UInt8])], _ arithmetic: ProfileArithmetic,
        _ chance: inout SeededGenerator
    ) throws -> [UInt8] {
        var groups = [[UInt8]](repeating: [], count: 1 + chance.below(3))
        for (member, fragment) in chance.shuffled(fragments + fragments.prefix(chance.below(2))) {
            let group = chance.below(groups.count)
            try arithmetic.join(fragment.span, of: member, into: &groups[group])
        }
        var fold: [UInt8] = []
        for group in chance.shuffled(groups) { try arithmetic.join(fold: group.span, into: &fold) }
        return fold
    }

    private func expectEqual(
        _ entries: [ProfileEntry], _ answers: [[UInt8]: ProfileModel.Answer]
    ) throws {
        #expect(
            entries.map(\.name) == answers.keys.sorted { $0.lexicographicallyPrecedes($1) })
        for entry in entries {
            let answer = answers[entry.name]
            #expect(try ModelBlock.value(entry.value) == answer?.value)
            #expect(entry.origin == answer?.origin)
        }
    }

    @Test func differentialOfProfilesWithTheModel() throws {
        for seed in 0..<UInt64(TestBudget.rounds(1_500)) {
            var random = RandomProfiles(seed: seed)
            let rules = random.rules(version: seed % 3)
            let arithmetic = ProfileArithmetic(rules)
            let events = random.events(random.chance.below(40))
            let fragments = try fragments(events, arithmetic, &random.chance)
            let fold = try folded(fragments, arithmetic, &random.chance)
            let answers = ProfileModel(rules: rules, events: events).answers()
            let entries = try arithmetic.entries(of: fold.span)
            try expectEqual(entries, answers)
            let block = try arithmetic.profile(of: fold.span)
            let told = try ModelBlock.decode(block)
            #expect(told.map(\.0) == entries.map(\.name))
            #expect(told.allSatisfy { answers[$0.0]?.value == $0.1 })
            #expect(fold.isEmpty == fragments.allSatisfy(\.1.isEmpty))
        }
    }

    /// Any order, repetition and grouping of the same events gives the same bytes.
    @Test func oracleOfOneFormOfOneContent() throws {
        for seed in 0..<UInt64(TestBudget.rounds(500)) {
            var random = RandomProfiles(seed: seed)
            let arithmetic = ProfileArithmetic(random.rules(version: 1))
            let events = random.events(random.chance.below(30))
            let first = try fragments(events, arithmetic, &random.chance)
            let fold = try folded(first, arithmetic, &random.chance)
            for _ in 0..<3 {
                let again = try fragments(events, arithmetic, &random.chance)
                #expect(again.map(\.1) == first.map(\.1))
                #expect(try folded(again, arithmetic, &random.chance) == fold)
            }
        }
    }

    /// A fragment that comes whole, as a repartition brings it, says what its events said.
    @Test func oracleOfWholeFragments() throws {
        for seed in 0..<UInt64(TestBudget.rounds(500)) {
            var random = RandomProfiles(seed: seed)
            let arithmetic = ProfileArithmetic(random.rules(version: 1))
            let events = random.events(random.chance.below(20)).map { event in
                var event = event
                event.member = NodeKey(high: 0, low: 1)
                return event
            }
            let parts = 1 + random.chance.below(3)
            var joined: [UInt8] = []
            for part in random.chance.shuffled(Array(0..<parts)) {
                let own = events.enumerated().filter { $0.offset % parts == part }.map(\.element)
                let fragment = try arithmetic.fragment(own)
                var observation: [UInt8] = []
                Observation.appendFragment(fragment.span, to: &observation)
                let before = joined
                let hasChanged = try arithmetic.fold(observation.span, into: &joined)
                #expect(hasChanged == (joined != before))
            }
            #expect(try arithmetic.fragment(events) == joined)
        }
    }

    /// Commutative, associative, idempotent: three folds in every order and grouping.
    @Test func oracleOfTheLawsOfJoins() throws {
        for seed in 0..<UInt64(TestBudget.rounds(500)) {
            var random = RandomProfiles(seed: seed)
            let arithmetic = ProfileArithmetic(random.rules(version: 1))
            let folds = try (0..<3).map { _ in
                try arithmetic.fold(random.events(random.chance.below(12)))
            }
            func join(_ left: [UInt8], _ right: [UInt8]) throws -> [UInt8] {
                var result = left
                try arithmetic.join(fold: right.span, into: &result)
                return result
            }
            let (a, b, c) = (folds[0], folds[1], folds[2])
            #expect(try join(a, b) == join(b, a))
            #expect(try join(join(a, b), c) == join(a, join(b, c)))
            #expect(try join(a, a) == a)
            #expect(try join(join(a, b), b) == join(a, b))
            #expect(try join(a, []) == a && join([], a) == a)
        }
    }

    // MARK: What there is room for

    /// Of attributes without a rule the least by name stay, in whatever order they come.
    @Test func shouldKeepTheLeastNamesThatThereIsRoomFor() throws {
        var chance = SeededGenerator(seed: 7)
        let names = (0..<120).map { Array("n\($0)".utf8) }
        let sorted = names.sorted { $0.lexicographicallyPrecedes($1) }
        for (rules, room) in [
            (SurvivorshipRules.standing, 80), (.only(.set(cap: 64)), 55),
            (
                .made((0..<80).map { AttributeRule(name: Array("r\($0)".utf8), rule: .last()) }), 0
            ),
        ] {
            let arithmetic = ProfileArithmetic(rules)
            var fragments: Set<[UInt8]> = []
            for _ in 0..<5 {
                var fragment: [UInt8] = []
                var rest = chance.shuffled(names)
                while !rest.isEmpty {
                    let some = rest.prefix(1 + chance.below(AttributeLimits.perEvent))
                    rest.removeFirst(some.count)
                    let event = ModelEvent(
                        time: 1, source: [0x73],
                        attributes: Dictionary(uniqueKeysWithValues: some.map { ($0, .whole(1)) }))
                    let before = fragment
                    let hasChanged = try arithmetic.fold(
                        event.observation(&chance).span, into: &fragment)
                    #expect(hasChanged == (fragment != before))
                }
                fragments.insert(fragment)
            }
            #expect(fragments.count == 1)
            var fold: [UInt8] = []
            let member = NodeKey(high: 0, low: 1)
            for fragment in fragments {
                try arithmetic.join(fragment.span, of: member, into: &fold)
            }
            let kept = try ModelBlock.decode(arithmetic.profile(of: fold.span)).map(\.0)
            #expect(kept == Array(sorted.prefix(room)))
        }
    }

    @Test func shouldHaveNoBytesForNoContent() throws {
        let arithmetic = ProfileArithmetic(.standing)
        var fragment: [UInt8] = []
        var chance = SeededGenerator(seed: 8)
        let event = ModelEvent(time: 1, source: [0x73], attributes: [:])
        let hasChanged = try arithmetic.fold(event.observation(&chance).span, into: &fragment)
        #expect(!hasChanged)
        #expect(fragment.isEmpty)
        var fold: [UInt8] = []
        try arithmetic.join(fragment.span, of: NodeKey(high: 0, low: 1), into: &fold)
        try arithmetic.join(fold: fragment.span, into: &fold)
        #expect(fold.isEmpty)
        #expect(try arithmetic.profile(of: fragment.span) == [0])
        #expect(try arithmetic.entries(of: fragment.span).isEmpty)
        #expect(try arithmetic.converted(fragment.span) == nil)
        #expect(ProfileArithmetic.content(of: fragment.span).isEmpty)
        #expect(try ProfileArithmetic.version(of: fragment.span) == nil)
    }

    /// Digests hash what a fragment says, whichever rules it is of.
    @Test func shouldSayWhereTheContentIs() throws {
        let event = ModelEvent(1, .text("x"))
        let contents = try [0, 5, SurvivorshipRules.greatestVersion].map { version in
            let arithmetic = ProfileArithmetic(.made(version: version, []))
            let fragment = try arithmetic.fragment([event])
            #expect(try ProfileArithmetic.version(of: fragment.span) == version)
            let fold = try arithmetic.fold([event])
            #expect(try ProfileArithmetic.version(of: fold.span) == version)
            return Array(fragment[ProfileArithmetic.content(of: fragment.span)])
        }
        #expect(Set(contents).count == 1)
        // A name, a tag, a payload of time, source and value.
        #expect(contents[0] == [1, 0x61, 1, 6, 2, 1, 0x73, 4, 1, 0x78])
    }

    @Test func shouldTellFragmentsFromFolds() throws {
        let arithmetic = ProfileArithmetic(.standing)
        let fragment = try arithmetic.fragment([ModelEvent(1, .text("x"))])
        var fold = try arithmetic.fold([ModelEvent(1, .text("x"))])
        var target = fragment
        let member = NodeKey(high: 0, low: 1)
        #expect(throws: WireError.self) {
            try arithmetic.join(fold.span, of: member, into: &target)
        }
        #expect(throws: WireError.self) { try arithmetic.join(fold: target.span, into: &fold) }
        #expect(throws: WireError.self) {
            try arithmetic.join(fragment.span, of: member, into: &target)
        }
        #expect(throws: WireError.self) { _ = try arithmetic.profile(of: fragment.span) }
        var observation: [UInt8] = []
        Observation.appendFragment(fold.span, to: &observation)
        #expect(throws: WireError.self) {
            _ = try arithmetic.fold(observation.span, into: &target)
        }
    }
}
