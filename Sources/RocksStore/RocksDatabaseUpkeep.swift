internal import CRocksDB

extension RocksDatabase {
    /// Writes the memory table out as a sorted file and waits for it.
    package func flush() throws(StoreError) {
        let native = try opened()
        let options: OpaquePointer = rocksdb_flushoptions_create()
        defer { rocksdb_flushoptions_destroy(options) }
        rocksdb_flushoptions_set_wait(options, 1)
        try calling(in: directory) { rocksdb_flush(native.handle, options, $0) }
    }

    /// Compacts the files that hold keys of `range` and waits for it.
    ///
    /// RocksDB's C function reports no failure: a damaged block shows as a background error on the
    /// next write, and `verifyChecksums` finds it.
    package func compact(_ range: KeyRange = .all) throws(StoreError) {
        let native = try opened()
        let end = range.upper ?? []
        range.lower.span.withCharacters { lower, lowerCount in
            end.span.withCharacters { upper, upperCount in
                rocksdb_compact_range(
                    native.handle, range.lower.isEmpty ? nil : lower, lowerCount,
                    range.upper == nil ? nil : upper, upperCount)
            }
        }
    }

    /// RocksDB's property of that name ("rocksdb.stats"), nil where it knows none.
    package func property(_ name: String) throws(StoreError) -> String? {
        let native = try opened()
        return rocksdb_property_value(native.handle, name).map(takeString)
    }

    /// About how many bytes the keys of `range` take in sorted files; the memory table and the log
    /// do not count.
    package func approximateSize(of range: KeyRange) throws(StoreError) -> UInt64 {
        let native = try opened()
        // A key above all others stands for an open end.
        let upper = range.upper ?? [UInt8](repeating: 0xFF, count: 64)
        var size: UInt64 = 0
        try calling(in: directory) { error in
            range.lower.span.withCharacters { lower, lowerCount in
                upper.span.withCharacters { upper, upperCount in
                    var lower: UnsafePointer<CChar>? = lower
                    var upper: UnsafePointer<CChar>? = upper
                    var lowerCount = lowerCount
                    var upperCount = upperCount
                    rocksdb_approximate_sizes(
                        native.handle, 1, &lower, &lowerCount, &upper, &upperCount, &size, error)
                }
            }
        }
        return size
    }

    /// The number of the newest write: it rises with every change.
    package func latestSequenceNumber() throws(StoreError) -> UInt64 {
        rocksdb_get_latest_sequence_number(try opened().handle)
    }

    /// Reads every key and value once, so that every block's checksum is verified.
    package func verifyChecksums() throws(StoreError) {
        try forEach(readsOnce: true) { _, _ in true }
    }
}
