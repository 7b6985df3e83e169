internal import IdentityModel
package import ProfileCore

// Survivorship rules: in force in all partitions, and all fragments under them.
extension PartitionGroup {
    /// The survivorship rules in force: those of the partition that has the latest.
    package var rules: SurvivorshipRules { RulesChange.rules(of: runtimes.map(\.rules)) }

    /// Puts rules in force in all partitions, or, where none are given, those of the store in the
    /// ones that lack them. Returns whether they are others than before; the same ones change
    /// nothing.
    ///
    /// - Throws: `StoreFailure`; the same again ends what was begun.
    package func put(rules given: SurvivorshipRules?) throws(StoreFailure) -> Bool {
        let change = RulesChange(from: runtimes.map(\.rules), to: given)
        let records = change.lacking.map { partition in
            (partition, runtimes[Int(partition.rawValue)].rulesRecord(change.rules))
        }
        if !records.isEmpty { try append(records) }
        return change.isNew
    }

    /// Brings all fragments to the rules in force, and has the feed tell whose profile comes out
    /// different: what a node does bit by bit.
    ///
    /// - Throws: `StoreFailure`; the same again goes on.
    package func sweepFragments() throws(StoreFailure) {
        while runtimes.contains(where: \.isSweeping) {
            try tick { $0.awaitsTick }
            try settle()
        }
    }
}
