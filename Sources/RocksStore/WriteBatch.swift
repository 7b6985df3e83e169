internal import CRocksDB

/// Changes that a database takes all or none of, collected in order.
package struct WriteBatch: ~Copyable {
    let handle: OpaquePointer

    /// An empty batch.
    package init() { handle = rocksdb_writebatch_create() }

    deinit { rocksdb_writebatch_destroy(handle) }

    /// The number of changes.
    package var count: Int { Int(rocksdb_writebatch_count(handle)) }

    /// The bytes that the batch takes in the write-ahead log.
    package var byteCount: Int {
        var size = 0
        _ = rocksdb_writebatch_data(handle, &size)
        return size
    }

    /// Notes up to which sequence number the write-ahead log was on disk when the batch was made.
    /// Not a change.
    mutating func claim(syncedThrough sequence: UInt64) {
        let data = LogClaim.data(sequence).map { CChar(bitPattern: $0) }
        rocksdb_writebatch_put_log_data(handle, data, data.count)
    }

    /// Sets `key` to `value`.
    package mutating func put(_ key: Span<UInt8>, _ value: Span<UInt8>) {
        key.withCharacters { key, keyCount in
            value.withCharacters { value, valueCount in
                rocksdb_writebatch_put(handle, key, keyCount, value, valueCount)
            }
        }
    }

    /// Sets `key` to `value`.
    package mutating func put(_ key: [UInt8], _ value: [UInt8]) { put(key.span, value.span) }

    /// Takes `key` out.
    package mutating func delete(_ key: Span<UInt8>) {
        key.withCharacters { key, count in rocksdb_writebatch_delete(handle, key, count) }
    }

    /// Takes `key` out.
    package mutating func delete(_ key: [UInt8]) { delete(key.span) }

    /// Takes out every key from `lower` up to, not including, `upper`.
    package mutating func deleteRange(from lower: [UInt8], to upper: [UInt8]) {
        lower.span.withCharacters { lower, lowerCount in
            upper.span.withCharacters { upper, upperCount in
                rocksdb_writebatch_delete_range(handle, lower, lowerCount, upper, upperCount)
            }
        }
    }

    /// Forgets every change; the memory is kept.
    package mutating func clear() { rocksdb_writebatch_clear(handle) }
}
