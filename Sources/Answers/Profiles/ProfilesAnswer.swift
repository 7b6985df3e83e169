package import ProfileCore

/// The survivorship rules of a store, or of a file that was checked.
package struct ProfilesAnswer: Codable, Equatable, Sendable {
    /// Rises with each change of a store's rules; 0 are those of a store that was given none. Nil
    /// for those of a file.
    package var version: UInt64?
    /// Whether the rules are in force only now; nil where they were not to change.
    package var changed: Bool?
    /// How many rules there are.
    package let rules: Int
    /// What they take of a fragment.
    package let units: Int
    /// What a fragment holds.
    package let unitLimit: Int
    /// The rules, as a file says them.
    package let profiles: ProfilesForm

    private enum CodingKeys: String, CodingKey {
        case version, changed, rules, units, profiles
        case unitLimit = "unit_limit"
    }

    /// The rules of a file.
    package init(ofFile rules: SurvivorshipRules) {
        self.rules = rules.attributes.count
        units = rules.units
        unitLimit = ProfileLimits.units
        profiles = ProfilesForm(rules)
    }

    /// The rules in force, and whether they are so only now.
    package init(inForce rules: SurvivorshipRules, changed: Bool? = nil) {
        self.init(ofFile: rules)
        version = rules.version
        self.changed = changed
    }
}
