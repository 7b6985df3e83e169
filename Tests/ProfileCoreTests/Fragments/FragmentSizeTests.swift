import IdentityModel
import ProfileCore
import TestSupport
import Testing

/// Nothing takes more than the units that its rule was counted for.
@Suite("Sizes of fragments")
struct FragmentSizeTests {
    private let name = [UInt8](repeating: 0x6e, count: AttributeLimits.nameBytes)
    private let origin = [UInt8](repeating: 0x6f, count: AttributeLimits.nameBytes)
    private let greatest = ModelValue.number(FixedNumber.eventBound - 1)

    private func string(_ byteCount: Int, _ first: Int) -> ModelValue {
        let digits = Array("\(1_000 + first)".utf8)
        let head = byteCount > 130 ? 3 : 2
        return .string(
            digits + [UInt8](repeating: 0x78, count: byteCount - head - digits.count))
    }

    /// The bytes of a fold that holds all that one rule keeps, with everything as long as can be.
    private func count(_ rule: SurvivorshipRule, _ values: [ModelValue]) throws -> Int {
        let arithmetic = ProfileArithmetic(
            .made([AttributeRule(name: name, from: origin, rule: rule)]))
        let events = values.enumerated().map { index, value in
            var source = [UInt8](repeating: 0x73, count: EventLimits.sourceBytes)
            source[0] = 0x74 - UInt8(index % 2)
            return ModelEvent(
                member: NodeKey(high: UInt64.max, low: UInt64.max),
                time: EventTime.maximum.milliseconds - Int64(index), source: source,
                id: Array("\(index)".utf8), attributes: [origin: value])
        }
        return try arithmetic.fold(events).count - 8
    }

    private func room(_ rule: SurvivorshipRule) -> Int {
        SurvivorshipRules.only(rule).units * ProfileLimits.unitBytes
    }

    @Test func shouldFitRegistersIntoTheirUnit() throws {
        let longest = string(AttributeLimits.valueBytes, 0)
        var sources = [[UInt8](repeating: 0x73, count: EventLimits.sourceBytes)]
        for rule in [
            SurvivorshipRule.last(), .first, .max, .min, .mostTrusted(ranking: sources),
        ] {
            let count = try count(rule, [longest])
            // A name, a tag, another name's hash, a length; a time, a source, a member, a value.
            #expect(count == 65 + 1 + 8 + 2 + 7 + 258 + 16 + 1_024)
            #expect(count <= ProfileLimits.unitBytes)
        }
        sources[0][0] = 0x74
        let both = SurvivorshipRule.last(setOnce: sources)
        #expect(try count(both, [longest, longest]) <= room(both))
        #expect(room(both) == 2 * ProfileLimits.unitBytes)
    }

    @Test func shouldFitSetsIntoTheirUnits() throws {
        for cap in 1...ProfileLimits.setElements {
            let rule = SurvivorshipRule.set(cap: cap)
            let values = (0..<cap).map { string(ProfileLimits.setElementBytes, $0) }
            let count = try count(rule, values)
            #expect(count > cap * (7 + 258 + 16 + 256))
            #expect(count <= room(rule), "\(cap)")
        }
    }

    @Test func shouldFitTilesIntoTheirUnits() throws {
        let window = ProfileLimits.windowSeconds
        let limit = ProfileLimits.tileEvents
        let numbers = [ModelValue](repeating: greatest, count: limit)
        let texts = (0..<limit).map { string(ProfileLimits.frequentValueBytes, $0) }
        for (rule, values, least) in [
            (SurvivorshipRule.count(windowSeconds: window), numbers, 23),
            (.sum(windowSeconds: window), numbers, 42),
            (.mostFrequent(windowSeconds: window), texts, 87),
        ] {
            let count = try count(rule, values)
            #expect(count > least * limit)
            #expect(count <= room(rule))
        }
    }

    /// All units with registers, under names and values of full length.
    @Test func shouldFitAllTogether() throws {
        let arithmetic = ProfileArithmetic(.standing)
        var fold: [UInt8] = []
        var chance = SeededGenerator(seed: 11)
        for index in 0..<ProfileLimits.units + 20 {
            var name = name
            name[0] = 0x20 + UInt8(index % 90)
            name[1] = 0x20 + UInt8(index / 90)
            let event = ModelEvent(
                time: EventTime.maximum.milliseconds,
                source: [UInt8](repeating: 0x73, count: EventLimits.sourceBytes),
                attributes: [name: string(AttributeLimits.valueBytes, 0)])
            var fragment: [UInt8] = []
            _ = try arithmetic.fold(event.observation(&chance).span, into: &fragment)
            try arithmetic.join(
                fragment.span, of: NodeKey(high: 0, low: UInt64(index)), into: &fold)
        }
        #expect(try arithmetic.entries(of: fold.span).count == ProfileLimits.units)
        #expect(fold.count > ProfileLimits.fragmentBytes * 9 / 10)
        #expect(fold.count <= ProfileLimits.fragmentBytes)
    }
}
