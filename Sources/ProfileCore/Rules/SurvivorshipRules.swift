import IdentityModel

/// The rules by which a store makes profiles, checked: no part contradicts another, and what they
/// keep fits into a fragment.
///
/// An observed attribute that no rule is made of is kept under its own name by `last`, as long as
/// there is room and no rule has that name, unless the rules are strict.
package struct SurvivorshipRules: Equatable, Sendable {
    /// Rises with each change of a store's rules; 0 are those of a store that was given none.
    package let version: UInt64
    /// Whether attributes that no rule is made of are not kept.
    package let isStrict: Bool
    /// One rule for each value, ascending by the names' bytes.
    package let attributes: [AttributeRule]

    /// The greatest version: a bit is left for what tells a fold from a fragment.
    package static let greatestVersion = UInt64.max >> 1

    /// The rules of a store that was given none: everything is kept by `last`.
    package static let standing = SurvivorshipRules(
        version: 0, isStrict: false, checked: [])

    private init(version: UInt64, isStrict: Bool, checked: [AttributeRule]) {
        self.version = version
        self.isStrict = isStrict
        attributes = checked
    }

    /// Rules in any order; throws what is wrong with them.
    package init(
        version: UInt64, isStrict: Bool = false, attributes: [AttributeRule]
    ) throws(RulesFault) {
        guard version <= SurvivorshipRules.greatestVersion else {
            throw RulesFault(message: "a version of rules is at most 2^63 - 1")
        }
        guard attributes.count <= ProfileLimits.rules else {
            throw RulesFault(
                message: "there are \(attributes.count) attribute rules, \(ProfileLimits.rules) "
                    + "are allowed: remove those that only say last, which holds without a rule")
        }
        let sorted = attributes.sorted { $0.name.lexicographicallyPrecedes($1.name) }
        for rule in sorted { try SurvivorshipRules.check(rule) }
        for (rule, next) in zip(sorted, sorted.dropFirst()) where rule.name == next.name {
            throw RulesFault(
                message: "\(rule.title) has two rules: give one of them another name, and the "
                    + "attribute that it is made of in from")
        }
        self.init(version: version, isStrict: isStrict, checked: sorted)
        try checkSize()
    }

    /// The same rules under another version, which is at most `greatestVersion`.
    package func numbered(_ version: UInt64) -> SurvivorshipRules {
        precondition(version <= SurvivorshipRules.greatestVersion, "versions count changes")
        return SurvivorshipRules(version: version, isStrict: isStrict, checked: attributes)
    }

    /// The units that the rules take; attributes without a rule have the others.
    package var units: Int {
        attributes.reduce(0) { $0 + ProfileLimits.units(of: $1.rule) }
    }

    /// Whether the value of that name is masked where nobody asked to see it.
    package func isSensitive(_ name: Span<UInt8>) -> Bool {
        attributes.contains { rule in
            rule.isSensitive && rule.name.count == name.count
                && rule.name.indices.allSatisfy { rule.name[$0] == name[$0] }
        }
    }

    private func checkSize() throws(RulesFault) {
        let units = units
        if units > ProfileLimits.units,
            let greatest = attributes.max(by: { left, right in
                ProfileLimits.units(of: left.rule) < ProfileLimits.units(of: right.rule)
            })
        {
            let most = ProfileLimits.units(of: greatest.rule)
            throw RulesFault(
                message: "the rules take \(units) units, \(ProfileLimits.units) are allowed, and "
                    + "\(greatest.title) alone takes \(most): lower the caps of sets, or remove "
                    + "rules")
        }
        let length = numbered(SurvivorshipRules.greatestVersion).encode().count
        guard length <= ProfileLimits.rulesBytes else {
            throw RulesFault(
                message: "the rules take \(length) bytes, \(ProfileLimits.rulesBytes) are allowed: "
                    + "name fewer sources")
        }
    }

    private static func check(_ rule: AttributeRule) throws(RulesFault) {
        for name in [rule.name, rule.from] {
            guard let rejected = AttributeNames.rejected(name.span) else { continue }
            throw RulesFault(message: "\(rule.title): \(rejected.message)")
        }
        if case .set(let cap) = rule.rule, cap < 1 || cap > ProfileLimits.setElements {
            throw RulesFault(
                message: "\(rule.title): a set keeps 1 to \(ProfileLimits.setElements) elements, "
                    + "not \(cap)")
        }
        if let seconds = rule.rule.windowSeconds,
            seconds < 1 || seconds > ProfileLimits.windowSeconds
        {
            throw RulesFault(
                message: "\(rule.title): a window is 1 second to \(ProfileLimits.windowDays) days, "
                    + "not \(seconds) s")
        }
        if case .sum = rule.rule, let type = rule.type, type != .number {
            throw RulesFault(
                message: "\(rule.title): a sum adds numbers: leave its type out, or make it number")
        }
        if case .mostTrusted(let ranking) = rule.rule, ranking.isEmpty {
            throw RulesFault(message: "\(rule.title): name the sources, the most trusted first")
        }
        try check(rule.rule.sources, of: rule)
    }

    private static func check(
        _ sources: [[UInt8]], of rule: AttributeRule
    ) throws(RulesFault) {
        guard sources.count <= ProfileLimits.sources else {
            throw RulesFault(
                message: "\(rule.title): a rule names at most \(ProfileLimits.sources) sources, "
                    + "not \(sources.count)")
        }
        for source in sources where source.isEmpty || source.count > EventLimits.sourceBytes {
            throw RulesFault(
                message: "\(rule.title): a source has 1 to \(EventLimits.sourceBytes) bytes, not "
                    + "\(source.count)")
        }
        let sorted = sources.sorted { $0.lexicographicallyPrecedes($1) }
        for (source, next) in zip(sorted, sorted.dropFirst()) where source == next {
            throw RulesFault(
                message: "\(rule.title): the source \(String(decoding: source, as: UTF8.self)) "
                    + "is named twice")
        }
    }
}

extension AttributeRule {
    /// How messages name it.
    fileprivate var title: String { "attribute \(String(decoding: name, as: UTF8.self))" }
}
