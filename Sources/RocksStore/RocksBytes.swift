internal import CRocksDB

/// A value as it lies in RocksDB's memory, pinned there for as long as this object lives.
///
/// `@unchecked Sendable`: the bytes never change, and RocksDB lets any thread release a pin.
package final class RocksBytes: @unchecked Sendable {
    private let slice: OpaquePointer
    private let start: UnsafePointer<CChar>?
    /// Keeps the database open for as long as its memory is lent.
    private let database: NativeDatabase

    /// The number of bytes.
    package let count: Int

    init(slice: OpaquePointer, database: NativeDatabase) {
        self.slice = slice
        self.database = database
        var count = 0
        start = rocksdb_pinnableslice_value(slice, &count)
        self.count = count
    }

    deinit { rocksdb_pinnableslice_destroy(slice) }

    /// Lends the bytes for the time of the call, without copying them.
    @inline(__always)
    package func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try lend(start, count, body)
    }

    /// A copy of the bytes.
    package var array: [UInt8] {
        Array(
            UnsafeBufferPointer(
                start: UnsafeRawPointer(start)?.assumingMemoryBound(to: UInt8.self),
                count: start == nil ? 0 : count))
    }
}
