/// Lower-cases ASCII eight bytes at a time.
enum ASCIIWord {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Lower-cases the ASCII letters of `bytes[start..<end]`; false if there is a byte above 0x7F,
    /// and then some letters may be as they were.
    @inline(__always)
    static func lowercase(_ bytes: inout MutableSpan<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let wordsEnd = end - (end - start) % 8
        var seen = lowercaseWords(&bytes, start, wordsEnd)
        for index in wordsEnd..<end {
            let byte = bytes[index]
            seen |= UInt64(byte)
            bytes[index] = byte &- 0x41 < 26 ? byte | 0x20 : byte
        }
        return seen & highBits == 0
    }

    @inline(__always)
    private static func lowercaseWords(
        _ bytes: inout MutableSpan<UInt8>, _ start: Int, _ end: Int
    ) -> UInt64 {
        // unsafe: loads and stores check their bounds, and every pattern of bits is valid.
        var raw = unsafe bytes.mutableBytes
        var seen: UInt64 = 0
        for index in stride(from: start, to: end, by: 8) {
            let word = unsafe raw.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            seen |= word
            raw.storeBytes(of: lowercased(word), toByteOffset: index, as: UInt64.self)
        }
        return seen
    }

    /// The word with 0x20 set in each byte of A to Z; right where every byte is ASCII.
    @inline(__always)
    private static func lowercased(_ word: UInt64) -> UInt64 {
        let low = word & ~highBits
        // The highest bit of each byte says: from A on; behind Z.
        let fromA = low &+ ones &* (0x80 - 0x41)
        let behindZ = low &+ ones &* (0x80 - 0x5B)
        return word | (fromA & ~behindZ & ~word & highBits) >> 2
    }
}
