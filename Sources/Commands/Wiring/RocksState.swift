internal import Foundation
internal import NodeRuntime
internal import RocksStore

#if KillPoints
internal import GraphCore
#endif

/// One partition's checkpoints in a RocksDB database of its own. A checkpoint is one sorted file,
/// written beside the database and taken in at once.
final class RocksState: StatePort, Sendable {
    /// The database.
    let database: RocksDatabase
    private let scratch: String
    private let shortage: RoomShortage?

    /// Opens the database in `directory`, makes it only where `isNew`; sorted files are written in
    /// the folder `scratch` first, which is emptied of what a killed process left there. Where room
    /// is short the database is opened for reading alone.
    init(
        directory: String, scratch: String, isNew: Bool, memory: MemoryBudget,
        shortage: RoomShortage? = nil
    ) throws(StoreFailure) {
        self.scratch = scratch
        self.shortage = shortage
        let options = RocksOptions.state(blockCacheBytes: memory.blockCacheBytes)
        database = try storing { () throws(StoreError) in
            try RocksDatabase(
                directory: directory, options: options, createIfMissing: isNew,
                mode: shortage == nil ? .readWrite : .readOnly)
        }
        if shortage == nil { try Self.makeEmpty(scratch) }
    }

    private static func makeEmpty(_ path: String) throws(StoreFailure) {
        let manager = FileManager.default
        do {
            if manager.fileExists(atPath: path) { try manager.removeItem(atPath: path) }
            try manager.createDirectory(atPath: path, withIntermediateDirectories: false)
        } catch {
            throw StoreFailure(
                .ioError, "cannot make the folder \(path) new",
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

    func scanFew(
        from lower: [UInt8], to upper: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StoreFailure) {
        try storing { () throws(StoreError) in
            try database.forEach(in: KeyRange(lower: lower, upper: upper), body)
        }
    }

    func apply(_ batch: consuming CheckpointBatch) throws(StoreFailure) {
        if let shortage { throw shortage.failure }
        let path = "\(scratch)/checkpoint.sst"
        do throws(StoreError) {
            var writer = try SortedFileWriter(path: path, options: .checkpointFile)
            try batch.forEachSorted { (key, value, isRemoval) throws(StoreError) in
                if isRemoval { try writer.delete(key) } else { try writer.put(key, value) }
                #if KillPoints
                KillPoint.entryWritten.pass()
                #endif
            }
            try writer.finish()
            #if KillPoints
            KillPoint.fileWritten.pass()
            #endif
        } catch {
            // It was never offered: were it left, it would only take room on a full disk.
            unlink(path)
            throw StoreFailure(error)
        }
        try storing { () throws(StoreError) in
            try database.ingest(files: [path], move: true)
            #if KillPoints
            KillPoint.fileIngested.pass()
            #endif
        }
    }

    /// The bytes that the checkpoints take on disk.
    func bytesOnDisk() throws(StoreFailure) -> UInt64 {
        try storing { () throws(StoreError) in try database.bytesOnDisk() }
    }

    func close() { database.close() }
}
