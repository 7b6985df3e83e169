/// The primitive forms that every record and stored value is made of.
///
/// Fixed words are little-endian; node keys are their sixteen bytes in order; variable-length
/// integers are LEB128, signed ones zigzag first (both as Protocol Buffers define them).
extension [UInt8] {
    /// Eight bytes, little-endian.
    package mutating func appendWord(_ word: UInt64) { appendBytes(of: word.littleEndian) }

    /// Eight bytes, big-endian: they sort as the number does.
    package mutating func appendSortableWord(_ word: UInt64) { appendBytes(of: word.bigEndian) }

    @inline(__always)
    private mutating func appendBytes(of word: UInt64) {
        // unsafe: the eight bytes of a word, copied out within the call.
        unsafe Swift.withUnsafeBytes(of: word) { bytes in
            unsafe append(contentsOf: bytes)
        }
    }

    /// One to ten bytes.
    @inlinable @inline(__always)
    package mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// One to ten bytes; small magnitudes are short.
    @inlinable @inline(__always)
    package mutating func appendSignedVarint(_ value: Int64) {
        appendVarint(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    /// Sixteen bytes that sort as the key does.
    @inlinable @inline(__always)
    package mutating func appendKey(_ key: NodeKey) {
        // unsafe: the sixteen bytes of two words, copied out within the call.
        unsafe Swift.withUnsafeBytes(of: (key.high.bigEndian, key.low.bigEndian)) { words in
            unsafe append(contentsOf: words)
        }
    }

    /// A component's id, as its partition and sequence (varints): two to ten bytes.
    package mutating func appendComponent(_ id: ComponentID) {
        appendVarint(UInt64(id.host.rawValue))
        appendVarint(id.sequence)
    }

    /// A length and that many bytes.
    @inlinable
    package mutating func appendCounted(_ bytes: Span<UInt8>) {
        appendVarint(UInt64(bytes.count))
        append(bytes)
    }

    /// The bytes alone.
    @inlinable @inline(__always)
    package mutating func append(_ bytes: Span<UInt8>) {
        // unsafe: copied out within the call.
        unsafe bytes.withUnsafeBytes { source in
            unsafe append(contentsOf: source)
        }
    }
}
