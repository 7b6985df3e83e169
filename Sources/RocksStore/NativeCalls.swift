internal import CRocksDB

/// Calls a RocksDB function that reports failure through an error text, and throws that.
func calling<Result>(
    in directory: String,
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) throws(StoreError) -> Result {
    var message: UnsafeMutablePointer<CChar>?
    let result = body(&message)
    guard let message else { return result }
    throw StoreError(status: takeString(message), directory: directory)
}

/// The text that RocksDB allocated, which this frees.
func takeString(_ text: UnsafeMutablePointer<CChar>) -> String {
    defer { rocksdb_free(text) }
    return String(cString: text)
}

extension Span where Element == UInt8 {
    /// The bytes as C's `char *` and length; never a null pointer.
    @inline(__always)
    func withCharacters<Result>(
        _ body: (UnsafePointer<CChar>, Int) -> Result
    ) -> Result {
        withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else {
                var nothing: CChar = 0
                return body(&nothing, 0)
            }
            return body(start.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }
}

/// Lends `count` bytes at `start`, which RocksDB owns, as a span for the time of the call.
@inline(__always)
func lend<Result, Failure: Error>(
    _ start: UnsafePointer<CChar>?, _ count: Int,
    _ body: (Span<UInt8>) throws(Failure) -> Result
) throws(Failure) -> Result {
    let raw = UnsafeRawPointer(start)?.assumingMemoryBound(to: UInt8.self)
    return try body(UnsafeBufferPointer(start: raw, count: raw == nil ? 0 : count).span)
}
