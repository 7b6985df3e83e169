internal import NodeRuntime
internal import RocksStore

/// One partition's checkpoints as they were at one moment, to be read while others are stored.
final class RocksStateView: StatePort, Sendable {
    private let snapshot: RocksSnapshot

    /// The checkpoints of `state` as they are now.
    convenience init(_ state: RocksState) throws(StoreFailure) { try self.init(state.database) }

    /// The checkpoints in a folder that nobody writes to, and that stays as it is.
    convenience init(directory: String) throws(StoreFailure) {
        try self.init(
            storing { () throws(StoreError) in
                try RocksDatabase(directory: directory, options: .state, mode: .readOnly)
            })
    }

    private init(_ database: RocksDatabase) throws(StoreFailure) {
        snapshot = try storing { () throws(StoreError) in try database.snapshot() }
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
