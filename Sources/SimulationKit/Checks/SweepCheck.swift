internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

/// That a sweep of new rules leaves nothing that older ones made.
enum SweepCheck {
    /// - Parameter witnesses: replicas that know of the rules, have nothing left to do, and have
    ///   stored what changed.
    /// - Throws: `Violation`: somebody's fragment was not brought to the rules.
    static func check(
        _ witnesses: [Replica], _ rules: SurvivorshipRules
    ) throws(Violation) {
        for witness in witnesses {
            var ids: [ComponentID] = []
            witness.state.table.forEach(from: StateKey.first(of: .component)) { entry in
                if case .component(let id)? = StateKey.parse(entry.key.span) { ids.append(id) }
                return true
            }
            for id in ids { try check(id, witness, rules) }
        }
    }

    private static func check(
        _ id: ComponentID, _ witness: Replica, _ rules: SurvivorshipRules
    ) throws(Violation) {
        let image = try witness.ask { _, reader throws(StateError) in
            var head = ComponentImage()
            _ = try reader.readComponent(id, into: &head)
            guard head.isInRows else { return head }
            var rows = ComponentImage()
            try reader.readMembers(of: id, after: nil, limit: .max, into: &rows)
            return rows
        }
        var start = 0
        for member in image.members {
            let end = start + member.fragmentCount
            let bytes = Array(image.fragments[start..<end])
            let version = try? ProfileArithmetic.version(of: bytes.span)
            try require(
                bytes.isEmpty || version == rules.version,
                "the sweep has left out the fragment of \(Identifiers.number(member.key))")
            start = end
        }
    }
}
