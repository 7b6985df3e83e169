internal import Foundation
internal import IdentityModel
internal import NodeRuntime
internal import RocksStore

#if KillPoints
internal import GraphCore
#endif

/// The logs of a node in one RocksDB database: a record is one value, its key the partition's
/// number and the offset, both big-endian.
///
/// One database for all partitions, so that one sync is one for all. The change feed is a second
/// one of the same form, whose values are changes.
final class RocksLog: LogPort, FeedPort, Sendable {
    private static let keyBytes = 10
    /// The database.
    let database: RocksDatabase
    /// Keeps records from being trimmed while they are copied.
    let trims = TrimHold()

    private let shortage: RoomShortage?

    /// Opens the database in `directory`; makes it only where `isNew`. Where room is short it is
    /// opened for reading alone.
    init(
        directory: String, isNew: Bool, memory: MemoryBudget, shortage: RoomShortage? = nil
    ) throws(StoreFailure) {
        self.shortage = shortage
        var options = RocksOptions.log
        options.writeBufferBytes = memory.logBufferBytes
        database = try storing { () throws(StoreError) in
            try RocksDatabase(
                directory: directory, options: options, createIfMissing: isNew,
                mode: shortage == nil ? .readWrite : .readOnly)
        }
    }

    /// Looks whether the database in `directory` has the file that its latest records are in, and
    /// changes nothing. RocksDB takes a write-ahead log that is gone for one that never was.
    ///
    /// - Throws: `StoreFailure`.
    static func check(directory: String) throws(StoreFailure) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        guard !names.isEmpty, !names.contains(where: { $0.hasSuffix(".log") }) else { return }
        throw StoreFailure(
            .damaged, "the write-ahead log \(directory)/*.log is missing", remedy: Remedy.bringBack)
    }

    func bounds(of partition: PartitionID) throws(StoreFailure) -> Range<UInt64> {
        try storing { () throws(StoreError) in
            var iterator = try database.iterator(over: Self.range(of: partition))
            try iterator.seekToFirst()
            guard iterator.isValid else { return 0..<0 }
            let first = Self.offset(iterator.key)
            try iterator.seekToLast()
            return first..<Self.offset(iterator.key) + 1
        }
    }

    func append(
        _ record: Span<UInt8>, at offset: UInt64, of partition: PartitionID
    ) throws(StoreFailure) {
        if let shortage { throw shortage.failure }
        let key = Self.key(partition, offset)
        try storing { () throws(StoreError) in
            try database.writeClaiming(sync: false) { batch in batch.put(key.span, record) }
        }
    }

    func sync() throws(StoreFailure) {
        if let shortage { throw shortage.failure }
        try storing { () throws(StoreError) in try database.syncLog() }
    }

    func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ record: Span<UInt8>) -> Bool
    ) throws(StoreFailure) {
        let range = KeyRange(
            lower: Self.key(partition, offset), upper: Self.range(of: partition).upper)
        try storing { () throws(StoreError) in
            try database.forEach(in: range, readsOnce: true) { key, value in
                body(Self.offset(key), value)
            }
        }
    }

    func append(
        _ changes: [[UInt8]], from offset: UInt64, of partition: PartitionID
    ) throws(StoreFailure) {
        if let shortage { throw shortage.failure }
        try storing { () throws(StoreError) in
            try database.writeClaiming(sync: false) { batch in
                for (place, change) in changes.enumerated() {
                    batch.put(Self.key(partition, offset + UInt64(place)), change)
                }
            }
        }
    }

    func cut(from offset: UInt64, of partition: PartitionID) throws(StoreFailure) {
        let (lower, upper) = (Self.key(partition, offset), Self.range(of: partition).upper)
        try storing { () throws(StoreError) in
            // Synced: what is told next has the offsets of what goes.
            try database.writeClaiming(sync: true) { batch in
                batch.deleteRange(from: lower, to: upper ?? Self.beyondAll)
            }
        }
    }

    func trim(before offset: UInt64, of partition: PartitionID) throws(StoreFailure) {
        let lower = Self.key(partition, 0)
        let upper = Self.key(partition, offset)
        // What is held now goes with a later trim.
        guard trims.beginTrim() else { return }
        defer { trims.endTrim() }
        try storing { () throws(StoreError) in
            // Synced: were it not, the next record might go into the next log file and be durable
            // there, while a power loss tears this one's end; that looks like records lost between.
            try database.writeClaiming(sync: true) { batch in
                batch.deleteRange(from: lower, to: upper)
            }
            #if KillPoints
            KillPoint.logTrimmed.pass()
            #endif
            try database.deleteFiles(in: KeyRange(lower: lower, upper: upper))
        }
    }

    /// The bytes that the logs take on disk.
    func bytesOnDisk() throws(StoreFailure) -> UInt64 {
        try storing { () throws(StoreError) in try database.bytesOnDisk() }
    }

    func close() { database.close() }

    // MARK: Keys

    private static func key(_ partition: PartitionID, _ offset: UInt64) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(keyBytes)
        for shift in [8, 0] {
            key.append(UInt8(truncatingIfNeeded: partition.rawValue >> UInt16(shift)))
        }
        for shift in stride(from: 56, through: 0, by: -8) {
            key.append(UInt8(truncatingIfNeeded: offset >> UInt64(shift)))
        }
        return key
    }

    private static func offset(_ key: [UInt8]) -> UInt64 { offset(key.span) }

    private static func offset(_ key: Span<UInt8>) -> UInt64 {
        var offset: UInt64 = 0
        for index in 2..<key.count { offset = offset << 8 | UInt64(key[index]) }
        return offset
    }

    private static func range(of partition: PartitionID) -> KeyRange {
        KeyRange(prefix: Array(key(partition, 0).prefix(2)))
    }

    /// Above every key: the last partition's have no prefix above them.
    private static let beyondAll = [UInt8](repeating: 0xFF, count: keyBytes + 1)
}
