import IdentityModel
import ProfileCore
import TestSupport
import Testing

/// Each rule on small cases, its ties, and its edges.
@Suite("What survives")
struct RuleTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// The value of `a`, the same in every order of the events and with each said twice.
    private func value(
        _ rules: SurvivorshipRules, _ events: [ModelEvent], _ name: String = "a"
    ) throws -> ModelValue? {
        let arithmetic = ProfileArithmetic(rules)
        let values = try permutations(events).map { order in
            try arithmetic.profile(order + order.prefix(2))[name]
        }
        #expect(Set(values).count == 1)
        return values[0]
    }

    private func value(_ rule: SurvivorshipRule, _ events: ModelEvent...) throws -> ModelValue? {
        try value(.only(rule), events)
    }

    private func permutations<Item>(_ items: [Item]) -> [[Item]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { index in
            var rest = items
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }

    /// Who said the value of `a`.
    private func word(
        _ rule: SurvivorshipRule, _ events: ModelEvent...
    ) throws -> ProfileWord? {
        let arithmetic = ProfileArithmetic(.only(rule))
        let words = try permutations(events).map { order in
            let entries = try arithmetic.entries(order)
            guard case .word(let word)? = entries.first?.origin else { return ProfileWord?.none }
            return word
        }
        #expect(words.allSatisfy { $0 == words[0] })
        return words[0]
    }

    // MARK: One word

    @Test func shouldKeepTheLatest() throws {
        let events = [
            ModelEvent(2, .text("b")), ModelEvent(3, .text("a")), ModelEvent(1, .text("c")),
        ]
        #expect(try value(.only(.last()), events) == .text("a"))
        #expect(try value(.standing, events) == .text("a"))
    }

    /// Of equal times the greatest value, then source, then member.
    @Test func shouldKeepTheGreatestOfEqualTimes() throws {
        #expect(
            try value(
                .last(), ModelEvent(1, .text("9")), ModelEvent(1, .whole(50)),
                ModelEvent(1, .boolean(true))) == .text("9"))
        #expect(
            try value(.last(), ModelEvent(1, .text("z")), ModelEvent(1, .array([])))
                == .array([]))
        #expect(
            try word(
                .last(), ModelEvent(1, "s", .text("x")), ModelEvent(1, "t", .text("x")),
                ModelEvent(1, "aa", .text("x")))?.source == bytes("t"))
        #expect(
            try word(
                .last(), ModelEvent(1, member: 7, .text("x")),
                ModelEvent(1, member: 9, .text("x")), ModelEvent(1, member: 8, .text("x")))?
                .member.low == 9)
    }

    @Test func shouldKeepTheEarliest() throws {
        #expect(
            try value(
                .first, ModelEvent(2, .text("b")), ModelEvent(1, .text("c")),
                ModelEvent(3, .text("a"))) == .text("c"))
        #expect(
            try value(
                .first, ModelEvent(1, .text("9")), ModelEvent(1, .whole(50)),
                ModelEvent(1, .boolean(true))) == .boolean(true))
        #expect(
            try word(.first, ModelEvent(1, "t", .text("x")), ModelEvent(1, "s", .text("x")))?
                .source == bytes("s"))
        #expect(
            try word(
                .first, ModelEvent(1, member: 9, .text("x")),
                ModelEvent(1, member: 7, .text("x")))?.member.low == 7)
    }

    /// So that what was taken out of an array never stands before it.
    @Test func shouldPutAnArrayBeforeItsElementsOfEqualTimes() throws {
        let array = ModelValue.array([.text("a"), .text("b")])
        for rule in [SurvivorshipRule.first, .last()] {
            #expect(try value(rule, ModelEvent(1, .text("a")), ModelEvent(1, array)) == array)
        }
    }

    @Test func shouldKeepTheGreatestAndTheLeast() throws {
        let events = [
            ModelEvent(1, .whole(3)), ModelEvent(2, .whole(-7)), ModelEvent(3, .text("3")),
        ]
        #expect(try value(.only(.max), events) == .text("3"))
        #expect(try value(.only(.min), events) == .whole(-7))
        #expect(try value(.only(.max, type: .number), events) == .whole(3))
        let arrays = [
            ModelEvent(1, .array([.whole(4), .whole(9), .whole(2)])), ModelEvent(2, .whole(5)),
            ModelEvent(3, .array([])),
        ]
        #expect(try value(.only(.max), arrays) == .whole(9))
        #expect(try value(.only(.min), arrays) == .whole(2))
        #expect(try value(.max, ModelEvent(1, .array([]))) == nil)
    }

    /// Of equal values the earliest, by time, source and member.
    @Test func shouldNameTheEarliestOfEqualExtremes() throws {
        for rule in [SurvivorshipRule.max, .min] {
            #expect(
                try word(
                    rule, ModelEvent(3, "s", .whole(1)), ModelEvent(2, "t", .whole(1)),
                    ModelEvent(2, "u", .array([.whole(1)])))
                    == ProfileWord(
                        source: bytes("t"), member: NodeKey(high: 0, low: 1),
                        time: EventTime(milliseconds: 2)))
            #expect(
                try word(
                    rule, ModelEvent(2, member: 5, .whole(1)), ModelEvent(2, member: 4, .whole(1)))?
                    .member.low == 4)
        }
    }

    @Test func shouldTrustTheFirstOfTheRanking() throws {
        let rule = SurvivorshipRule.mostTrusted(ranking: ["crm", "web"].map(bytes))
        #expect(
            try value(
                rule, ModelEvent(9, "web", .text("w")), ModelEvent(1, "crm", .text("c")),
                ModelEvent(10, "other", .text("o"))) == .text("c"))
        #expect(
            try value(rule, ModelEvent(9, "web", .text("w")), ModelEvent(10, "x", .text("o")))
                == .text("w"))
        // Those that it does not name are all alike.
        #expect(
            try value(rule, ModelEvent(9, "zz", .text("z")), ModelEvent(10, "a", .text("o")))
                == .text("o"))
        #expect(
            try value(
                rule, ModelEvent(1, "crm", .text("b")), ModelEvent(1, "crm", .text("c")),
                ModelEvent(0, "crm", .text("d"))) == .text("c"))
    }

    // MARK: PostHog's rule

    /// What others set counts by its latest, and what `once` sets only where they say nothing, by
    /// its earliest: in every order in which the events arrive.
    @Test func shouldSetOnceInEveryOrder() throws {
        let rules = SurvivorshipRules.only(.last(setOnce: [bytes("once")]))
        let once = [
            ModelEvent(5, "once", .text("o5")), ModelEvent(3, "once", .text("o3")),
            ModelEvent(3, "once", .text("p3")),
        ]
        let set = [ModelEvent(1, "set", .text("s1")), ModelEvent(4, "set", .text("s4"))]
        #expect(try value(rules, once) == .text("o3"))
        #expect(try value(rules, once + set) == .text("s4"))
        #expect(try value(rules, once + [set[0]]) == .text("s1"))
        #expect(try value(rules, set) == .text("s4"))
    }

    /// Every history of set and set-once of up to four events at three times, in every order.
    @Test func oracleOfSettingOnceInEveryHistory() throws {
        let rules = SurvivorshipRules.only(.last(setOnce: [bytes("once")]))
        let arithmetic = ProfileArithmetic(rules)
        let choices = (1...3).flatMap { time in
            ["once", "set"].flatMap { source in
                ["x", "y"].map { ModelEvent(Int64(time), source, .text($0)) }
            }
        }
        var histories: [[ModelEvent]] = []
        var longest: [[ModelEvent]] = [[]]
        for _ in 0..<(TestBudget.isNightly ? 5 : 4) {
            longest = longest.flatMap { history in choices.map { history + [$0] } }
            histories += longest
        }
        // The histories of one length hold every order of their events.
        for history in histories {
            let set = history.filter { $0.source == bytes("set") }
            let expected =
                set.isEmpty
                ? history.min { left, right in
                    (left.time, left.attributes[[0x61]] ?? .text(""))
                        < (right.time, right.attributes[[0x61]] ?? .text(""))
                }
                : set.max { left, right in
                    (left.time, left.attributes[[0x61]] ?? .text(""))
                        < (right.time, right.attributes[[0x61]] ?? .text(""))
                }
            #expect(try arithmetic.profile(history)["a"] == expected?.attributes[[0x61]])
        }
    }

    // MARK: Sets

    @Test func shouldKeepTheLatestElements() throws {
        let events = [
            ModelEvent(1, .text("a")), ModelEvent(2, .text("b")),
            ModelEvent(3, .array([.text("c"), .whole(1)])), ModelEvent(4, .text("a")),
        ]
        #expect(
            try value(.only(.set(cap: 4)), events)
                == .array([.whole(1), .text("a"), .text("b"), .text("c")]))
        #expect(
            try value(.only(.set(cap: 3)), events) == .array([.whole(1), .text("a"), .text("c")]))
        // Of equal times the greatest values stay.
        #expect(try value(.only(.set(cap: 2)), events) == .array([.text("a"), .text("c")]))
        #expect(try value(.only(.set(cap: 1)), events) == .array([.text("a")]))
        #expect(try value(.set(cap: 1), ModelEvent(1, .array([]))) == nil)
    }

    @Test func shouldNameTheLatestWordOfEachElement() throws {
        let arithmetic = ProfileArithmetic(.only(.set(cap: 2)))
        let events = [
            ModelEvent(1, "z", .text("x")), ModelEvent(2, "s", member: 3, .text("x")),
            ModelEvent(2, "s", member: 2, .text("x")), ModelEvent(0, "s", .text("y")),
        ]
        for order in permutations(events) {
            let entries = try arithmetic.entries(order)
            #expect(
                entries.map(\.origin) == [
                    .words(
                        [
                            ProfileWord(
                                source: bytes("s"), member: NodeKey(high: 0, low: 3),
                                time: EventTime(milliseconds: 2)),
                            ProfileWord(
                                source: bytes("s"), member: NodeKey(high: 0, low: 1),
                                time: EventTime(milliseconds: 0)),
                        ], isFull: true)
                ])
        }
    }

    @Test func shouldLeaveLongElementsOutOfSets() throws {
        func string(_ byteCount: Int) -> ModelValue {
            .string([UInt8](repeating: 0x78, count: byteCount - 3))
        }
        let longest = string(ProfileLimits.setElementBytes)
        #expect(longest.byteCount == ProfileLimits.setElementBytes)
        let tooLong = string(ProfileLimits.setElementBytes + 1)
        #expect(
            try value(.set(cap: 9), ModelEvent(1, .array([longest, tooLong, .whole(1)])))
                == .array([.whole(1), longest]))
        #expect(try value(.set(cap: 9), ModelEvent(1, tooLong)) == nil)
    }

    // MARK: Types and names

    @Test func shouldFoldWhatFitsItsType() throws {
        func typed(_ type: AttributeType, _ value: ModelValue) throws -> ModelValue? {
            try self.value(.only(.last(), type: type), [ModelEvent(1, value)])
        }
        #expect(try typed(.number, .text("1e3")) == .whole(1_000))
        #expect(try typed(.number, .text("1e20")) == nil)
        #expect(try typed(.number, .boolean(true)) == nil)
        let numbers = ModelValue.array([.whole(5), .whole(6)])
        #expect(try typed(.number, .array([.text("5"), .whole(6)])) == numbers)
        #expect(try typed(.number, .array([.text("5"), .text("x")])) == .array([.whole(5)]))
        #expect(try typed(.number, .array([.text("y"), .text("x")])) == nil)
        #expect(try typed(.number, .array([])) == .array([]))
        #expect(try typed(.boolean, .text("false")) == .boolean(false))
        #expect(try typed(.boolean, .text("False")) == nil)
        #expect(try typed(.boolean, .whole(1)) == nil)
        #expect(try typed(.string, .text("5")) == .text("5"))
        #expect(try typed(.string, .whole(5)) == nil)
        #expect(try typed(.time, .text("2026-01-02T03:04:05.6789Z")) == .time(1_767_323_045_678))
        #expect(try typed(.time, .text("2026-01-02T03:04:05")) == nil)
        #expect(try typed(.time, .whole(-1)) == .time(-1))
        #expect(try typed(.time, .number(1)) == nil)
        #expect(try typed(.time, .whole(253_402_300_799_999)) == .time(253_402_300_799_999))
        #expect(try typed(.time, .whole(253_402_300_800_000)) == nil)
    }

    @Test func shouldMakeSeveralValuesOfOneAttribute() throws {
        let rules = SurvivorshipRules.made([
            AttributeRule(name: bytes("latest"), from: bytes("a"), rule: .last()),
            AttributeRule(name: bytes("b"), from: bytes("a"), rule: .set(cap: 8)),
            AttributeRule(name: bytes("a"), rule: .first),
        ])
        let profile = try ProfileArithmetic(rules).profile([
            ModelEvent(1, .text("x")), ModelEvent(2, .text("y")),
            ModelEvent(3, "s", "", "b", .text("taken")), ModelEvent(3, "s", "", "c", .text("z")),
        ])
        #expect(
            profile == [
                "latest": .text("y"), "b": .array([.text("x"), .text("y")]), "a": .text("x"),
                "c": .text("z"),
            ])
    }

    /// An attribute whose name is that of a value made of another one is not kept.
    @Test func shouldGiveANameToItsRuleAlone() throws {
        let rules = SurvivorshipRules.made([
            AttributeRule(name: bytes("mail"), from: bytes("email"), rule: .last())
        ])
        let arithmetic = ProfileArithmetic(rules)
        #expect(try arithmetic.profile([ModelEvent(1, "s", "", "mail", .text("x"))]).isEmpty)
        #expect(
            try arithmetic.profile([ModelEvent(1, "s", "", "email", .text("x"))])
                == ["mail": .text("x")])
    }

    @Test func shouldKeepNothingElseWhereItIsStrict() throws {
        let rules = SurvivorshipRules.made(
            isStrict: true, [AttributeRule(name: bytes("a"), rule: .last())])
        let arithmetic = ProfileArithmetic(rules)
        #expect(try arithmetic.profile([ModelEvent(1, "s", "", "b", .text("x"))]).isEmpty)
        #expect(try arithmetic.profile([ModelEvent(1, .text("x"))]) == ["a": .text("x")])
    }
}
