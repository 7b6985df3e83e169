/// How a database is laid out and read: the few of RocksDB's options that Kindred sets, as a value.
///
/// Two presets: `.log` for a partition's log, `.state` for its checkpointed state.
package struct RocksOptions: Equatable, Sendable {
    /// How blocks are compressed.
    package enum Compression: Sendable { case none, lz4, zstd }

    /// Which files are merged.
    package enum Compaction: Sendable {
        /// Those that overlap go into levels, each ten times as large as the one before.
        case leveled
        /// Files of like size become one; all of them where half is superfluous. It writes less,
        /// and takes twice the room while all become one.
        case universal
    }

    /// What opening does with a write-ahead log whose damage is not at its end.
    package enum DamagedLogPolicy: Sendable {
        /// Opening fails with `.corruption` that names the file and the place.
        case refuse
        /// All that follows the damage is dropped: the way out for an operator who was told.
        case dropTheRest
    }

    /// Bytes of memory for uncompressed blocks.
    package var blockCacheBytes: Int
    /// Bytes of keys and values in a data block before it is closed.
    package var blockBytes: Int
    /// Bloom filter bits per key; nil: no filter.
    package var filterBitsPerKey: Double?
    /// How data blocks are compressed.
    package var compression: Compression
    /// Bytes of the memory table at which it is written out.
    package var writeBufferBytes: Int
    /// Bytes of all write-ahead logs at which the oldest is made superfluous by a flush.
    package var maximumLogBytes: UInt64
    /// Which files are merged.
    package var compaction: Compaction
    /// Bytes of a sorted file that compaction writes.
    package var targetFileBytes: UInt64
    /// Files that overlap, as they were flushed or ingested, at which compaction begins: the more,
    /// the less is written again, and the more filters a read asks.
    package var overlappingFiles: Int32
    /// Files held open at most; each keeps its index and filter in memory.
    package var maximumOpenFiles: Int32
    /// Threads for flushes and compactions together.
    package var backgroundJobs: Int32
    /// Whether data blocks carry a hash index, for point reads.
    package var hasDataBlockHashIndex: Bool
    /// What to do about damage inside a write-ahead log.
    package var damagedLog: DamagedLogPolicy

    /// A partition's log: values of 50 to 500 KB under keys that rise, read in order, trimmed from
    /// the front.
    ///
    /// No compression (a record is compact already) and no filter (nobody asks for an absent one).
    /// Keys rise, so files never overlap and compaction moves them without rewriting.
    package static let log = RocksOptions(
        blockCacheBytes: 8 << 20, blockBytes: 64 << 10, filterBitsPerKey: nil, compression: .none,
        writeBufferBytes: 64 << 20, maximumLogBytes: 1 << 30, compaction: .leveled,
        targetFileBytes: 64 << 20, overlappingFiles: 4, maximumOpenFiles: 256, backgroundJobs: 2,
        hasDataBlockHashIndex: false, damagedLog: .refuse)

    /// A partition's state: point reads, writes by ingested files. The block cache is 64 MiB.
    package static let state = RocksOptions.state(blockCacheBytes: 64 << 20)

    /// A partition's state with a block cache of so many bytes.
    ///
    /// Indexes and filters live outside the cache, about 1.5 bytes a key, so that a small cache
    /// never evicts a filter. LZ4, because on a million values of 200 bytes (32 of them random)
    /// writing took 1.1 in place of 0.8 microseconds of processor each, reading 5.1 in place of
    /// 4.7, and the file was 36% smaller. Universal compaction of twelve files, because a
    /// checkpoint changes customers all over the store: a replay of 10 M links took 171 CPU-seconds
    /// in place of 192 with levels that begin at eight files, and the state 1.7 GB, not 2.2.
    package static func state(blockCacheBytes: Int) -> RocksOptions {
        RocksOptions(
            blockCacheBytes: blockCacheBytes, blockBytes: 4 << 10, filterBitsPerKey: 10,
            compression: .lz4, writeBufferBytes: 8 << 20, maximumLogBytes: 64 << 20,
            compaction: .universal, targetFileBytes: 64 << 20, overlappingFiles: 12,
            maximumOpenFiles: 512, backgroundJobs: 2, hasDataBlockHashIndex: true,
            damagedLog: .refuse)
    }

    /// A checkpoint's sorted file, which a state takes in: uncompressed. The first compaction
    /// writes it again, compressed; to do so here would be half of what making it takes.
    package static var checkpointFile: RocksOptions {
        var options = state
        options.compression = .none
        return options
    }
}
