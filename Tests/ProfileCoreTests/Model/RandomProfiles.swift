import IdentityModel
import ProfileCore
import TestSupport

/// Rules and events of chance, of few names, times, values, sources and ids, so that they tie.
struct RandomProfiles {
    var chance: SeededGenerator

    private static let names = ["a", "b", "c", "d", "e", "ab", "f"].map { Array($0.utf8) }
    private static let sources = ["s", "t", "u", "web", "v"].map { Array($0.utf8) }

    init(seed: UInt64) { chance = SeededGenerator(seed: seed) }

    // MARK: Rules

    /// Rules of a version.
    mutating func rules(version: UInt64) -> SurvivorshipRules {
        var rules: [AttributeRule] = []
        for name in Self.names where chance.chance(60) {
            let from = chance.chance(25) ? chance.pick(Self.names) : name
            let rule = rule()
            var type = chance.chance(40) ? chance.pick(AttributeType.allCases) : nil
            if case .sum = rule, type != nil { type = .number }
            rules.append(
                AttributeRule(
                    name: name, from: from, type: type, isSensitive: chance.chance(20), rule: rule))
        }
        let isStrict = chance.chance(20)
        // Some are too large together; then the first ones are enough.
        while true {
            do {
                return try SurvivorshipRules(
                    version: version, isStrict: isStrict, attributes: rules)
            } catch {
                rules.removeLast()
            }
        }
    }

    private mutating func rule() -> SurvivorshipRule {
        let window = chance.pick([1, 2, 5, ProfileLimits.windowSeconds])
        switch chance.below(11) {
        case 0: return .last()
        case 1, 2: return .last(setOnce: someSources())
        case 3: return .first
        case 4: return .max
        case 5: return .min
        case 6:
            let count = 1 + chance.below(3)
            return .mostTrusted(ranking: Array(chance.shuffled(Self.sources).prefix(count)))
        case 7: return .set(cap: chance.pick([1, 2, 3, 8]))
        case 8: return .count(windowSeconds: window)
        case 9: return .sum(windowSeconds: window)
        default: return .mostFrequent(windowSeconds: window)
        }
    }

    private mutating func someSources() -> [[UInt8]] {
        Array(chance.shuffled(Self.sources).prefix(chance.below(3)))
    }

    // MARK: Events

    /// So many events of a few members.
    mutating func events(_ count: Int) -> [ModelEvent] {
        (0..<count).map { _ in
            var attributes: [[UInt8]: ModelValue] = [:]
            for _ in 0..<chance.below(5) { attributes[chance.pick(Self.names)] = value() }
            return ModelEvent(
                member: NodeKey(high: 0, low: UInt64(chance.below(4))),
                time: chance.chance(5)
                    ? chance.pick([EventTime.minimum, .maximum]).milliseconds
                    : Int64(chance.below(6)) * 700,
                source: chance.pick(Self.sources),
                id: chance.chance(10) ? [] : Array("id\(chance.below(12))".utf8),
                attributes: attributes)
        }
    }

    /// A value that an event may have.
    mutating func value() -> ModelValue {
        guard chance.chance(20) else { return scalar() }
        return .array((0..<chance.below(5)).map { _ in scalar() })
    }

    private mutating func scalar() -> ModelValue {
        switch chance.below(6) {
        case 0: return .boolean(chance.chance(50))
        case 1: return chance.chance(50) ? .text("true") : .text("false")
        case 2:
            return .number(
                chance.pick([0, 1, -1, 1_500_000_000_000_000, 1_767_323_045_000 * units, 5 * units])
            )
        case 3: return .text(chance.pick(ModelTypes.numbers.keys.sorted()))
        case 4: return .text(chance.pick(ModelTypes.times.keys.sorted()))
        default: return .text(chance.pick(ModelTypes.words))
        }
    }

    private let units: Int128 = 1_000_000_000_000_000
}
