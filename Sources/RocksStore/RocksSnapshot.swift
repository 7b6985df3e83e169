internal import CRocksDB

/// A database as it was at one moment, for several reads that must agree. What is written meanwhile
/// is not seen; files that it needs stay on disk until it is gone.
///
/// Every call may come from any thread. `@unchecked Sendable`: the pointers never change, and
/// RocksDB's snapshots and read options may be used from any number of threads.
package final class RocksSnapshot: @unchecked Sendable {
    let native: NativeDatabase
    let handle: OpaquePointer
    private let options: OpaquePointer

    init(_ native: NativeDatabase) {
        self.native = native
        handle = rocksdb_create_snapshot(native.handle)
        options = rocksdb_readoptions_create()
        rocksdb_readoptions_set_verify_checksums(options, 1)
        rocksdb_readoptions_set_snapshot(options, handle)
    }

    deinit {
        rocksdb_readoptions_destroy(options)
        rocksdb_release_snapshot(native.handle, handle)
    }

    /// Writes the value of `key` over the content of `bytes`; false, and empty, where none is.
    package func get(_ key: Span<UInt8>, into bytes: inout [UInt8]) throws(StoreError) -> Bool {
        try native.get(key, options, into: &bytes)
    }

    /// Calls `body` with each key and value of `range` in order, until it returns false.
    package func forEach(
        in range: KeyRange = .all, readsOnce: Bool = false,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws(StoreError) -> Bool
    ) throws(StoreError) {
        var iterator = RocksIterator(
            database: native, range: range, readsOnce: readsOnce, snapshot: handle)
        try iterator.forEach(body)
    }
}

extension RocksDatabase {
    /// The database as it is now.
    package func snapshot() throws(StoreError) -> RocksSnapshot { RocksSnapshot(try opened()) }
}
