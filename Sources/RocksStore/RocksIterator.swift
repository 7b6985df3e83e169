internal import CRocksDB

/// Walks the keys of a range, over the database as it was when the iterator was made.
///
/// Every move throws when RocksDB met an error on its way: an iterator that ends has reached the
/// end. Not for several threads at once.
package struct RocksIterator: ~Copyable {
    private let handle: OpaquePointer
    private let options: OpaquePointer
    private let lower: UnsafeMutableBufferPointer<CChar>
    private let upper: UnsafeMutableBufferPointer<CChar>
    private let database: NativeDatabase

    /// Whether it stands on a key.
    package private(set) var isValid: Bool

    /// Stands nowhere at first: seek it.
    ///
    /// `readsOnce` keeps what it reads out of the block cache and reads ahead 2 MiB at a time.
    /// `snapshot`, which must outlive it, has it read the database as that has it.
    init(
        database: NativeDatabase, range: KeyRange, readsOnce: Bool,
        snapshot: OpaquePointer? = nil
    ) {
        self.database = database
        options = rocksdb_readoptions_create()
        rocksdb_readoptions_set_verify_checksums(options, 1)
        if let snapshot { rocksdb_readoptions_set_snapshot(options, snapshot) }
        if readsOnce {
            rocksdb_readoptions_set_fill_cache(options, 0)
            rocksdb_readoptions_set_readahead_size(options, 2 << 20)
        }
        // RocksDB keeps the addresses of the bounds, not their bytes: they live as long as it.
        lower = RocksIterator.copy(range.lower)
        upper = RocksIterator.copy(range.upper ?? [])
        if !range.lower.isEmpty {
            rocksdb_readoptions_set_iterate_lower_bound(options, lower.baseAddress, lower.count)
        }
        if range.upper != nil {
            rocksdb_readoptions_set_iterate_upper_bound(options, upper.baseAddress, upper.count)
        }
        handle = rocksdb_create_iterator(database.handle, options)
        isValid = false
    }

    deinit {
        rocksdb_iter_destroy(handle)
        rocksdb_readoptions_destroy(options)
        lower.deallocate()
        upper.deallocate()
    }

    private static func copy(_ bytes: [UInt8]) -> UnsafeMutableBufferPointer<CChar> {
        let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
        _ = buffer.initialize(from: bytes.lazy.map { CChar(bitPattern: $0) })
        return buffer
    }

    // MARK: - Moving

    /// Stands on the range's first key, if it has one.
    package mutating func seekToFirst() throws(StoreError) {
        rocksdb_iter_seek_to_first(handle)
        try settle()
    }

    /// Stands on the range's last key, if it has one.
    package mutating func seekToLast() throws(StoreError) {
        rocksdb_iter_seek_to_last(handle)
        try settle()
    }

    /// Stands on the first key that is not below `key`, if there is one.
    package mutating func seek(_ key: Span<UInt8>) throws(StoreError) {
        key.withCharacters { key, count in rocksdb_iter_seek(handle, key, count) }
        try settle()
    }

    /// Stands on the first key that is not below `key`, if there is one.
    package mutating func seek(_ key: [UInt8]) throws(StoreError) { try seek(key.span) }

    /// Stands on the last key that is not above `key`, if there is one.
    package mutating func seekForPrevious(_ key: [UInt8]) throws(StoreError) {
        key.span.withCharacters { key, count in rocksdb_iter_seek_for_prev(handle, key, count) }
        try settle()
    }

    /// Goes on by one key; it must stand on one.
    package mutating func next() throws(StoreError) {
        precondition(isValid, "an iterator that stands nowhere cannot go on")
        rocksdb_iter_next(handle)
        try settle()
    }

    /// Goes back by one key; it must stand on one.
    package mutating func previous() throws(StoreError) {
        precondition(isValid, "an iterator that stands nowhere cannot go back")
        rocksdb_iter_prev(handle)
        try settle()
    }

    private mutating func settle() throws(StoreError) {
        isValid = rocksdb_iter_valid(handle) != 0
        if !isValid {
            try calling(in: database.directory) { rocksdb_iter_get_error(handle, $0) }
        }
    }

    // MARK: - Reading

    /// Lends the key that it stands on for the time of the call.
    package borrowing func withKey<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(isValid, "an iterator that stands nowhere has no key")
        var count = 0
        let start = rocksdb_iter_key(handle, &count)
        return try lend(start, count, body)
    }

    /// Lends the value that it stands on for the time of the call.
    package borrowing func withValue<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(isValid, "an iterator that stands nowhere has no value")
        var count = 0
        let start = rocksdb_iter_value(handle, &count)
        return try lend(start, count, body)
    }

    /// A copy of the key that it stands on.
    package var key: [UInt8] { withKey { span in span.withUnsafeBytes { Array($0) } } }
    /// A copy of the value that it stands on.
    package var value: [UInt8] { withValue { span in span.withUnsafeBytes { Array($0) } } }
}

extension RocksDatabase {
    /// An iterator over `range`; `readsOnce` for long scans whose blocks nobody asks for again.
    package func iterator(
        over range: KeyRange = .all, readsOnce: Bool = false
    ) throws(StoreError) -> RocksIterator {
        RocksIterator(database: try opened(), range: range, readsOnce: readsOnce)
    }

    /// Calls `body` with each key and value of `range` in order, until it returns false.
    package func forEach(
        in range: KeyRange = .all, readsOnce: Bool = false,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws(StoreError) -> Bool
    ) throws(StoreError) {
        var iterator = try iterator(over: range, readsOnce: readsOnce)
        try iterator.forEach(body)
    }
}

extension RocksIterator {
    /// Calls `body` with each key and value of the range in order, until it returns false.
    mutating func forEach(
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws(StoreError) -> Bool
    ) throws(StoreError) {
        try seekToFirst()
        while isValid {
            let goesOn = try withKey { (key) throws(StoreError) in
                try withValue { (value) throws(StoreError) in try body(key, value) }
            }
            guard goesOn else { return }
            try next()
        }
    }
}
