import IdentityModel
import ProfileCore
import TestSupport
import Testing

@Suite("Rules that change")
struct ConversionTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// What `a` is after its events under one rule, once the rules are others.
    private func value(
        _ events: [ModelEvent], from old: SurvivorshipRules, to new: SurvivorshipRules
    ) throws -> ModelValue? {
        let fragment = try ProfileArithmetic(old).fragment(events)
        let arithmetic = ProfileArithmetic(new)
        let converted = try #require(try arithmetic.converted(fragment.span))
        #expect(try converted.isEmpty || arithmetic.converted(converted.span) == nil)
        var fold: [UInt8] = []
        try arithmetic.join(converted.span, of: NodeKey(high: 0, low: 1), into: &fold)
        // A fold of the old rules tells the same.
        let oldFold = try ProfileArithmetic(old).fold(events)
        #expect(try arithmetic.profile(of: oldFold.span) == arithmetic.profile(of: fold.span))
        let entries = try arithmetic.entries(of: fold.span)
        return try entries.first { $0.name == bytes("a") }.map { try ModelBlock.value($0.value) }
    }

    private func value(
        _ events: [ModelEvent], _ old: SurvivorshipRule, _ new: SurvivorshipRule
    ) throws -> ModelValue? {
        try value(events, from: .only(old), to: .only(new, version: 2))
    }

    @Test func shouldSeedRegistersAndSetsWithWhatIsThere() throws {
        let events = [
            ModelEvent(1, .text("b")), ModelEvent(2, .text("c")), ModelEvent(3, .text("a")),
        ]
        #expect(try value(events, .last(), .first) == .text("a"))
        #expect(try value(events, .first, .last()) == .text("b"))
        #expect(try value(events, .max, .min) == .text("c"))
        #expect(try value(events, .last(), .set(cap: 2)) == .array([.text("a")]))
        let set = SurvivorshipRule.set(cap: 3)
        #expect(try value(events, set, .last()) == .text("a"))
        #expect(try value(events, set, .first) == .text("b"))
        #expect(try value(events, set, .max) == .text("c"))
        #expect(try value(events, set, .mostTrusted(ranking: [bytes("s")])) == .text("a"))
        #expect(try value(events, set, .set(cap: 2)) == .array([.text("a"), .text("c")]))
        #expect(
            try value([ModelEvent(1, .array([.whole(3), .whole(4)]))], .last(), .max) == .whole(4))
    }

    @Test func shouldMoveTheWordsOfSourcesThatSetOnceNow() throws {
        let events = [ModelEvent(1, "once", .text("o")), ModelEvent(2, "set", .text("s"))]
        let once = SurvivorshipRule.last(setOnce: [bytes("once")])
        let set = SurvivorshipRule.last(setOnce: [bytes("set")])
        #expect(try value(events, once, set) == .text("o"))
        #expect(try value(events, once, .last()) == .text("s"))
        #expect(try value([events[0]], once, .last()) == .text("o"))
        #expect(try value([events[1]], .last(), set) == .text("s"))
    }

    /// Remembered events are of their rule, within its window.
    @Test func shouldKeepRememberedEventsWithTheirRuleAlone() throws {
        let events = [
            ModelEvent(1_000, "s", "x", .whole(1)), ModelEvent(4_000, "s", "y", .whole(1)),
        ]
        let count = SurvivorshipRule.count(windowSeconds: 9)
        #expect(try value(events, count, .count(windowSeconds: 20)) == .whole(2))
        #expect(try value(events, count, .count(windowSeconds: 3)) == .whole(1))
        for other in [SurvivorshipRule.sum(windowSeconds: 9), .last(), .set(cap: 3)] {
            #expect(try value(events, count, other) == nil)
            #expect(try value(events, other, count) == nil)
        }
    }

    /// A word is taken in again as an event could have said it: of the same attribute, as it came.
    @Test func shouldSeedWithWhatAnEventCouldHaveSaid() throws {
        let events = [ModelEvent(1, .text("5"))]
        func typed(_ old: AttributeType?, _ new: AttributeType?) throws -> ModelValue? {
            try value(
                events, from: .only(.last(), type: old), to: .only(.last(), type: new, version: 2))
        }
        #expect(try typed(nil, .number) == .whole(5))
        #expect(try typed(nil, .boolean) == nil)
        #expect(try typed(.number, .number) == .whole(5))
        // The number may have been a string, and one of several: nobody knows.
        #expect(try typed(.number, nil) == nil)
        #expect(try typed(.number, .string) == nil)
        #expect(try typed(.string, nil) == nil)

        let renamed = SurvivorshipRules.made(
            version: 2, [AttributeRule(name: bytes("a"), from: bytes("b"), rule: .last())])
        #expect(try value(events, from: .standing, to: renamed) == nil)
        #expect(
            try value(
                events, from: .standing,
                to: .made(version: 1, isStrict: true, [])) == nil)
        #expect(try value(events, from: .only(.max), to: .made(version: 2, [])) == .text("5"))
    }

    @Test func shouldLeaveWhatNewerRulesMade() throws {
        let old = ProfileArithmetic(.only(.last(), version: 1))
        let new = ProfileArithmetic(.only(.max, version: 2))
        let fragment = try new.fragment([ModelEvent(1, .text("z"))])
        #expect(try old.converted(fragment.span) == nil)
        #expect(try new.converted(fragment.span) == nil)
        // The older ones work beside: what they add waits to be converted.
        let both = try old.fragment([ModelEvent(2, .text("b"))], into: fragment)
        #expect(try ProfileArithmetic.version(of: both.span) == 1)
        let converted = try new.converted(both.span)
        #expect(try converted == new.fragment([ModelEvent(2, .text("b"))], into: fragment))
    }

    /// The property that everything rests on: once all events are said again, conversion has left
    /// no trace. Partitions may have learnt of the rules at any place, and rules may have changed
    /// often.
    @Test func oracleOfConversionAndReplay() throws {
        for seed in 0..<UInt64(TestBudget.rounds(1_500)) {
            var random = RandomProfiles(seed: seed)
            let changes = 2 + random.chance.below(2)
            let versions = (0..<changes).map {
                ProfileArithmetic(random.rules(version: UInt64($0 * $0)))
            }
            let events = random.events(random.chance.below(30))
            let last = versions[changes - 1]
            for member in Set(events.map(\.member)).sorted() {
                let own = events.filter { $0.member == member }
                var fragment: [UInt8] = []
                for event in own where random.chance.chance(80) {
                    let arithmetic = random.chance.pick(versions)
                    _ = try arithmetic.fold(
                        event.observation(&random.chance).span, into: &fragment)
                    if random.chance.chance(10) {
                        fragment =
                            try random.chance.pick(versions).converted(fragment.span)
                            ?? fragment
                    }
                }
                fragment = try last.converted(fragment.span) ?? fragment
                #expect(try fragment.isEmpty || last.converted(fragment.span) == nil)
                let replayed = try last.fragment(random.chance.shuffled(own), into: fragment)
                #expect(try replayed == last.fragment(own), "seed \(seed)")
            }
        }
    }

    /// Folds too, of fragments that different rules made.
    @Test func oracleOfFoldsOfSeveralVersions() throws {
        for seed in 0..<UInt64(TestBudget.rounds(500)) {
            var random = RandomProfiles(seed: seed)
            let old = ProfileArithmetic(random.rules(version: 1))
            let new = ProfileArithmetic(random.rules(version: 2))
            let events = random.events(random.chance.below(30))
            var (mixed, converted): ([UInt8], [UInt8]) = ([], [])
            for member in Set(events.map(\.member)).sorted() {
                let own = events.filter { $0.member == member }
                let isOld = random.chance.chance(50)
                let fragment = try (isOld ? old : new).fragment(own)
                try new.join(fragment.span, of: member, into: &mixed)
                let newer = try new.converted(fragment.span) ?? fragment
                try new.join(newer.span, of: member, into: &converted)
            }
            #expect(mixed == converted)
            for member in Set(events.map(\.member)).sorted() {
                let fragment = try new.fragment(events.filter { $0.member == member })
                try new.join(fragment.span, of: member, into: &mixed)
            }
            #expect(try mixed == new.fold(events))
        }
    }
}
