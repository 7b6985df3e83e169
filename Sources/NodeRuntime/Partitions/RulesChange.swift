package import IdentityModel
package import ProfileCore

/// What it takes to have survivorship rules in force in every partition of a store.
///
/// Rules come to a partition by a record in its log, so a process that ends between two of these
/// leaves partitions under different rules. Each change therefore begins with what all of them
/// have: the rules of the greatest version are the store's, and whoever lacks them gets them.
package struct RulesChange: Sendable {
    /// The rules, under the version that all partitions have them by then.
    package let rules: SurvivorshipRules
    /// Whether they are other rules than the store's before.
    package let isNew: Bool
    /// The partitions that lack them.
    package let lacking: [PartitionID]

    /// The way from the rules that the partitions have, by number, to others; nil for those of the
    /// store. Where rules are others, or those of a greater version, their version becomes the
    /// next one, or their own if that is greater.
    package init(from present: [SurvivorshipRules], to given: SurvivorshipRules?) {
        let store = Self.rules(of: present)
        let given = given ?? store
        isNew =
            given.version > store.version || given.isStrict != store.isStrict
            || given.attributes != store.attributes
        rules = isNew ? given.numbered(max(store.version + 1, given.version)) : store
        let version = rules.version
        lacking = present.indices.filter { present[$0].version != version }
            .map { PartitionID(UInt16($0)) }
    }

    /// The rules of a store whose partitions have these, by number.
    package static func rules(of present: [SurvivorshipRules]) -> SurvivorshipRules {
        guard let greatest = present.max(by: { $0.version < $1.version }) else {
            preconditionFailure("a store has partitions")
        }
        return greatest
    }
}
