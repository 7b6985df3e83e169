/// A place in bytes that are read from front to back. Every read is checked: what ends early is an
/// error, never a trap.
///
/// Inlinable, as what reads most is in other modules, a few bytes at a time.
@usableFromInline package struct ByteCursor {
    /// Where the next read starts.
    @usableFromInline package internal(set) var offset: Int
    /// Where the last read must end.
    @usableFromInline package let end: Int

    /// A cursor over `range` of some bytes, which each read is given.
    @inlinable
    package init(_ range: Range<Int>) {
        offset = range.lowerBound
        end = range.upperBound
    }

    /// How many bytes are left.
    @inlinable
    package var remaining: Int { end - offset }

    /// The next byte.
    @inlinable @inline(__always)
    package mutating func byte(_ bytes: Span<UInt8>) throws(WireError) -> UInt8 {
        guard offset < end else { throw Self.endsEarly }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// A yes or a no: 1 or 0.
    package mutating func flag(_ bytes: Span<UInt8>) throws(WireError) -> Bool {
        let value = try byte(bytes)
        guard value <= 1 else { throw WireError(.damaged, "a yes or no is neither") }
        return value == 1
    }

    /// Eight bytes, little-endian.
    @inlinable
    package mutating func word(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
        try UInt64(littleEndian: loadWord(bytes))
    }

    /// Eight bytes, big-endian.
    @inlinable
    package mutating func sortableWord(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
        try UInt64(bigEndian: loadWord(bytes))
    }

    /// One to ten bytes, as few as the number needs.
    @inlinable @inline(__always)
    package mutating func varint(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
        if offset < end, bytes[offset] < 0x80 {
            defer { offset += 1 }
            return UInt64(bytes[offset])
        }
        return try longVarint(bytes)
    }

    /// A number of more than one byte: where eight are left, all of them are looked at together.
    @inlinable
    mutating func longVarint(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
        guard end - offset >= 8 else { return try anyVarint(bytes) }
        // unsafe: in bounds by the guard (and checked again), and any bits are a word.
        let word = unsafe UInt64(
            littleEndian: bytes.bytes.unsafeLoadUnaligned(
                fromByteOffset: offset, as: UInt64.self))
        // The high bit is off in the last byte alone.
        let ends = ~word & 0x8080_8080_8080_8080
        guard ends != 0 else { return try anyVarint(bytes) }
        let last = UInt64(ends.trailingZeroBitCount & ~7)
        guard last == 0 || word >> last & 0xff != 0 else { throw Self.overlong }
        offset += Int(last / 8) + 1
        // Seven bits of each byte, pushed together in pairs, in fours, in eights.
        var value = word & (ends ^ (ends - 1)) & 0x7f7f_7f7f_7f7f_7f7f
        value = value & 0x007f_007f_007f_007f | (value & 0x7f00_7f00_7f00_7f00) >> 1
        value = value & 0x0000_3fff_0000_3fff | (value & 0x3fff_0000_3fff_0000) >> 2
        return value & 0x0fff_ffff | (value & 0x0fff_ffff_0000_0000) >> 4
    }

    /// A number byte by byte.
    @usableFromInline
    mutating func anyVarint(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte(bytes)
            guard shift < 63 || next <= 1 else { throw Self.tooLarge }
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 {
                guard next != 0 || shift == 0 else { throw Self.overlong }
                return value
            }
            shift += 7
        }
    }

    /// One to ten bytes, zigzag.
    @inlinable @inline(__always)
    package mutating func signedVarint(_ bytes: Span<UInt8>) throws(WireError) -> Int64 {
        let value = try varint(bytes)
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A number that fits 32 bits.
    @inlinable @inline(__always)
    package mutating func number(_ bytes: Span<UInt8>) throws(WireError) -> UInt32 {
        guard let number = UInt32(exactly: try varint(bytes)) else { throw Self.tooLarge }
        return number
    }

    /// A count of things that take at least `leastBytes` each, so that damage cannot ask for more
    /// memory than the bytes themselves take.
    @inlinable
    package mutating func count(
        _ bytes: Span<UInt8>, leastBytes: Int
    ) throws(WireError) -> Int {
        let count = try varint(bytes)
        guard count <= UInt64(remaining / max(leastBytes, 1)) else { throw Self.endsEarly }
        return Int(count)
    }

    /// Sixteen bytes of a node key.
    @inlinable @inline(__always)
    package mutating func key(_ bytes: Span<UInt8>) throws(WireError) -> NodeKey {
        let high = try sortableWord(bytes)
        return NodeKey(high: high, low: try sortableWord(bytes))
    }

    /// A partition's number.
    package mutating func partition(_ bytes: Span<UInt8>) throws(WireError) -> PartitionID {
        guard let number = UInt16(exactly: try varint(bytes)) else {
            throw WireError(.damaged, "a partition's number is too large")
        }
        return PartitionID(number)
    }

    /// A component's id: its partition and sequence.
    package mutating func component(_ bytes: Span<UInt8>) throws(WireError) -> ComponentID {
        let partition = try partition(bytes)
        let sequence = try varint(bytes)
        guard sequence <= ComponentID.maximumSequence else { throw Self.tooLarge }
        return ComponentID(partition: partition, sequence: sequence)
    }

    /// A length and that many bytes: where they are.
    @inlinable @inline(__always)
    package mutating func counted(_ bytes: Span<UInt8>) throws(WireError) -> Range<Int> {
        let count = try varint(bytes)
        guard count <= UInt64(remaining) else { throw Self.endsEarly }
        let start = offset
        offset += Int(count)
        return start..<offset
    }

    /// Says that nothing may be left.
    package func finish() throws(WireError) {
        guard offset == end else { throw WireError(.damaged, "bytes are left over") }
    }

    // Computed, so that readers elsewhere hold a call alone and nothing that it returns.
    @usableFromInline static var endsEarly: WireError {
        WireError(.damaged, "the bytes end early")
    }
    @usableFromInline static var overlong: WireError {
        WireError(.damaged, "a number is longer than it need be")
    }
    @usableFromInline static var tooLarge: WireError {
        WireError(.damaged, "a number is too large")
    }

    @inlinable @inline(__always)
    mutating func loadWord(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
        guard end - offset >= 8 else { throw Self.endsEarly }
        defer { offset += 8 }
        // unsafe: in bounds by the guard (and checked again), and any bits are a word.
        return unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
}

extension [UInt8] {
    /// Appends a part of `bytes`.
    @inlinable
    package mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        append(bytes.extracting(range))
    }
}
