/// What a batch in the write-ahead log says of that log: up to which sequence number it was known
/// to be on disk when the batch was made.
///
/// It stands in the batch as RocksDB's log data, which no database takes in: a tag (3), a length
/// (16), a mark, and the number, its lowest byte first. Once behind the batch's header and once at
/// its end, so that either is enough where a part of the batch is lost.
enum LogClaim {
    /// Where the first one stands: behind the sequence number (8 bytes) and the count of changes.
    static let offset = 12
    private static let head: [UInt8] = [3, 16] + Array("kin-sync".utf8)
    private static let byteCount = 18

    /// What RocksDB is given as log data.
    static func data(_ sequence: UInt64) -> [UInt8] {
        head.dropFirst(2)
            + (0..<8).map { UInt8(truncatingIfNeeded: sequence >> UInt64($0 * 8)) }
    }

    /// What the beginning of a batch says.
    enum Found: Equatable {
        case claim(UInt64)
        /// It says nothing.
        case none
        /// Too little of it is there.
        case unknown
    }

    /// The claim behind the header of a batch that begins with these bytes.
    static func first(in batch: ArraySlice<UInt8>) -> Found {
        guard batch.count >= offset + byteCount else { return .unknown }
        return read(batch.dropFirst(offset).prefix(byteCount))
    }

    /// The claim at the end of a batch that ends with these bytes.
    static func last(in batch: ArraySlice<UInt8>) -> Found {
        guard batch.count >= byteCount else { return .unknown }
        return read(batch.suffix(byteCount))
    }

    private static func read(_ bytes: ArraySlice<UInt8>) -> Found {
        guard bytes.starts(with: head) else { return .none }
        return .claim(bytes.suffix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }
}
