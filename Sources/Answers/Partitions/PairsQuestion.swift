package import GraphCore
internal import IdentityModel

/// The pairs of which some nodes, whose home it is asked of, are the lesser ends.
package struct PairsQuestion: GraphQuestion {
    /// The nodes, in order.
    var members: [NodeKey]
    /// Behind which pair; nil: before the first.
    var after: LinkPosition?
    /// How many pairs are wanted.
    var limit: Int

    /// The kind's name between nodes.
    package static let word = "pairs"

    /// Whether it can be meant so: see `WireQuestion`.
    package var isSound: Bool {
        members.count <= PageLimits.maximum && 1...PageLimits.maximum + 1 ~= limit
    }

    /// Whether that can be the answer: see `WireQuestion`.
    package func fits(_ answer: [LinkView]) -> Bool {
        var last = after
        for link in answer {
            let place = LinkPosition(a: link.a, b: link.b)
            if let last, place <= last { return false }
            last = place
        }
        return answer.count <= limit
    }

    /// The graph's answer.
    ///
    /// - Throws: `StateError`.
    package func answer(
        _ graph: inout IdentityGraph, _ reader: some StateReader
    ) throws(StateError) -> [LinkView] {
        var links: [LinkView] = []
        for member in members where links.count < limit {
            links += try graph.pairs(
                of: member, behind: member == after?.a ? after?.b : nil,
                limit: limit - links.count, reader: reader)
        }
        return links
    }
}
