package import NodeRuntime
package import ProfileCore

/// Which survivorship rules are in force, by the records of the global topic: those of the greatest
/// version, and of two with one version the first. So all who read the topic come to the same,
/// whoever writes at once.
///
/// Compaction keeps the last record: where that is not the one that stands, what stands must be
/// written again.
package struct RulesRegister: Equatable, Sendable {
    /// The rules in force.
    package private(set) var standing = SurvivorshipRules.standing
    /// Whether the last record says what stands.
    package private(set) var isLast = true

    /// A register of no record.
    package init() {}

    /// Takes the value of the next record `rules`; nil: somebody has taken it out, and what stands
    /// stands: partitions have folded by it.
    ///
    /// - Throws: `EngineFailure`: a later release's.
    package mutating func take(_ value: [UInt8]?) throws(EngineFailure) {
        guard let value else {
            isLast = standing.version == 0
            return
        }
        let next: SurvivorshipRules
        do throws(EngineFailure) {
            next = try RulesRecord.decode(value)
        } catch .store(let failure) where failure.code == .damaged {
            // Nobody goes by it, and it must not be what compaction keeps.
            isLast = false
            return
        }
        if next.version > standing.version { standing = next }
        isLast = next == standing
    }

    /// What puts other rules in force: they, under the next version.
    package func change(to given: SurvivorshipRules) -> RulesChange {
        RulesChange(from: [standing], to: given)
    }
}
