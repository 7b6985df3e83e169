internal import CRocksDB
internal import Glibc

/// Copies of one database over time, in a folder of their own, by RocksDB's backup engine.
///
/// A sorted file that an earlier copy holds is not copied again: its name there carries the
/// database's session and its size, so equal names are equal files. All other files are private to
/// their copy. Each copy has a list of its files with their CRC-32C; the list is written last and
/// everything is synced, so a killed copy is never listed, and later ones clear it away.
///
/// Who keeps a copy's number keeps `listChecksum` beside it: a flipped bit in the list itself is
/// found by that alone.
///
/// Used from one thread; one process at a time may write in the folder.
package final class RocksBackups {
    /// One copy of the database.
    package struct Copy: Equatable, Sendable {
        /// Its number; they rise.
        package let number: UInt32
        /// The bytes of all its files, shared ones included.
        package let byteCount: UInt64
        /// How many files it has, shared ones included.
        package let fileCount: Int
    }

    /// The folder.
    package let path: String
    private let engine: OpaquePointer

    /// Opens the folder, or makes it; its parent must be there.
    package init(path: String) throws(StoreError) {
        let options: OpaquePointer = rocksdb_options_create()
        defer { rocksdb_options_destroy(options) }
        // What the C interface does not say: by default the engine syncs what it writes, shares
        // sorted files, and copies the write-ahead log.
        let opened = try calling(in: path) { rocksdb_backup_engine_open(options, path, $0) }
        guard let opened else {
            throw StoreError(.ioError, "RocksDB opened no backups in \(path)", file: path)
        }
        engine = opened
        self.path = path
    }

    deinit { rocksdb_backup_engine_close(engine) }

    /// The whole copies, the oldest first. One whose list cannot be read is not among them.
    package var copies: [Copy] {
        guard let info = rocksdb_backup_engine_get_backup_info(engine) else { return [] }
        defer { rocksdb_backup_engine_info_destroy(info) }
        return (0..<rocksdb_backup_engine_info_count(info)).map { index in
            Copy(
                number: rocksdb_backup_engine_info_backup_id(info, index),
                byteCount: rocksdb_backup_engine_info_size(info, index),
                fileCount: Int(rocksdb_backup_engine_info_number_files(info, index)))
        }.sorted { $0.number < $1.number }
    }

    /// Adds a copy of what the database holds now. It may be written to meanwhile.
    ///
    /// The memory table is written out first: a sorted file has a checksum for every block and is
    /// shared with later copies; the write-ahead log would be copied each time.
    package func add(_ database: RocksDatabase) throws(StoreError) -> Copy {
        let native = try database.opened()
        try calling(in: path) {
            rocksdb_backup_engine_create_new_backup_flush(engine, native.handle, 1, $0)
        }
        guard let newest = copies.last else {
            throw StoreError(.ioError, "RocksDB lists no copy of \(database.directory)", file: path)
        }
        return newest
    }

    /// Puts a copy back into the folder `directory`, which is empty or not there; its parent is.
    /// Every file is checked against its checksum on the way. Not synced: see `syncTree`.
    package func restore(_ number: UInt32, to directory: String) throws(StoreError) {
        let options: OpaquePointer = rocksdb_restore_options_create()
        defer { rocksdb_restore_options_destroy(options) }
        try calling(in: path) {
            rocksdb_backup_engine_restore_db_from_backup(
                engine, directory, directory, options, number, $0)
        }
    }

    /// Removes all but the newest `count` copies, and the files that only those had.
    package func keep(newest count: Int) throws(StoreError) {
        try calling(in: path) {
            rocksdb_backup_engine_purge_old_backups(engine, UInt32(count), $0)
        }
    }
}
