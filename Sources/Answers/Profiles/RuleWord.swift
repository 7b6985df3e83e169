package import ProfileCore

/// What a survivorship rule is called in profiles.yaml and in answers.
package enum RuleWord: String, CaseIterable, Sendable {
    /// The latest word.
    case last
    /// The earliest word.
    case first
    /// The earliest word, as PostHog calls it.
    case setOnce = "set-once"
    /// The greatest value.
    case max
    /// The least value.
    case min
    /// The latest distinct values.
    case set
    /// The word of the source that is trusted most.
    case mostTrusted = "most-trusted"
    /// The value that most events in a window carried.
    case mostFrequent = "most-frequent"
    /// How many events in a window carried it.
    case count
    /// The sum over the events in a window.
    case sum

    /// The word of a rule. `set-once` and `first` are one rule: it is called `first`.
    package init(_ rule: SurvivorshipRule) {
        self =
            switch rule {
            case .last: .last
            case .first: .first
            case .max: .max
            case .min: .min
            case .mostTrusted: .mostTrusted
            case .set: .set
            case .count: .count
            case .sum: .sum
            case .mostFrequent: .mostFrequent
            }
    }

    /// What may be said of such a rule beyond what may be said of each.
    package var options: [RuleOption] {
        switch self {
        case .last: [.setOnce]
        case .mostTrusted: [.sources]
        case .set: [.cap]
        case .count, .sum, .mostFrequent: [.window]
        case .first, .setOnce, .max, .min: []
        }
    }
}

/// What belongs to some rules only, as profiles.yaml and answers name it.
package enum RuleOption: String, CaseIterable, Sendable {
    /// The sources that count only where no other source has said a value.
    case setOnce = "set_once"
    /// The sources by trust, the most trusted first.
    case sources
    /// The most elements of a set.
    case cap
    /// How long before the latest event others count.
    case window
}

extension AttributeType {
    /// What the type is called in profiles.yaml and in answers.
    package var word: String {
        switch self {
        case .string: "string"
        case .number: "number"
        case .boolean: "boolean"
        case .time: "time"
        }
    }

    /// The type of a word; nil where none is called so.
    package init?(word: String) {
        guard let type = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = type
    }
}
