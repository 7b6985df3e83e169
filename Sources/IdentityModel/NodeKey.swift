/// An identifier's name inside the graph: a 128-bit keyed hash of its namespace and normalised
/// value (SipHash-2-4-128, computed at the edge by `NodeKeys`).
///
/// The two words are the sixteen bytes read big-endian, so that comparing `(high, low)` compares
/// the bytes as unsigned numbers from the first on. That is the only order of node keys.
@usableFromInline package struct NodeKey: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The first eight bytes, big-endian.
    @usableFromInline package let high: UInt64
    /// The last eight bytes, big-endian.
    @usableFromInline package let low: UInt64

    /// The number of bytes in a key.
    package static let byteCount = 16
    /// The number of characters in a printed key.
    package static let hexadecimalDigitCount = 32

    /// Makes a key of its two big-endian words.
    @inlinable @inline(__always)
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads a key as it is printed: exactly 32 lower-case hexadecimal digits, else nil.
    package init?(hexadecimal text: some StringProtocol) {
        guard let words = HexadecimalText.words(text) else { return nil }
        self.init(high: words.high, low: words.low)
    }

    // Inlinable, as what compares keys most is in other modules.
    @inlinable
    package static func == (left: NodeKey, right: NodeKey) -> Bool {
        left.high == right.high && left.low == right.low
    }

    @inlinable
    package static func < (left: NodeKey, right: NodeKey) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    /// The key as 32 lower-case hexadecimal digits.
    package var hexadecimal: String {
        HexadecimalText.print(high) + HexadecimalText.print(low)
    }
}
