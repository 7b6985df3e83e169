package import GraphCore
internal import IdentityModel
internal import WireFormat

/// Walks over a checkpoint's homes, without a graph.
package enum StoredHomes {
    /// Gives every home with its pairs to `body`, in order of their nodes. One in rows comes as its
    /// head, without pairs, and then again with each of its pairs, one at a time.
    ///
    /// - Throws: `StoreFailure`; what `body` throws is damage.
    package static func forEach(
        in state: some StatePort, _ body: (HomeImage) throws(StateError) -> Void
    ) throws(StoreFailure) {
        var image = HomeImage()
        var isInRows = false
        var failed: StateError?
        try state.scan(from: StateKey.first(of: .home), to: StateKey.end(of: .home)) {
            key, value in
            do throws(StateError) {
                switch StateKey.parse(key) {
                case .home(let node):
                    try decoding { () throws(WireError) in
                        try HomeCodec.decode(value, key: node, into: &image)
                    }
                    isInRows = image.isInRows
                case .pair(let a, let b):
                    guard isInRows, a == image.key else {
                        throw StateError(.damaged, "a home has rows and no head")
                    }
                    image.reset(a)
                    try decoding { () throws(WireError) in
                        try HomeCodec.decodeRow(value, other: b, into: &image)
                    }
                default: throw StateError(.damaged, "a home's key cannot be read")
                }
                try body(image)
            } catch {
                failed = error
            }
            return failed == nil
        }
        if let failed { throw StoreFailure(failed) }
    }

    private static func decoding(_ body: () throws(WireError) -> Void) throws(StateError) {
        do throws(WireError) {
            try body()
        } catch {
            throw StateError(
                error.code == .newerFormat ? .newerFormat : .damaged,
                "a home cannot be read: \(error.reason)")
        }
    }
}
