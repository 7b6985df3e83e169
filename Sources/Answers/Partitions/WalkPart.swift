internal import GraphCore
internal import IdentityModel

/// The keys of the next identifiers of a customer, in order: a few hundred, none only at the end.
struct WalkPart: Codable, Sendable {
    /// Behind which key; nil: from the start.
    var after: NodeKey?

    /// As `WireQuestion` has it.
    func fits(_ answer: [NodeKey]) -> Bool {
        var last = after
        for key in answer {
            if let last, key <= last { return false }
            last = key
        }
        return true
    }

    /// The host's answer.
    func answer(
        of key: NodeKey, _ graph: inout IdentityGraph,
        _ reader: some StateReader
    ) throws(StateError) -> [NodeKey] {
        try graph.memberKeys(withMember: key, after: after, reader: reader)
    }
}
