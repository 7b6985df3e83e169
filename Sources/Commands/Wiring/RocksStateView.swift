internal import NodeRuntime
internal import RocksStore

/// One partition's checkpoints as they were at one moment, to be read while others are stored.
final class RocksStateView: StatePort, Sendable {
    private let snapshot: RocksSnapshot

    /// The checkpoints of `state` as they are now.
    init(_ state: RocksState) throws(StoreFailure) {
        snapshot = try storing { () throws(StoreError) in try state.database.snapshot() }
    }

    func read(_ key: [UInt8], into value: inout [UInt8]) throws(StoreFailure) -> Bool {
        try storing { () throws(StoreError) in try snapshot.get(key.span, into: &value) }
    }

    func scan(
        from lower: [UInt8], to upper: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StoreFailure) {
        try storing { () throws(StoreError) in
            try snapshot.forEach(in: KeyRange(lower: lower, upper: upper), readsOnce: true, body)
        }
    }

    func apply(_ batch: CheckpointBatch) throws(StoreFailure) {
        throw StoreFailure(
            .readOnly, "what was is not to be changed", remedy: "apply it to the store")
    }
}
