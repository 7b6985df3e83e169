internal import GraphCore
package import IdentityModel
package import NodeRuntime

// Many questions at once: each partition is asked once for all that it is home to, and once for all
// that it hosts.
extension PartitionDesk {
    /// A node that is asked for.
    private struct Asked {
        let key: NodeKey
        /// Where its answer goes.
        let place: Int
        /// The component that it was said to be in; nil: its home is to be asked.
        var component: ComponentID?
    }

    /// The anchors of many nodes' customers. With one partition they are found in one go.
    ///
    /// - Throws: `StoreFailure`.
    package func anchors(of keys: [NodeKey]) throws(StoreFailure) -> [NodeKey?] {
        guard reach.partitionCount > 1 else {
            return try reach.ask(PartitionID(0), AnchorsQuestion(keys: keys)).anchors
        }
        var anchors = [NodeKey?](repeating: nil, count: keys.count)
        var asked = keys.enumerated().map { Asked(key: $0.element, place: $0.offset) }
        while !asked.isEmpty {
            var known: [Asked] = []
            var late: [Asked] = []
            try askAnchors(asked) { one, anchor, elsewhere in
                var one = one
                if let anchor {
                    anchors[one.place] = anchor
                } else if let elsewhere, elsewhere.host.rawValue < reach.partitionCount {
                    one.component = elsewhere
                    known.append(one)
                } else if elsewhere != nil || one.component != nil {
                    // It is under way: its home is asked again, once that has had time.
                    one.component = nil
                    late.append(one)
                }
            }
            // Others that are on their way have had time, too, while these were followed.
            if known.isEmpty, !late.isEmpty { try reach.waitForTransit() }
            asked = known + late
        }
        return anchors
    }

    /// Asks each partition once for its part of `asked`: the home of one that nobody knows of, else
    /// the host of its component. One batch is of one kind or of the other.
    private func askAnchors(
        _ asked: [Asked], _ tell: (Asked, _ anchor: NodeKey?, _ elsewhere: ComponentID?) -> Void
    ) throws(StoreFailure) {
        let count = Int(reach.partitionCount)
        var homes = [[Asked]](repeating: [], count: count)
        var hosts = [[Asked]](repeating: [], count: count)
        for one in asked {
            if let component = one.component {
                hosts[Int(component.host.rawValue)].append(one)
            } else {
                homes[Int(home(of: one.key).rawValue)].append(one)
            }
        }
        let parts = (homes.enumerated().map { ($0, $1) } + hosts.enumerated().map { ($0, $1) })
            .filter { !$0.1.isEmpty }
        let answers = try reach.askEach(
            parts.map { place, part in
                let components = part.compactMap(\.component)
                return (
                    partition: PartitionID(UInt16(place)),
                    question: AnchorsQuestion(
                        keys: part.map(\.key), components: components.isEmpty ? nil : components)
                )
            })
        for ((_, part), answer) in zip(parts, answers) {
            var elsewhere = [ComponentID?](repeating: nil, count: part.count)
            for one in answer.elsewhere { elsewhere[one.place] = one.component }
            for (place, one) in part.enumerated() {
                tell(one, answer.anchors[place], elsewhere[place])
            }
        }
    }
}
