import IdentityModel

/// The first eight bytes of a fragment or a fold: the version of the rules that it was made by, and
/// in the highest bit which of the two it is. What has no entries has no bytes, and no head.
struct FragmentHead: Equatable, BitwiseCopyable {
    /// The least version of the rules that had a part in it.
    let version: UInt64
    /// Whether it is a fold: registers and elements of sets say which member they are from.
    let isFold: Bool

    /// The bytes of a head.
    static let byteCount = 8
    private static let foldFlag: UInt64 = 1 << 63

    init(version: UInt64, isFold: Bool) {
        self.version = version
        self.isFold = isFold
    }

    /// The head of `bytes`; nil where there are none.
    init?(_ bytes: Span<UInt8>) throws(WireError) {
        guard !bytes.isEmpty else { return nil }
        var cursor = ByteCursor(0..<bytes.count)
        let word = try cursor.word(bytes)
        guard cursor.remaining > 0 else {
            throw WireError(.damaged, "a fragment has a head and no entries")
        }
        version = word & ~FragmentHead.foldFlag
        isFold = word & FragmentHead.foldFlag != 0
    }

    /// Appends the head.
    func append(to bytes: inout [UInt8]) {
        bytes.appendWord(version | (isFold ? FragmentHead.foldFlag : 0))
    }

    /// Where the entries are in a fragment or fold of so many bytes.
    static func content(_ count: Int) -> Range<Int> { min(byteCount, count)..<count }
}
