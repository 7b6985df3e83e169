internal import Foundation
internal import NodeRuntime
internal import RocksStore

/// One partition's checkpoints in a RocksDB database of its own. A checkpoint is one sorted file,
/// written beside the database and taken in at once.
final class RocksState: StatePort {
    /// The database.
    let database: RocksDatabase
    private let scratch: String

    /// Opens the database in `directory`; sorted files are written in the folder `scratch` first,
    /// which is emptied of what a killed process left there.
    init(directory: String, scratch: String) throws(StoreFailure) {
        self.scratch = scratch
        try Self.makeFolder((directory as NSString).deletingLastPathComponent)
        database = try storing { () throws(StoreError) in
            try RocksDatabase(directory: directory, options: .state, createIfMissing: true)
        }
        try? FileManager.default.removeItem(atPath: scratch)
        try Self.makeFolder(scratch)
    }

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
        let path = "\(scratch)/checkpoint.sst"
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
