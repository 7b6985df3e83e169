import IdentityModel
import ProfileCore
import TestSupport
import Testing

/// Rules that remember events: windows, caps and ids at their edges.
@Suite("Remembered events")
struct TileTests {
    private func value(
        _ rule: SurvivorshipRule, _ events: [ModelEvent]
    ) throws -> ModelValue? {
        let arithmetic = ProfileArithmetic(.only(rule))
        let value = try arithmetic.profile(events)["a"]
        #expect(try arithmetic.profile(events.reversed() + events)["a"] == value)
        return value
    }

    private func event(
        _ time: Int64, _ id: String, _ value: ModelValue = .whole(1), member: UInt64 = 1
    ) -> ModelEvent {
        ModelEvent(time, "s", id, member: member, value)
    }

    // MARK: What they say

    @Test func shouldCountAndAddEachEventOnce() throws {
        let events = [
            event(1, "x", .whole(5)), event(2, "y", .number(500_000_000_000_000)),
            event(3, "z", .text("7")), event(1, "x", .whole(5)),
            // The same event, seen of another member, and said of an older time.
            event(1, "x", .whole(5), member: 2), event(0, "y", .whole(100)),
        ]
        #expect(try value(.count(windowSeconds: 10), events) == .whole(3))
        #expect(
            try value(.sum(windowSeconds: 10), events) == .number(5_500_000_000_000_000))
        let typed = ProfileArithmetic(.only(.sum(windowSeconds: 10), type: .number))
        #expect(try typed.profile(events)["a"] == .number(12_500_000_000_000_000))
    }

    /// Of one id and time the greater value stands.
    @Test func shouldKeepTheGreaterOfOneEvent() throws {
        let events = [event(1, "x", .whole(5)), event(1, "x", .whole(7)), event(1, "x", .whole(6))]
        #expect(try value(.sum(windowSeconds: 10), events) == .whole(7))
        #expect(try value(.mostFrequent(windowSeconds: 10), events) == .whole(7))
    }

    @Test func shouldFoldNoEventWithoutAnId() throws {
        for rule in [
            SurvivorshipRule.count(windowSeconds: 1), .sum(windowSeconds: 1),
            .mostFrequent(windowSeconds: 1),
        ] {
            #expect(try value(rule, [event(1, "")]) == nil)
            #expect(try value(rule, [event(1, ""), event(2, "x")]) != nil)
        }
    }

    @Test func shouldAddNumbersAloneAndWithoutOverflow() throws {
        let greatest = ModelValue.number(FixedNumber.eventBound - 1)
        let least = ModelValue.number(-FixedNumber.eventBound + 1)
        let count = ProfileLimits.tileEvents
        for number in [greatest, least] {
            guard case .number(let units) = number else { return }
            let events = (0..<count).map { event(Int64($0), "\($0)", number) }
            #expect(
                try value(.sum(windowSeconds: 10), events) == .number(units * Int128(count)))
        }
        #expect(
            try value(
                .sum(windowSeconds: 10),
                [event(1, "x", .boolean(true)), event(2, "y", .array([.whole(3)]))]) == nil)
    }

    @Test func shouldSayWhichValueIsMostFrequent() throws {
        let rule = SurvivorshipRule.mostFrequent(windowSeconds: 10)
        let (red, blue) = (ModelValue.text("red"), ModelValue.text("blue"))
        let green = ModelValue.text("green")
        #expect(
            try value(rule, [event(1, "1", red), event(2, "2", red), event(3, "3", blue)]) == red)
        // Of equals that of the latest event.
        #expect(try value(rule, [event(2, "1", red), event(3, "2", blue)]) == blue)
        #expect(try value(rule, [event(3, "1", red), event(2, "2", blue)]) == red)
        // Then the greatest.
        #expect(try value(rule, [event(3, "1", red), event(3, "2", blue)]) == red)
        // An array is said once for each of its elements that differ.
        let events = [
            event(1, "1", .array([red, red, red])), event(2, "2", .array([blue, green])),
            event(3, "3", .array([green, green])), event(4, "4", .array([])),
        ]
        #expect(try value(rule, events) == green)
        #expect(try value(rule, [event(1, "1", .array([]))]) == nil)
    }

    @Test func shouldLeaveLongValuesUncounted() throws {
        let rule = SurvivorshipRule.mostFrequent(windowSeconds: 10)
        let longest = ModelValue.string(
            [UInt8](repeating: 0x78, count: ProfileLimits.frequentValueBytes - 2))
        let tooLong = ModelValue.string(
            [UInt8](repeating: 0x79, count: ProfileLimits.frequentValueBytes - 1))
        #expect(longest.byteCount == ProfileLimits.frequentValueBytes)
        #expect(
            try value(rule, [event(1, "1", longest), event(2, "2", tooLong)]) == longest)
        #expect(try value(.count(windowSeconds: 10), [event(2, "2", tooLong)]) == .whole(1))
    }

    // MARK: Windows

    @Test func shouldForgetAtTheEdgeOfTheWindow() throws {
        let rule = SurvivorshipRule.count(windowSeconds: 2)
        #expect(try value(rule, [event(1_000, "x"), event(2_999, "y")]) == .whole(2))
        #expect(try value(rule, [event(1_000, "x"), event(3_000, "y")]) == .whole(1))
        #expect(try value(rule, [event(999, "x"), event(3_000, "y")]) == .whole(1))
        // By the latest event of the fold, whichever member it was said of.
        #expect(
            try value(
                rule,
                [event(1_000, "x"), event(2_000, "y", member: 2), event(3_000, "z", member: 3)])
                == .whole(2))
    }

    /// The longest window between the earliest and the latest times that there are.
    @Test func shouldReachOverTheCalendar() throws {
        let events = [
            event(EventTime.minimum.milliseconds, "x"), event(EventTime.maximum.milliseconds, "y"),
        ]
        #expect(
            try value(.count(windowSeconds: ProfileLimits.windowSeconds), events) == .whole(1))
    }

    /// An event that is forgotten and comes again at a later time counts then.
    @Test func shouldCountAnEventByItsLatestTime() throws {
        let rule = SurvivorshipRule.count(windowSeconds: 2)
        let events = [event(0, "x"), event(5_000, "y"), event(4_000, "x")]
        #expect(try value(rule, events) == .whole(2))
    }

    // MARK: Caps

    @Test func shouldRememberTheLatestEvents() throws {
        let limit = ProfileLimits.tileEvents
        for surplus in [0, 1, 2, 200] {
            var chance = SeededGenerator(seed: UInt64(surplus))
            let events = (0..<limit + surplus).map {
                event(Int64($0), "id-\($0)", .whole(Int128($0)))
            }
            let arithmetic = ProfileArithmetic(.only(.sum(windowSeconds: 10)))
            let sum = (surplus..<limit + surplus).reduce(0, +)
            for parts in [1, 2, 7] {
                let shuffled = chance.shuffled(events).enumerated().map { index, event in
                    var event = event
                    event.member = NodeKey(high: 0, low: UInt64(index % parts))
                    return event
                }
                let entries = try arithmetic.entries(shuffled)
                #expect(try entries.map { try ModelBlock.value($0.value) } == [.whole(Int128(sum))])
                #expect(
                    entries.map(\.origin) == [
                        .events(
                            count: limit, first: EventTime(milliseconds: Int64(surplus)),
                            last: EventTime(milliseconds: Int64(limit + surplus - 1)),
                            isFull: true)
                    ])
            }
        }
    }

    /// Of events of one time it goes by their ids' hashes: the same ones stay in any order.
    @Test func shouldRememberTheSameOfEqualTimes() throws {
        var chance = SeededGenerator(seed: 6)
        let events = (0..<ProfileLimits.tileEvents + 60).map {
            event(7, "id-\($0)", .whole(Int128($0)))
        }
        let arithmetic = ProfileArithmetic(.only(.sum(windowSeconds: 10)))
        let expected = try arithmetic.fragment(events)
        for _ in 0..<4 { #expect(try arithmetic.fragment(chance.shuffled(events)) == expected) }
    }
}
