package import GraphCore
internal import IdentityModel

/// The anchors of many nodes' customers, asked of the nodes' home, or of the host of the components
/// that they were said to be in.
package struct AnchorsQuestion: GraphQuestion {
    /// The nodes.
    var keys: [NodeKey]
    /// By node, the component that it is in; nil: to be asked of their home.
    var components: [ComponentID]?

    /// What the partition says. The anchors alone, where it knows all of them: nothing is allocated
    /// for a node then beyond what the graph reads into memory.
    package struct Answer: Codable, Sendable {
        /// By node, its customer's anchor; nil where there is no such customer here.
        var anchors: [NodeKey?] = []
        /// The nodes without one whose customers are, or have gone, elsewhere.
        var elsewhere: [Elsewhere] = []
    }

    /// A node whose customer is elsewhere.
    package struct Elsewhere: Codable, Sendable {
        /// Its place among those that were asked for.
        let place: Int
        /// The component that it is in.
        let component: ComponentID
    }

    /// The kind's name between nodes.
    package static let word = "anchors"

    /// Whether it can be meant so: see `WireQuestion`.
    package var isSound: Bool {
        keys.count <= PageLimits.maximum && components?.count ?? keys.count == keys.count
    }

    /// Whether that can be the answer: see `WireQuestion`.
    package func fits(_ answer: Answer) -> Bool {
        answer.anchors.count == keys.count
            && answer.elsewhere.allSatisfy {
                keys.indices ~= $0.place && answer.anchors[$0.place] == nil
            }
    }

    /// The graph's answer.
    ///
    /// - Throws: `StateError`.
    package func answer(
        _ graph: inout IdentityGraph, _ reader: some StateReader
    ) throws(StateError) -> Answer {
        var answer = Answer()
        answer.anchors.reserveCapacity(keys.count)
        guard let components else {
            for (place, key) in keys.enumerated() {
                switch try graph.whereabouts(of: key, reader: reader) {
                case .here(let customer): answer.anchors.append(customer.id.anchor)
                case .elsewhere(let id):
                    answer.anchors.append(nil)
                    answer.elsewhere.append(Elsewhere(place: place, component: id))
                case .nowhere: answer.anchors.append(nil)
                }
            }
            return answer
        }
        for (place, (key, id)) in zip(keys, components).enumerated() {
            let customer = try graph.customer(of: key, in: id, reader: reader)
            answer.anchors.append(customer?.id.anchor)
            if customer == nil, let there = graph.forwardingPointer(from: id) {
                answer.elsewhere.append(Elsewhere(place: place, component: there))
            }
        }
        return answer
    }
}
