/// A place in bytes that are read from front to back. Every read is checked: what ends early is an
/// error, never a trap.
package struct ByteCursor {
    /// Where the next read starts.
    package private(set) var offset: Int
    /// Where the last read must end.
    package let end: Int

    /// A cursor over `range` of some bytes, which each read is given.
    package init(_ range: Range<Int>) {
        offset = range.lowerBound
        end = range.upperBound
    }

    /// How many bytes are left.
    package var remaining: Int { end - offset }

    /// The next byte.
    @inline(__always)
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
    package mutating func word(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
        try UInt64(littleEndian: loadWord(bytes))
    }

    /// Eight bytes, big-endian.
    package mutating func sortableWord(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
        try UInt64(bigEndian: loadWord(bytes))
    }

    /// One to ten bytes, as few as the number needs.
    @inline(__always)
    package mutating func varint(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
        let first = try byte(bytes)
        if first < 0x80 { return UInt64(first) }
        var value = UInt64(first & 0x7f)
        var shift: UInt64 = 7
        while true {
            let next = try byte(bytes)
            guard shift < 63 || next <= 1 else { throw Self.tooLarge }
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 {
                guard next != 0 else { throw Self.overlong }
                return value
            }
            shift += 7
        }
    }

    /// One to ten bytes, zigzag.
    @inline(__always)
    package mutating func signedVarint(_ bytes: Span<UInt8>) throws(WireError) -> Int64 {
        let value = try varint(bytes)
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A number that fits 32 bits.
    @inline(__always)
    package mutating func number(_ bytes: Span<UInt8>) throws(WireError) -> UInt32 {
        guard let number = UInt32(exactly: try varint(bytes)) else { throw Self.tooLarge }
        return number
    }

    /// A count of things that take at least `leastBytes` each, so that damage cannot ask for more
    /// memory than the bytes themselves take.
    package mutating func count(
        _ bytes: Span<UInt8>, leastBytes: Int
    ) throws(WireError) -> Int {
        let count = try varint(bytes)
        guard count <= UInt64(remaining / max(leastBytes, 1)) else { throw Self.endsEarly }
        return Int(count)
    }

    /// Sixteen bytes of a node key.
    @inline(__always)
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
    @inline(__always)
    package mutating func counted(_ bytes: Span<UInt8>) throws(WireError) -> Range<Int> {
        let count = try count(bytes, leastBytes: 1)
        defer { offset += count }
        return offset..<offset + count
    }

    /// Says that nothing may be left.
    package func finish() throws(WireError) {
        guard offset == end else { throw WireError(.damaged, "bytes are left over") }
    }

    private static let endsEarly = WireError(.damaged, "the bytes end early")
    private static let overlong = WireError(.damaged, "a number is longer than it need be")
    private static let tooLarge = WireError(.damaged, "a number is too large")

    @inline(__always)
    private mutating func loadWord(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
        guard end - offset >= 8 else { throw Self.endsEarly }
        defer { offset += 8 }
        // unsafe: in bounds by the guard (and checked again), and any bits are a word.
        return unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
}

extension [UInt8] {
    /// Appends a part of `bytes`.
    package mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        append(bytes.extracting(range))
    }
}
