internal import CRocksDB

extension RocksDatabase {
    /// The values of `keys` in their order, nil where there is none; one call for all of them,
    /// which costs less than as many `get`s where they lie in files.
    package func multiGet(_ keys: [[UInt8]]) throws(StoreError) -> [RocksBytes?] {
        guard !keys.isEmpty else { return [] }
        let native = try opened()
        // RocksDB wants pointers to all keys at once: they are laid end to end.
        var text = [UInt8]()
        text.reserveCapacity(max(1, keys.reduce(0) { $0 + $1.count }))
        for key in keys { text.append(contentsOf: key) }
        if text.isEmpty { text.append(0) }
        var slices = [OpaquePointer?](repeating: nil, count: keys.count)
        var messages = [UnsafeMutablePointer<CChar>?](repeating: nil, count: keys.count)
        let counts = keys.map(\.count)
        text.withUnsafeBytes { text in
            var starts = [UnsafePointer<CChar>?]()
            starts.reserveCapacity(keys.count)
            var offset = 0
            for count in counts {
                starts.append(
                    text.baseAddress!.advanced(by: offset).assumingMemoryBound(to: CChar.self))
                offset += count
            }
            rocksdb_batched_multi_get_cf(
                native.handle, native.readOptions, native.defaultFamily, keys.count, starts,
                counts, &slices, &messages, false)
        }
        // Each slice is owned before an error is thrown.
        let values = slices.map { slice in
            slice.map { RocksBytes(slice: $0, database: native) }
        }
        let errors = messages.compactMap { $0.map(takeString) }
        if let first = errors.first { throw StoreError(status: first, directory: directory) }
        return values
    }
}
