package import GraphCore
internal import IdentityModel
internal import WireFormat

/// Reads what was under way between partitions when a checkpoint was cut.
package enum StoredTransit {
    /// Everything that was, in order; a whole partition's fits in memory.
    ///
    /// - Throws: `StoreFailure`.
    package static func read(_ state: some StatePort) throws(StoreFailure) -> TransitState {
        var transit = TransitState()
        var failed: WireError?
        try state.scan(
            from: StateKey.first(of: .pointer), to: StateKey.end(of: .touched)
        ) { key, value in
            do throws(WireError) {
                try add(key, value, to: &transit)
            } catch {
                failed = error
            }
            return failed == nil
        }
        guard let failed else { return transit }
        throw StoreFailure(
            failed.code == .newerFormat ? .newerFormat : .damaged,
            "what was under way between partitions cannot be read: \(failed.reason)",
            remedy: failed.code == .newerFormat ? Remedy.upgrade : Remedy.rebuild)
    }

    private static func add(
        _ key: Span<UInt8>, _ value: Span<UInt8>, to transit: inout TransitState
    ) throws(WireError) {
        switch StateKey.parse(key) {
        case .pointer(let id):
            transit.pointers.append(try TransitCodec.decodePointer(value, from: id))
        case .parked(let node):
            transit.parked.append(try TransitCodec.decodeParked(value, node: node))
        case .staged(let transfer, let index):
            transit.staged.append(
                try TransitCodec.decodePage(value, transfer: transfer, index: index))
        case .outgoing(let transfer, let index):
            transit.outgoing.append(
                try TransitCodec.decodePage(value, transfer: transfer, index: index))
        case .touched(let id):
            transit.touched.append(try TransitCodec.decodeTouched(value, id: id))
        default: throw WireError(.damaged, "its key cannot be read")
        }
    }
}
