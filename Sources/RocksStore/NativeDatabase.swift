internal import CRocksDB

/// RocksDB's handles of one open database; closes it when the last user lets go.
///
/// Iterators and pinned values hold it too, so a database that is closed under them stays open
/// until they are gone. `@unchecked Sendable`: RocksDB's database handle is safe to use from any
/// number of threads, and the pointers never change.
final class NativeDatabase: @unchecked Sendable {
    let handle: OpaquePointer
    let defaultFamily: OpaquePointer
    let readOptions: OpaquePointer
    let directory: String
    private let writeOptions: OpaquePointer
    private let syncedWriteOptions: OpaquePointer
    private let options: NativeOptions

    /// Opens the database in `directory`; frees all that it made when that fails.
    init(
        directory: String, options: NativeOptions, isReadOnly: Bool
    ) throws(StoreError) {
        var family: OpaquePointer?
        handle = try NativeDatabase.open(
            directory: directory, options: options, isReadOnly: isReadOnly, family: &family)
        defaultFamily = family!
        readOptions = rocksdb_readoptions_create()
        rocksdb_readoptions_set_verify_checksums(readOptions, 1)
        writeOptions = rocksdb_writeoptions_create()
        syncedWriteOptions = rocksdb_writeoptions_create()
        rocksdb_writeoptions_set_sync(syncedWriteOptions, 1)
        self.options = options
        self.directory = directory
    }

    deinit {
        rocksdb_column_family_handle_destroy(defaultFamily)
        rocksdb_close(handle)
        rocksdb_readoptions_destroy(readOptions)
        rocksdb_writeoptions_destroy(writeOptions)
        rocksdb_writeoptions_destroy(syncedWriteOptions)
    }

    func writeOptions(sync: Bool) -> OpaquePointer { sync ? syncedWriteOptions : writeOptions }

    /// Writes the value of `key` over the content of `bytes`; false, and empty, where none is.
    func get(
        _ key: Span<UInt8>, _ options: OpaquePointer, into bytes: inout [UInt8]
    ) throws(StoreError) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        guard let slice = try pinned(key, options) else { return false }
        defer { rocksdb_pinnableslice_destroy(slice) }
        var count = 0
        let start = UnsafeRawPointer(rocksdb_pinnableslice_value(slice, &count))
        bytes.append(
            contentsOf: UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
        return true
    }

    /// The value of `key`, to be destroyed by the caller; nil where there is none.
    @inline(__always)
    func pinned(
        _ key: Span<UInt8>, _ options: OpaquePointer
    ) throws(StoreError) -> OpaquePointer? {
        var message: UnsafeMutablePointer<CChar>?
        let slice = key.withCharacters { key, count in
            rocksdb_get_pinned(handle, options, key, count, &message)
        }
        guard let message else { return slice }
        throw StoreError(status: takeString(message), directory: directory)
    }

    private static func open(
        directory: String, options: NativeOptions, isReadOnly: Bool,
        family: inout OpaquePointer?
    ) throws(StoreError) -> OpaquePointer {
        let opened = try calling(in: directory) { error in
            "default".withCString { name in
                var names: UnsafePointer<CChar>? = name
                var familyOptions: OpaquePointer? = options.options
                return isReadOnly
                    ? rocksdb_open_for_read_only_column_families(
                        options.options, directory, 1, &names, &familyOptions, &family, 0, error)
                    : rocksdb_open_column_families(
                        options.options, directory, 1, &names, &familyOptions, &family, error)
            }
        }
        guard let opened, family != nil else {
            throw StoreError(.ioError, "RocksDB gave no handle for \(directory)")
        }
        return opened
    }
}
