internal import Foundation
internal import NodeRuntime
internal import RocksStore

/// One partition's checkpoints in a RocksDB database of its own. A checkpoint is one sorted file,
/// written beside the database and taken in at once.
final class RocksState: StatePort {
    /// The database.
    let database: RocksDatabase
    private let scratch: String
    private let shortage: RoomShortage?

    /// Opens the database in `directory`, or makes it; sorted files are written in the folder
    /// `scratch` first, which is emptied of what a killed process left there. Where room is short
    /// the database is opened for reading alone.
    init(
        directory: String, scratch: String, shortage: RoomShortage? = nil
    ) throws(StoreFailure) {
        self.scratch = scratch
        self.shortage = shortage
        if shortage == nil {
            try Self.makeFolder((directory as NSString).deletingLastPathComponent)
        }
        database = try storing { () throws(StoreError) in
            try Self.open(directory, scratch, isReadOnly: shortage != nil)
        }
        guard shortage == nil else { return }
        try? FileManager.default.removeItem(atPath: scratch)
        try Self.makeFolder(scratch)
    }

    /// Opens the database; where it lacks the file that it was taking in when its disk failed,
    /// gives that back to it.
    ///
    /// When the MANIFEST names a new file and cannot be synced, RocksDB 7.8 takes the whole
    /// ingestion back and removes the file; but the MANIFEST may well reach the disk, and then
    /// names a file that is gone. The sorted file itself is still in `scratch`. That it is the one
    /// that is missing, RocksDB finds out: the MANIFEST holds its size and its unique id.
    private static func open(
        _ directory: String, _ scratch: String, isReadOnly: Bool
    ) throws(StoreError) -> RocksDatabase {
        func open() throws(StoreError) -> RocksDatabase {
            try RocksDatabase(
                directory: directory, options: .state, createIfMissing: !isReadOnly,
                mode: isReadOnly ? .readOnly : .readWrite)
        }
        do throws(StoreError) {
            return try open()
        } catch {
            guard error.code == .corruption, let file = error.file, file.hasSuffix(".sst"),
                (file as NSString).deletingLastPathComponent == directory,
                link(sortedFile(in: scratch), file) == 0
            else { throw error }
            do throws(StoreError) {
                // The name must be durable before `scratch` is emptied.
                guard (try? SmallFiles.syncFolder(directory)) != nil else { throw error }
                return try open()
            } catch let second {
                unlink(file)
                throw second
            }
        }
    }

    /// Where a checkpoint is written before it is taken in.
    private static func sortedFile(in scratch: String) -> String { scratch + "/checkpoint.sst" }

    private static func makeFolder(_ path: String) throws(StoreFailure) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw StoreFailure(
                .ioError, "cannot make the folder \(path)",
                remedy: "give this user the right to write there")
        }
    }

    func read(_ key: [UInt8], into value: inout [UInt8]) throws(StoreFailure) -> Bool {
        try storing { () throws(StoreError) in try database.get(key.span, into: &value) }
    }

    func scan(
        from lower: [UInt8], to upper: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StoreFailure) {
        try storing { () throws(StoreError) in
            try database.forEach(in: KeyRange(lower: lower, upper: upper), readsOnce: true, body)
        }
    }

    func apply(_ batch: consuming CheckpointBatch) throws(StoreFailure) {
        if let shortage { throw shortage.failure }
        let path = Self.sortedFile(in: scratch)
        do throws(StoreError) {
            var writer = try SortedFileWriter(path: path, options: .state)
            try batch.forEachSorted { (key, value, isRemoval) throws(StoreError) in
                if isRemoval { try writer.delete(key) } else { try writer.put(key, value) }
            }
            try writer.finish()
            try database.ingest(files: [path], move: true)
        } catch {
            throw StoreFailure(error)
        }
    }

    /// The bytes that the checkpoints take on disk.
    func bytesOnDisk() throws(StoreFailure) -> UInt64 {
        try storing { () throws(StoreError) in try database.bytesOnDisk() }
    }

    func close() { database.close() }
}
