package import IdentityModel

/// Where an attribute's name and value lie in a block.
package struct Attribute: Equatable, Sendable, BitwiseCopyable {
    /// The name's UTF-8.
    package let name: ByteSlice
    /// The value as `AttributeValue` reads it.
    package let value: ByteSlice
}

/// Walks a block of attributes: a count, then each name (counted) and value, ascending by the
/// names' bytes, each name once.
///
/// What it gives has been checked: names ascend, values are in their one form. How long names and
/// values are is for `AttributeBlockBuilder` to say; a profile, a block too, may hold more.
package struct AttributeReader {
    private var cursor: ByteCursor
    /// How many attributes are still to come.
    package private(set) var remaining: Int
    private var last = ByteSlice(0..<0)

    /// The least bytes that an attribute takes: a length, a name, a value.
    private static let leastBytes = 3

    /// A reader of the block that takes all of `range`.
    package init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        cursor = ByteCursor(range)
        remaining = try cursor.count(bytes, leastBytes: AttributeReader.leastBytes)
        if remaining == 0 { try cursor.finish() }
    }

    /// The next attribute; nil where there is none.
    package mutating func next(_ bytes: Span<UInt8>) throws(WireError) -> Attribute? {
        guard remaining > 0 else { return nil }
        let name = try cursor.counted(bytes)
        // The first one is compared with nothing, which the empty name is not above.
        guard AttributeOrder.compareBytes(bytes, last.range, bytes, name) < 0 else {
            throw WireError(.damaged, "names of attributes do not ascend")
        }
        let value = try AttributeValue.skip(bytes, &cursor)
        remaining -= 1
        if remaining == 0 { try cursor.finish() }
        last = ByteSlice(name)
        return Attribute(name: last, value: ByteSlice(value))
    }
}
