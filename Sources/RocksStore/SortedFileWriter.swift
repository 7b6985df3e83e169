internal import CRocksDB
internal import Glibc

/// Writes one sorted file (SST) outside any database, to be ingested whole.
///
/// - `finish` syncs the file (`SstFileWriter::Finish` in RocksDB 7.8 calls `fdatasync`) but not
///   the folder that names it; ingestion syncs both again.
/// - A writer that goes away unfinished takes its file with it. What a killed process leaves is a
///   part of a file, or a whole file that was never ingested, or the second name of one that was:
///   at start the caller empties the folder that it writes such files in.
package struct SortedFileWriter: ~Copyable {
    private let handle: OpaquePointer
    private let environment: OpaquePointer
    private let options: NativeOptions
    private var isFinished = false

    /// The file's path.
    package let path: String
    /// The number of keys so far.
    package private(set) var count = 0

    /// Begins a file at `path`; what may be there is unlinked first; `options` are those of the
    /// database that will take it, for its filter, block size and compression.
    ///
    /// Unlinked and not written over: it may be the second name of a file that a database took.
    package init(path: String, options: RocksOptions) throws(StoreError) {
        if unlink(path) != 0 && errno != ENOENT && errno != ENOTDIR {
            throw StoreError(errno: errno, "cannot remove \(path)", file: path)
        }
        let native = NativeOptions(options)
        let environment: OpaquePointer = rocksdb_envoptions_create()
        let handle: OpaquePointer = rocksdb_sstfilewriter_create(environment, native.options)
        do {
            try calling(in: path) { rocksdb_sstfilewriter_open(handle, path, $0) }
        } catch {
            rocksdb_sstfilewriter_destroy(handle)
            rocksdb_envoptions_destroy(environment)
            throw StoreError(error.code == .corruption ? .notFound : error.code, error.reason)
        }
        self.handle = handle
        self.environment = environment
        self.path = path
        self.options = native
    }

    deinit {
        rocksdb_sstfilewriter_destroy(handle)
        rocksdb_envoptions_destroy(environment)
        if !isFinished { unlink(path) }
    }

    /// Sets `key` to `value`; `.invalidArgument` unless `key` is above every key before it.
    package mutating func put(
        _ key: Span<UInt8>, _ value: Span<UInt8>
    ) throws(StoreError) {
        var message: UnsafeMutablePointer<CChar>?
        key.withCharacters { key, keyCount in
            value.withCharacters { value, valueCount in
                rocksdb_sstfilewriter_put(handle, key, keyCount, value, valueCount, &message)
            }
        }
        if let message { throw StoreError(status: takeString(message), directory: path) }
        count += 1
    }

    /// Sets `key` to `value`; `.invalidArgument` unless `key` is above every key before it.
    package mutating func put(_ key: [UInt8], _ value: [UInt8]) throws(StoreError) {
        try put(key.span, value.span)
    }

    /// Takes `key` out of the database that ingests the file; order as for `put`.
    package mutating func delete(_ key: Span<UInt8>) throws(StoreError) {
        var message: UnsafeMutablePointer<CChar>?
        key.withCharacters { key, keyCount in
            rocksdb_sstfilewriter_delete(handle, key, keyCount, &message)
        }
        if let message { throw StoreError(status: takeString(message), directory: path) }
        count += 1
    }

    /// Takes `key` out of the database that ingests the file; order as for `put`.
    package mutating func delete(_ key: [UInt8]) throws(StoreError) { try delete(key.span) }

    /// The bytes written to the file so far; the block in the making is not among them.
    package var byteCount: UInt64 {
        var size: UInt64 = 0
        rocksdb_sstfilewriter_file_size(handle, &size)
        return size
    }

    /// Completes the file and syncs it. A file must have a key: `.invalidArgument` otherwise.
    package mutating func finish() throws(StoreError) {
        precondition(!isFinished, "a sorted file is finished once")
        try calling(in: path) { rocksdb_sstfilewriter_finish(handle, $0) }
        isFinished = true
    }
}
