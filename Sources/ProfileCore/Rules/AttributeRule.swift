/// How one value of a profile comes about.
package struct AttributeRule: Equatable, Sendable {
    /// The value's name in the profile, in bytes of UTF-8.
    package let name: [UInt8]
    /// The observed attribute that it is made of.
    package let from: [UInt8]
    /// What observed values are brought to; nil where they are taken as they come.
    package let type: AttributeType?
    /// Whether the value is masked where nobody asked to see it.
    package let isSensitive: Bool
    /// Which observed values survive.
    package let rule: SurvivorshipRule

    /// A rule for `name`, made of the attribute `from`, or of the one of the same name.
    /// `SurvivorshipRules` checks it.
    package init(
        name: [UInt8], from: [UInt8]? = nil, type: AttributeType? = nil, isSensitive: Bool = false,
        rule: SurvivorshipRule
    ) {
        self.name = name
        self.from = from ?? name
        self.type = type
        self.isSensitive = isSensitive
        self.rule = rule.canonical
    }
}

/// What values are brought to before they are folded, arrays element by element. What does not fit
/// is refused at the edge; what came in under other rules is not folded. The numbers are stored.
package enum AttributeType: UInt8, Sendable, CaseIterable {
    /// Strings.
    case string = 1
    /// Numbers, and strings that are JSON numbers.
    case number = 2
    /// Booleans, and the strings `true` and `false`.
    case boolean = 3
    /// RFC 3339 strings with a zone, and whole numbers of milliseconds since 1970.
    case time = 4
}

/// Which observed values survive. Each is a join: commutative, associative, idempotent.
package enum SurvivorshipRule: Equatable, Sendable {
    /// The latest by event time; of equal times the greatest value, source, member. The sources of
    /// `setOnce` count only where no other source has said a value, and then by their earliest.
    case last(setOnce: [[UInt8]] = [])
    /// The earliest by event time; of equal times an array before a scalar, then the least value,
    /// source, member.
    case first
    /// The greatest value; of equal values the earliest.
    case max
    /// The least value; of equal values the earliest.
    case min
    /// The value of the source that comes first in the ranking, of those not in it last; then as
    /// `last`.
    case mostTrusted(ranking: [[UInt8]])
    /// The distinct values with the latest event times, at most `cap`.
    case set(cap: Int)
    /// How many events carried the attribute in the window before the latest of them.
    case count(windowSeconds: Int)
    /// The sum of the numbers that events in that window carried.
    case sum(windowSeconds: Int)
    /// The value that most events in that window carried; of equals the one with the latest event,
    /// then the greatest.
    case mostFrequent(windowSeconds: Int)

    /// The window of a rule that remembers events.
    package var windowSeconds: Int? {
        switch self {
        case .count(let seconds), .sum(let seconds), .mostFrequent(let seconds): seconds
        default: nil
        }
    }

    /// The same rule in its one form: what has no order is sorted.
    var canonical: SurvivorshipRule {
        guard case .last(let setOnce) = self else { return self }
        return .last(setOnce: setOnce.sorted { $0.lexicographicallyPrecedes($1) })
    }

    /// The sources that it names.
    var sources: [[UInt8]] {
        switch self {
        case .last(let sources), .mostTrusted(let sources): sources
        default: []
        }
    }
}
