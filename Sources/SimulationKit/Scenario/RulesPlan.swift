package import ProfileCore
internal import RetailWorkload

/// By which survivorship rules profiles are made in a run, and when its partitions are told.
package struct RulesPlan: Equatable, Sendable {
    /// In force from before the first event; nil: those of a store that was given none.
    package var first: SurvivorshipRules?
    /// In force from somewhere in the middle on; nil: the first stay.
    package var second: SurvivorshipRules?
    /// By partition: behind how many hundredths of the events its log tells of the second rules.
    package var places: [Int]
    /// Whether all events come again as soon as all partitions know the second rules; if not, only
    /// once their sweeps have ended.
    package var repeatsEarly: Bool

    /// The standing rules, all the time.
    package static let standing = RulesPlan(
        first: nil, second: nil, places: [], repeatsEarly: false)

    /// Those in force at the end.
    package var last: SurvivorshipRules { second ?? first ?? .standing }

    /// Draws one.
    static func drawn(_ chance: inout SplitMix64) -> RulesPlan {
        var plan = RulesPlan.standing
        let kind = chance.next(below: 10)
        if kind >= 4 { plan.first = rules(version: 1, &chance) }
        if kind >= 7 {
            if kind == 9 { plan.first = nil }
            plan.second = rules(version: 3, &chance)
            plan.places = (0..<Identifiers.maximumPartitions).map { _ in
                chance.next(below: 101)
            }
            plan.repeatsEarly = chance.chance(50)
        }
        return plan
    }

    // MARK: Rules

    private static let sources = (0..<Identifiers.sourceCount).map { Identifiers.source($0) }

    private static func rules(
        version: UInt64, _ chance: inout SplitMix64
    ) -> SurvivorshipRules {
        var rules: [AttributeRule] = []
        for name in SaidAttributes.names where chance.chance(75) {
            let from = chance.chance(15) ? chance.pick(SaidAttributes.names) : name
            var type = chance.chance(20) ? chance.pick(AttributeType.allCases) : nil
            let rule = rule(&chance)
            // A sum adds nothing else.
            if case .sum = rule, type != nil { type = .number }
            rules.append(AttributeRule(name: name, from: from, type: type, rule: rule))
        }
        do {
            return try SurvivorshipRules(
                version: version, isStrict: chance.chance(20), attributes: rules)
        } catch {
            preconditionFailure("so few rules fit: \(error.message)")
        }
    }

    private static func rule(_ chance: inout SplitMix64) -> SurvivorshipRule {
        // Events are multiples of 0.7 seconds apart.
        let window = chance.pick([1, 2, 3, 1_000])
        switch chance.next(below: 10) {
        case 0: return .last()
        case 1, 2:
            var once = sources
            chance.shuffle(&once)
            return .last(setOnce: Array(once.prefix(1 + chance.next(below: 2))))
        case 3: return .first
        case 4: return .max
        case 5: return .min
        case 6:
            var ranking = sources
            chance.shuffle(&ranking)
            return .mostTrusted(ranking: Array(ranking.prefix(1 + chance.next(below: 3))))
        case 7: return .set(cap: chance.pick([1, 2, 3]))
        case 8:
            return chance.chance(50)
                ? .count(windowSeconds: window) : .sum(windowSeconds: window)
        default: return .mostFrequent(windowSeconds: window)
        }
    }
}
