internal import GraphCore
internal import IdentityModel
internal import NodeRuntime

// Many questions at once: each partition is asked once for all that it is home to, and once for all
// that it hosts.
extension PartitionDesk {
    /// A node that is asked for.
    private struct Asked: Sendable {
        let key: NodeKey
        /// Where its answer goes.
        let place: Int
        /// The component that its home names.
        var component = ComponentID.none
    }

    /// The anchors of many nodes' customers, of several partitions.
    func anchorsOfHosted(_ keys: [NodeKey]) throws(StoreFailure) -> [NodeKey?] {
        var anchors = [NodeKey?](repeating: nil, count: keys.count)
        var byHome = [[Asked]](repeating: [], count: Int(partitionCount))
        for (place, key) in keys.enumerated() {
            let home = PartitionID.home(of: key, among: partitionCount)
            byHome[Int(home.rawValue)].append(Asked(key: key, place: place))
        }
        var byHost = [[Asked]](repeating: [], count: Int(partitionCount))
        for (home, asked) in byHome.enumerated() where !asked.isEmpty {
            let components = try ask(PartitionID(UInt16(home))) {
                (graph, reader) throws(StateError) in
                try asked.map { (one) throws(StateError) in
                    try graph.place(of: one.key, reader: reader)?.component ?? .none
                }
            }
            for (one, component) in zip(asked, components) where component != .none {
                let host = Int(component.host.rawValue)
                var one = one
                one.component = component
                // One that there is not is told as damage where it is looked for alone.
                byHost[min(host, byHost.count - 1)].append(one)
            }
        }
        for (host, asked) in byHost.enumerated() where !asked.isEmpty {
            let found = try ask(PartitionID(UInt16(host))) { (graph, reader) throws(StateError) in
                try asked.map { (one) throws(StateError) in
                    try graph.customer(of: one.key, in: one.component, reader: reader)?.id.anchor
                }
            }
            for (one, anchor) in zip(asked, found) {
                if let anchor {
                    anchors[one.place] = anchor
                    continue
                }
                // It is under way: it is followed, and waited for.
                let late = try find(one.key) { (_, _, customer) in customer.id.anchor }
                anchors[one.place] = late?.answer
            }
        }
        return anchors
    }
}
