package import ProfileCore

/// Survivorship rules as profiles.yaml says them, in one form: what would hold without being said
/// is left out, attributes come in the order of their names. Encoded it is a file that means the
/// same rules.
package struct ProfilesForm: Codable, Equatable, Sendable {
    /// Whether attributes that no rule is made of are not kept.
    package let strict: Bool
    /// One rule for each value.
    package let attributes: [Attribute]

    /// The rule of one value.
    package struct Attribute: Codable, Equatable, Sendable {
        /// The value's name in the profile.
        package let name: String
        /// The observed attribute that it is made of; nil: that of the same name.
        package let from: String?
        /// What observed values are brought to; nil: they are taken as they come.
        package let type: String?
        /// The rule's word.
        package let rule: String
        /// Of `last`: the sources that count only where no other has said a value.
        package let setOnce: [String]?
        /// Of `most-trusted`: the sources, the most trusted first.
        package let sources: [String]?
        /// Of `set`: the most elements.
        package let cap: Int?
        /// Of `count`, `sum` and `most-frequent`: how long before the latest event others count.
        package let window: String?
        /// True where the value is masked for whoever did not ask to see it.
        package let sensitive: Bool?

        private enum CodingKeys: String, CodingKey {
            case name, from, type, rule, sources, cap, window, sensitive
            case setOnce = "set_once"
        }
    }

    /// The form of rules.
    package init(_ rules: SurvivorshipRules) {
        strict = rules.isStrict
        attributes = rules.attributes.map { Attribute($0) }
    }
}

extension ProfilesForm.Attribute {
    fileprivate init(_ attribute: AttributeRule) {
        name = Self.text(attribute.name)
        from = attribute.from == attribute.name ? nil : Self.text(attribute.from)
        type = attribute.type?.word
        rule = RuleWord(attribute.rule).rawValue
        sensitive = attribute.isSensitive ? true : nil
        var (setOnce, sources): ([String]?, [String]?)
        var cap: Int?
        switch attribute.rule {
        case .last(let named): setOnce = named.isEmpty ? nil : named.map(Self.text)
        case .mostTrusted(let ranking): sources = ranking.map(Self.text)
        case .set(let elements): cap = elements
        case .first, .max, .min, .count, .sum, .mostFrequent: break
        }
        (self.setOnce, self.sources, self.cap) = (setOnce, sources, cap)
        window = attribute.rule.windowSeconds.map(WindowText.print)
    }

    /// Names and sources are UTF-8: they came from text.
    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
