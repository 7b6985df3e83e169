/// CRC-32C (Castagnoli), as RocksDB's logs carry it: eight bytes a step through eight tables, the
/// "slicing by 8" of Kounavis and Berry (Intel, 2005).
struct Crc32c {
    private let tables: [UInt32]

    init() {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 != 0 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
            tables[byte] = crc
        }
        for slice in 1..<8 {
            for byte in 0..<256 {
                let before = tables[(slice - 1) * 256 + byte]
                tables[slice * 256 + byte] = before >> 8 ^ tables[Int(before & 0xFF)]
            }
        }
        self.tables = tables
    }

    /// The checksum of `bytes`, or of all that has the checksum `before` with `bytes` behind it.
    func value(of bytes: UnsafeRawBufferPointer, after before: UInt32 = 0) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var crc = ~before
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                let mixed = word ^ UInt64(crc)
                crc = 0
                for slice in 0..<8 {
                    let byte = Int(truncatingIfNeeded: mixed >> UInt64(slice * 8)) & 0xFF
                    crc ^= tables[(7 - slice) * 256 + byte]
                }
                offset += 8
            }
            while offset < bytes.count {
                crc = crc >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[offset])]
                offset += 1
            }
            return ~crc
        }
    }

    /// The checksum as RocksDB stores it: turned and shifted, so that a checksum over data that
    /// holds checksums stays a good one.
    func masked(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        let crc = value(of: bytes)
        return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }
}
