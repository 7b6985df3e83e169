internal import GraphCore
internal import IdentityModel

/// A page of a customer's links, of a store's only partition: it is host and home of all of them.
struct LonePart: Codable, Sendable {
    /// Behind which link; nil: before the first.
    var after: LinkPosition?
    /// How many links are wanted.
    var limit: Int

    /// As `WireQuestion` has it.
    var isSound: Bool { 1...PageLimits.maximum ~= limit }

    /// As `WireQuestion` has it.
    func fits(_ answer: LinkPage) -> Bool { answer.links.count <= limit }

    /// The host's answer.
    func answer(
        of key: NodeKey, _ graph: inout IdentityGraph,
        _ reader: some StateReader
    ) throws(StateError) -> LinkPage {
        try graph.linkPage(withMember: key, after: after, limit: limit, reader: reader)
    }
}
