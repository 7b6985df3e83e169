import IdentityModel
import ProfileCore
import TestSupport
import Testing

/// Damaged bytes throw or give something; they never trap.
@Suite("Damaged fragments")
struct ProfileDamageTests {
    /// Does all that there is to do with bytes that may be anything.
    private func tryEverything(
        _ bytes: [UInt8], _ arithmetic: ProfileArithmetic, _ fragment: [UInt8], _ fold: [UInt8]
    ) {
        var target = fragment
        let member = NodeKey(high: 1, low: 2)
        _ = try? arithmetic.fold(bytes.span, into: &target)
        var observation: [UInt8] = []
        Observation.appendFragment(bytes.span, to: &observation)
        _ = try? arithmetic.fold(observation.span, into: &target)
        target = fold
        try? arithmetic.join(bytes.span, of: member, into: &target)
        try? arithmetic.join(fold: bytes.span, into: &target)
        target = bytes
        try? arithmetic.join(fragment.span, of: member, into: &target)
        target = bytes
        try? arithmetic.join(fold: fold.span, into: &target)
        _ = try? arithmetic.converted(bytes.span)
        _ = try? arithmetic.entries(of: bytes.span)
        // What a profile tells can be read and printed.
        if let block = try? arithmetic.profile(of: bytes.span) {
            #expect(throws: Never.self) { _ = try ModelBlock.decode(block) }
        }
        _ = try? arithmetic.check(eventID: fold.span, block: bytes.span)
        _ = try? SurvivorshipRules(decoding: bytes.span)
        _ = ProfileArithmetic.content(of: bytes.span)
    }

    /// Rules with every slot.
    private var rules: SurvivorshipRules {
        func rule(_ name: String, _ rule: SurvivorshipRule) -> AttributeRule {
            AttributeRule(name: Array(name.utf8), from: [0x61], rule: rule)
        }
        return .made([
            rule("a", .last(setOnce: [[0x74]])), rule("b", .first), rule("c", .max),
            rule("d", .min), rule("e", .mostTrusted(ranking: [[0x73]])), rule("f", .set(cap: 3)),
            rule("g", .count(windowSeconds: 9)), rule("h", .sum(windowSeconds: 9)),
            rule("i", .mostFrequent(windowSeconds: 9)),
        ])
    }

    private let events = [
        ModelEvent(1, "s", "x", .array([.whole(1), .whole(7)])),
        ModelEvent(2, "t", "y", .text("text")), ModelEvent(3, "s", "z", .whole(12)),
    ]

    @Test func shouldRefuseEveryTruncation() throws {
        let arithmetic = ProfileArithmetic(rules)
        var chance = SeededGenerator(seed: 9)
        let fragment = try arithmetic.fragment(events)
        let fold = try arithmetic.fold(events)
        let observation = events[0].observation(&chance)
        for bytes in [fragment, fold, observation] {
            for end in 0..<bytes.count {
                tryEverything(Array(bytes[..<end]), arithmetic, fragment, fold)
            }
        }
        for end in 0..<observation.count {
            let cut = Array(observation[..<end])
            #expect(throws: WireError.self) {
                var target: [UInt8] = []
                _ = try arithmetic.fold(cut.span, into: &target)
            }
        }
        // A cut between two entries leaves a fragment; any other one is seen.
        var whole = 0
        for end in 1..<fold.count {
            let cut = Array(fold[..<end])
            if (try? arithmetic.entries(of: cut.span)) != nil { whole += 1 }
        }
        #expect(whole == 9)
    }

    @Test func shouldNeverTrapOnFlippedBytes() throws {
        let arithmetic = ProfileArithmetic(rules)
        var chance = SeededGenerator(seed: 10)
        let fragment = try arithmetic.fragment(events)
        let fold = try arithmetic.fold(events)
        let newer = ProfileArithmetic(.made(version: 9, rules.attributes))
        for bytes in [fragment, fold, events[0].observation(&chance)] {
            for index in bytes.indices {
                for bit in 0..<UInt8(8) {
                    var flipped = bytes
                    flipped[index] ^= 1 << bit
                    tryEverything(flipped, bit % 2 == 0 ? arithmetic : newer, fragment, fold)
                }
            }
        }
    }

    @Test func shouldNeverTrapOnDamage() throws {
        for seed in 0..<UInt64(TestBudget.rounds(3_000)) {
            var random = RandomProfiles(seed: seed)
            let arithmetic = ProfileArithmetic(random.rules(version: 1))
            let events = random.events(1 + random.chance.below(8))
            let fragment = try arithmetic.fragment(events)
            let fold = try arithmetic.fold(events)
            let observation = events[0].observation(&random.chance)
            let damaged = Mutation.damaged(
                random.chance.pick([fragment, fold, observation]), &random.chance)
            let newer = ProfileArithmetic(random.rules(version: 2))
            tryEverything(damaged, random.chance.pick([arithmetic, newer]), fragment, fold)
        }
    }

    /// Events beyond their limits, which no edge lets pass.
    @Test func shouldRefuseObservationsBeyondTheirLimits() throws {
        let arithmetic = ProfileArithmetic(.standing)
        func isFolded(
            time: Int64 = 1, source: Int = 1, id: Int = 0, name: Int = 1, value: Int = 1,
            count: Int = 1
        ) -> Bool {
            var block: [UInt8] = []
            block.appendVarint(UInt64(count))
            for index in 0..<count {
                block.appendCounted([UInt8](repeating: 0x21 + UInt8(index), count: name).span)
                block.appendValue(string: [UInt8](repeating: 0x78, count: value).span)
            }
            var bytes: [UInt8] = []
            Observation.appendEvent(
                time: EventTime(milliseconds: time),
                source: [UInt8](repeating: 0x73, count: source).span,
                eventID: [UInt8](repeating: 0x69, count: id).span, block: block.span, to: &bytes)
            var fragment: [UInt8] = []
            return (try? arithmetic.fold(bytes.span, into: &fragment)) == true
        }
        #expect(isFolded(time: EventTime.maximum.milliseconds))
        #expect(!isFolded(time: EventTime.maximum.milliseconds + 1))
        #expect(isFolded(time: EventTime.minimum.milliseconds))
        #expect(!isFolded(time: EventTime.minimum.milliseconds - 1))
        #expect(!isFolded(source: 0) && isFolded(source: 256) && !isFolded(source: 257))
        #expect(isFolded(id: 256) && !isFolded(id: 257))
        #expect(!isFolded(name: 0) && isFolded(name: 64) && !isFolded(name: 65))
        #expect(isFolded(value: 1_021) && !isFolded(value: 1_022))
        #expect(isFolded(count: 64) && !isFolded(count: 65))
        #expect(isFolded(value: 1_000, count: 32) && !isFolded(value: 1_000, count: 33))
    }
}
