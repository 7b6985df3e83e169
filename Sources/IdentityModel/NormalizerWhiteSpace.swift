/// The characters with the Unicode property White_Space, found in UTF-8 bytes.
///
/// Source: PropList.txt of the Unicode Character Database: U+0009 to U+000D, U+0020, U+0085,
/// U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, U+3000. The list is written
/// out because a change of it would give one person two keys; a test holds it against
/// `Unicode.Scalar.Properties.isWhitespace` for every scalar.
enum WhiteSpace {
    /// The length of the white-space character that `bytes[start..<end]` begins with, or 0.
    static func prefixLength(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        guard start < end else { return 0 }
        let first = bytes[start]
        if first < 0x80 { return isASCII(first) ? 1 : 0 }
        if start + 2 <= end, isTwoBytes(first, bytes[start + 1]) { return 2 }
        if start + 3 <= end, isThreeBytes(first, bytes[start + 1], bytes[start + 2]) { return 3 }
        return 0
    }

    /// The length of the white-space character that `bytes[start..<end]` ends with, or 0.
    ///
    /// A lead byte is never a continuation byte, so that the pattern cannot match across two
    /// characters of valid UTF-8.
    static func suffixLength(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        guard start < end else { return 0 }
        let last = bytes[end - 1]
        if last < 0x80 { return isASCII(last) ? 1 : 0 }
        if end - 2 >= start, isTwoBytes(bytes[end - 2], last) { return 2 }
        if end - 3 >= start, isThreeBytes(bytes[end - 3], bytes[end - 2], last) { return 3 }
        return 0
    }

    @inline(__always)
    private static func isASCII(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte >= 0x09 && byte <= 0x0D)
    }

    private static func isTwoBytes(_ first: UInt8, _ second: UInt8) -> Bool {
        first == 0xC2 && (second == 0x85 || second == 0xA0)
    }

    private static func isThreeBytes(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Bool {
        switch (first, second) {
        case (0xE1, 0x9A): third == 0x80
        case (0xE2, 0x80):
            (third >= 0x80 && third <= 0x8A) || third == 0xA8 || third == 0xA9 || third == 0xAF
        case (0xE2, 0x81): third == 0x9F
        case (0xE3, 0x80): third == 0x80
        default: false
        }
    }
}
