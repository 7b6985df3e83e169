/// Eight bytes of a span as one word, first byte lowest, so that a scan looks at eight at a time.
///
/// The arithmetic that finds a byte in a word is known as SWAR (H. Warren, "Hacker's Delight",
/// section 6-1). A borrow can mark a byte wrongly only above one that is marked rightly, so the
/// lowest mark is always exact, and only the lowest is used.
enum ByteWord {
    /// The bytes in a word.
    static let byteCount = 8
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    /// The highest bit of each byte.
    static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The eight bytes from `index` on; `index + 8` is at most `bytes.count`.
    @inline(__always)
    static func load(_ bytes: Span<UInt8>, at index: Int) -> UInt64 {
        // Safe: the call checks its bounds, and every pattern of bits is a UInt64.
        unsafe UInt64(
            littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Marks, in the highest bits, the bytes that end a run of plain characters in a JSON string:
    /// the quote, the backslash and those below 0x20.
    @inline(__always)
    static func stringStops(_ word: UInt64) -> UInt64 {
        let quotes = word ^ (ones &* 0x22)
        let slashes = word ^ (ones &* 0x5C)
        let found =
            (quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes
            | (word &- ones &* 0x20) & ~word
        return found & highBits
    }

    /// Marks, in the highest bits, the bytes that are `byte`.
    @inline(__always)
    static func marks(of byte: UInt8, in word: UInt64) -> UInt64 {
        let difference = word ^ (ones &* UInt64(byte))
        return (difference &- ones) & ~difference & highBits
    }

    /// The lowest 1 to 8 bytes of a word, zeros above them.
    @inline(__always)
    static func lowest(_ length: Int, of word: UInt64) -> UInt64 {
        word & (UInt64.max >> UInt64(truncatingIfNeeded: 64 - length * 8))
    }

    /// How many bytes stand before the lowest mark.
    @inline(__always)
    static func bytesBefore(_ marks: UInt64) -> Int { marks.trailingZeroBitCount >> 3 }

    /// Up to eight bytes that do not end with NUL as a word, so that different texts are different
    /// words; nil if there are more, or the last is NUL.
    @inline(__always)
    static func name(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard range.count <= byteCount else { return nil }
        let word = packed(bytes, range)
        return range.isEmpty || bytes[range.upperBound - 1] != 0 ? word : nil
    }

    /// Up to eight bytes as a word, zeros above them.
    @inline(__always)
    static func packed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        let length = range.upperBound - range.lowerBound
        precondition(length <= byteCount, "a word holds eight bytes")
        if length == 0 { return 0 }
        if range.lowerBound + byteCount <= bytes.count {
            return lowest(length, of: load(bytes, at: range.lowerBound))
        }
        var word: UInt64 = 0
        for index in range.reversed() { word = word << 8 | UInt64(bytes[index]) }
        return word
    }

    /// Copies `source[range]` to `target` from `start` on; up to seven bytes behind the copy are
    /// overwritten, which must lie in bounds.
    @inline(__always)
    static func copy(
        _ source: Span<UInt8>, _ range: Range<Int>, to target: inout MutableSpan<UInt8>,
        at start: Int
    ) {
        let length = range.upperBound - range.lowerBound
        // Safe: storing checks its bounds, and every byte that is stored is a UInt8.
        var bytes = unsafe target.mutableBytes
        if length < byteCount {
            let word = packed(source, range).littleEndian
            bytes.storeBytes(of: word, toByteOffset: start, as: UInt64.self)
            return
        }
        var offset = 0
        // The last word overlaps the one before it, so that nothing behind the range is read.
        let last = length - byteCount
        while true {
            let word = load(source, at: range.lowerBound + offset).littleEndian
            bytes.storeBytes(of: word, toByteOffset: start + offset, as: UInt64.self)
            if offset == last { return }
            offset = min(offset + byteCount, last)
        }
    }

    /// Whether every byte is below 0x80.
    static func isASCII(_ bytes: Span<UInt8>) -> Bool {
        var seen: UInt64 = 0
        var index = 0
        while index + byteCount <= bytes.count {
            seen |= load(bytes, at: index)
            index += byteCount
        }
        while index < bytes.count {
            seen |= UInt64(bytes[index])
            index += 1
        }
        return seen & highBits == 0
    }
}
