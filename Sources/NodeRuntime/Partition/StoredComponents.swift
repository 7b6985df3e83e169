package import GraphCore
package import IdentityModel
internal import WireFormat

/// Walks over a checkpoint's components, without a graph.
package enum StoredComponents {
    /// Gives every component to `body`, in order of their ids. One in rows comes as its head alone;
    /// if `withMembers` says so, again with each of its members, one at a time, without edges.
    ///
    /// - Throws: `StoreFailure`; what `body` throws is damage.
    package static func forEach(
        in state: some StatePort, withMembers: Bool,
        _ body: (ComponentImage) throws(StateError) -> Void
    ) throws(StoreFailure) {
        var lower = StateKey.first(of: .component)
        var image = ComponentImage()
        while true {
            // Rows that are not wanted are not read: the walk begins again behind them.
            var next: [UInt8]?
            var failed: StateError?
            try state.scan(from: lower, to: StateKey.end(of: .component)) { key, value in
                do throws(StateError) {
                    switch StateKey.parse(key) {
                    case .component(let id):
                        try decoding { () throws(WireError) in
                            try ComponentCodec.decode(value, id: id, into: &image)
                        }
                        try body(image)
                        if image.isInRows, !withMembers { next = StateKey.end(of: id) }
                    case .member(let member, let id):
                        guard id == image.id else { throw orphan }
                        image.removeMembers()
                        try decoding { () throws(WireError) in
                            try ComponentCodec.decodeMemberRow(value, key: member, into: &image)
                        }
                        try body(image)
                    case .edge(_, _, let id), .backEdge(_, _, let id), .rank(_, let id):
                        next = StateKey.end(of: id)
                    default: throw StateError(.damaged, "a component's key cannot be read")
                    }
                } catch {
                    failed = error
                }
                return failed == nil && next == nil
            }
            if let failed { throw StoreFailure(failed) }
            guard let next else { return }
            lower = next
        }
    }

    /// Fills `image` with a component, of one in rows with one of its members alone.
    ///
    /// - Throws: `StoreFailure`; that the store lacks it is damage.
    package static func read(
        _ id: ComponentID, with member: NodeKey, in state: some StatePort,
        into image: inout ComponentImage
    ) throws(StoreFailure) {
        let reader = StoredState(state)
        do throws(StateError) {
            var isThere = try reader.readComponent(id, into: &image)
            if isThere, image.isInRows {
                isThere = try reader.readMember(member, of: id, into: &image)
            }
            guard isThere else { throw StateError(.damaged, "a component has been lost in part") }
        } catch {
            throw StoreFailure(error)
        }
    }

    private static func decoding(
        _ body: () throws(WireError) -> Void
    ) throws(StateError) {
        do throws(WireError) {
            try body()
        } catch {
            throw StateError(
                error.code == .newerFormat ? .newerFormat : .damaged,
                "a component cannot be read: \(error.reason)")
        }
    }

    private static var orphan: StateError {
        StateError(.damaged, "a component has rows and no head")
    }
}
