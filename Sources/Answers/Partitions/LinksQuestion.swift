package import GraphCore
internal import IdentityModel

/// What is known of some pairs, asked of the home of their lesser ends.
package struct LinksQuestion: GraphQuestion {
    /// The pairs.
    var pairs: [LinkPosition]

    /// The kind's name between nodes.
    package static let word = "links"

    /// Whether it can be meant so: see `WireQuestion`.
    package var isSound: Bool { pairs.count <= PageLimits.maximum }

    /// Whether that can be the answer: see `WireQuestion`.
    package func fits(_ answer: [LinkView?]) -> Bool {
        answer.count == pairs.count
            && zip(pairs, answer).allSatisfy { pair, link in
                link.map { LinkPosition(a: $0.a, b: $0.b) == pair } ?? true
            }
    }

    /// The graph's answer.
    ///
    /// - Throws: `StateError`.
    package func answer(
        _ graph: inout IdentityGraph, _ reader: some StateReader
    ) throws(StateError) -> [LinkView?] {
        try pairs.map { (pair) throws(StateError) in
            try graph.link(pair.a, pair.b, reader: reader)
        }
    }
}
