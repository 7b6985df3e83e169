internal import CRocksDB
internal import Glibc

extension RocksDatabase {
    /// Takes sorted files in, all of them or none: their keys stand above all that was written
    /// before, their deletions delete it.
    ///
    /// With `move` the files must lie on the database's file system; they get a second name in its
    /// folder (a hard link), and the first is removed at the end. Read in RocksDB 7.8's sources:
    /// - **Atomic**: the files of one call enter by one record of the MANIFEST, which is synced. A
    ///   kill before it leaves the database as it was, and files that the next opening removes.
    /// - **Durable** when it returns: each file, the folder and the MANIFEST have been synced,
    ///   without a write-ahead log. Writes that came before and are still in the log stay in it.
    /// - **Rewritten**: where keys overlap with older ones, a file gets a sequence number, eight
    ///   bytes written into its properties before the MANIFEST names it. So a file that was offered
    ///   once is never offered to a second database; a kill in between does no harm, since the next
    ///   offer writes it anew.
    /// - The files' ranges may overlap; of two that hold one key, the later in `files` wins.
    /// - A memory table that overlaps with the files is flushed first.
    package func ingest(files: [String], move: Bool) throws(StoreError) {
        guard !files.isEmpty else { return }
        let native = try opened()
        let options: OpaquePointer = rocksdb_ingestexternalfileoptions_create()
        defer { rocksdb_ingestexternalfileoptions_destroy(options) }
        rocksdb_ingestexternalfileoptions_set_move_files(options, move ? 1 : 0)
        let names = files.map { strdup($0) }
        defer { for name in names { free(name) } }
        try calling(in: directory) { error in
            rocksdb_ingest_external_file(
                native.handle, names.map { UnsafePointer($0) }, names.count, options, error)
        }
    }

    /// A consistent copy in the folder `path`, which must not exist and whose parent must: hard
    /// links where the file system is the same, copies where it is not. It may be made while the
    /// database is written to; the memory table is flushed first.
    package func checkpoint(to path: String) throws(StoreError) {
        let native = try opened()
        let maker = try calling(in: directory) {
            rocksdb_checkpoint_object_create(native.handle, $0)
        }
        defer { rocksdb_checkpoint_object_destroy(maker) }
        try calling(in: directory) { rocksdb_checkpoint_create(maker, path, 0, $0) }
    }

    /// Drops the files that lie wholly inside `range`, without reading them; keys in files at its
    /// edges stay. `range` needs an upper end, and like everywhere its upper end is outside it.
    ///
    /// RocksDB's function takes the upper end for a part of the range: a file whose last key is
    /// the first to be kept would go. So it is asked for a little less.
    package func deleteFiles(in range: KeyRange) throws(StoreError) {
        let native = try opened()
        guard let end = range.upper else {
            throw StoreError(.invalidArgument, "a range to drop files in needs an upper end")
        }
        guard let last = KeyRange.bound(below: end),
            !last.lexicographicallyPrecedes(range.lower)
        else { return }
        try calling(in: directory) { error in
            range.lower.span.withCharacters { lower, lowerCount in
                last.span.withCharacters { last, lastCount in
                    rocksdb_delete_file_in_range(
                        native.handle, lower, lowerCount, last, lastCount, error)
                }
            }
        }
    }

    /// The live sorted files' names, in RocksDB's order ("/000012.sst" stands as "000012.sst").
    package func liveFiles() throws(StoreError) -> [String] {
        let native = try opened()
        let list = rocksdb_livefiles(native.handle)
        defer { rocksdb_livefiles_destroy(list) }
        return (0..<rocksdb_livefiles_count(list)).map { index in
            let name = String(cString: rocksdb_livefiles_name(list, index))
            return name.hasPrefix("/") ? String(name.dropFirst()) : name
        }
    }

    /// The bytes that the folder's files take on disk, logs and information logs included.
    package func bytesOnDisk() throws(StoreError) -> UInt64 {
        _ = try opened()
        return try DatabaseFolder(path: directory).bytesOnDisk()
    }
}
