internal import CRocksDB
internal import Glibc
internal import Synchronization

/// A RocksDB database of one column family: bytes to bytes, in the order of unsigned bytes.
///
/// Every call may come from any thread. Every block read is checked against its checksum: a
/// damaged one is a thrown `.corruption`, never a wrong or an absent value.
///
/// `@unchecked Sendable`: `native` is read and written under `lock` alone.
package final class RocksDatabase: @unchecked Sendable {
    /// Whether a database is opened to be changed.
    package enum Mode: Sendable { case readWrite, readOnly }

    /// The folder that the database lies in.
    package let directory: String
    private var native: NativeDatabase?
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    /// Why the write-ahead log takes nothing more; under `lock`. RocksDB, as Debian builds it, with
    /// assertions, ends the process where such a log is synced.
    private var logFailure: StoreError?
    /// Up to which sequence number the write-ahead log is known to be on disk.
    private let syncedSequence = Atomic<UInt64>(0)

    /// Opens the database in the folder `directory`.
    ///
    /// - `createIfMissing`: makes the folder and an empty database where there is none. A folder
    ///   that holds parts of a database without its CURRENT file is `.corruption`, never made new.
    /// - `mode`: `.readOnly` takes no lock, makes no file and may open what another process has
    ///   open; it sees the database as it was at that moment.
    ///
    /// Before RocksDB opens it, its MANIFEST and write-ahead logs are read: a torn end is dropped,
    /// damage is `.corruption` (see `LogFileCheck`, `SortedFileCheck` and
    /// `RocksOptions.damagedLog`).
    package init(
        directory: String, options: RocksOptions, createIfMissing: Bool = false,
        mode: Mode = .readWrite
    ) throws(StoreError) {
        // All that can fail comes before the first stored property: nothing is left half made.
        let folder = DatabaseFolder(path: directory)
        let exists = try folder.holdsDatabase(createIfMissing: createIfMissing)
        var torn: TornEnd?
        if exists {
            let check = LogFileCheck(directory: directory)
            torn = try check.checkManifest()
            if options.damagedLog == .refuse { try check.checkLogs() }
            try SortedFileCheck(directory: directory).check()
        }
        native = try RocksDatabase.open(
            directory, NativeOptions(options, createIfMissing: createIfMissing), mode, torn)
        if mode == .readWrite { folder.removeUnendedOptions() }
        self.directory = directory
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
    }

    private static func open(
        _ directory: String, _ options: NativeOptions, _ mode: Mode, _ torn: TornEnd?
    ) throws(StoreError) -> NativeDatabase {
        do {
            return try NativeDatabase(
                directory: directory, options: options, isReadOnly: mode == .readOnly)
        } catch {
            guard let torn, torn.isRefused(by: error), mode == .readWrite else {
                throw SortedFileCheck(directory: directory).naming(error)
            }
            try torn.cut()
            return try NativeDatabase(directory: directory, options: options, isReadOnly: false)
        }
    }

    /// Looks whether the database in `directory` could be opened to be changed; changes nothing.
    ///
    /// Its MANIFEST may have a torn end that RocksDB refuses: opening to change it cuts that off.
    package static func check(directory: String, options: RocksOptions) throws(StoreError) {
        do {
            try RocksDatabase(directory: directory, options: options, mode: .readOnly).close()
        } catch {
            let torn = try LogFileCheck(directory: directory).checkManifest()
            guard let torn, torn.isRefused(by: error) else { throw error }
        }
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// Closes the database: every later call throws `.closed`.
    ///
    /// Calls under way, iterators and values that are still held keep it, and its lock, until they
    /// are gone; where there are none it is closed when this returns. What was written stays
    /// written; what was not synced is the operating system's to write.
    package func close() {
        pthread_mutex_lock(lock)
        let last = native
        native = nil
        pthread_mutex_unlock(lock)
        // Outside the lock: closing waits for background work.
        _ = consume last
    }

    /// The open database, or `.closed`.
    @inline(__always)
    func opened() throws(StoreError) -> NativeDatabase {
        pthread_mutex_lock(lock)
        let native = native
        pthread_mutex_unlock(lock)
        guard let native else { throw StoreError(.closed, "\(directory) was closed") }
        return native
    }

    // MARK: - Reading

    /// The value of `key`, pinned in RocksDB's memory; nil where there is none.
    package func get(_ key: Span<UInt8>) throws(StoreError) -> RocksBytes? {
        let native = try opened()
        let slice = try native.pinned(key, native.readOptions)
        return slice.map { RocksBytes(slice: $0, database: native) }
    }

    /// The value of `key`, pinned in RocksDB's memory; nil where there is none.
    package func get(_ key: [UInt8]) throws(StoreError) -> RocksBytes? { try get(key.span) }

    /// Writes the value of `key` over the content of `bytes`; false, and empty, where none is.
    package func get(_ key: Span<UInt8>, into bytes: inout [UInt8]) throws(StoreError) -> Bool {
        let native = try opened()
        return try native.get(key, native.readOptions, into: &bytes)
    }

    // MARK: - Writing

    /// Takes every change of `batch`, or none. With `sync` the write-ahead log is on disk when this
    /// returns; without, it is in the operating system's hands: safe under kill -9, not power loss.
    package func write(_ batch: borrowing WriteBatch, sync: Bool) throws(StoreError) {
        let native = try opened()
        let handle = batch.handle
        try logging { error in
            rocksdb_write(native.handle, native.writeOptions(sync: sync), handle, error)
        }
    }

    /// Calls a function of RocksDB that writes or syncs the log, and remembers where it failed.
    private func logging(
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Void
    ) throws(StoreError) {
        do throws(StoreError) {
            try calling(in: directory, body)
        } catch {
            if error.isFatal {
                pthread_mutex_lock(lock)
                logFailure = logFailure ?? error
                pthread_mutex_unlock(lock)
            }
            throw error
        }
    }

    private func checkLog() throws(StoreError) {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if let logFailure { throw logFailure }
    }

    /// Sets `key` to `value`; `sync` as for `write`.
    package func put(
        _ key: Span<UInt8>, _ value: Span<UInt8>, sync: Bool = false
    ) throws(StoreError) {
        let native = try opened()
        try logging { error in
            key.withCharacters { key, keyCount in
                value.withCharacters { value, valueCount in
                    rocksdb_put(
                        native.handle, native.writeOptions(sync: sync), key, keyCount, value,
                        valueCount, error)
                }
            }
        }
    }

    /// Sets `key` to `value`; `sync` as for `write`.
    package func put(_ key: [UInt8], _ value: [UInt8], sync: Bool = false) throws(StoreError) {
        try put(key.span, value.span, sync: sync)
    }

    /// Puts all that was written on disk: the write-ahead log is synced.
    ///
    /// A write of another thread that fails in the microseconds between the look at `logFailure`
    /// and RocksDB's own may still end the process; no write waits for a sync instead.
    package func syncLog() throws(StoreError) {
        let native = try opened()
        try checkLog()
        let written = rocksdb_get_latest_sequence_number(native.handle)
        try logging { rocksdb_flush_wal(native.handle, 1, $0) }
        syncedSequence.max(written, ordering: .sequentiallyConsistent)
    }

    /// Takes the changes that `body` collects, as `write` does; the write-ahead log then also says
    /// how far it was on disk by now. Where every batch does that, a power loss in the middle of a
    /// sync can be told from damage: see `LogFileCheck`.
    package func writeClaiming(
        sync: Bool, _ body: (inout WriteBatch) -> Void
    ) throws(StoreError) {
        let synced = syncedSequence.load(ordering: .sequentiallyConsistent)
        var batch = WriteBatch()
        batch.claim(syncedThrough: synced)
        body(&batch)
        batch.claim(syncedThrough: synced)
        try write(batch, sync: sync)
    }
}
