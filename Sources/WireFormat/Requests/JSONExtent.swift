/// Finds where JSON values end, by strings and brackets alone: what is between them is for a
/// decoder to judge.
///
/// Every function reads each byte once and recurses nowhere. Brackets are counted and not paired,
/// so `{]` ends like `{}`: whoever decodes it refuses it.
enum JSONExtent {
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")
    private static let lineFeed = UInt8(ascii: "\n")
    /// The bit that tells `{` from `[` and `}` from `]`, and no other byte from either.
    private static let braceBit: UInt8 = 0x20

    /// Where a text begins behind the byte order mark of UTF-8, if it has one.
    static func start(of bytes: Span<UInt8>) -> Int {
        guard bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF else {
            return 0
        }
        return 3
    }

    /// The first byte from `start` on that is no white space as JSON has it, or the end.
    @inline(__always)
    static func skipWhiteSpace(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, isWhiteSpace(bytes[index]) { index += 1 }
        return index
    }

    /// Whether a byte is space, tab, line feed or carriage return.
    @inline(__always)
    static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// The end of the value whose first byte is at `start`; nil where the text ends before it.
    /// It is `start` itself where no value begins.
    @inline(__always)
    static func endOfValue(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        switch bytes[start] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): endOfContainer(bytes, from: start)
        case quote: endOfString(bytes, from: start)
        default: endOfScalar(bytes, from: start)
        }
    }

    /// The end of the array or object whose bracket is at `start`; nil if the text ends before.
    static func endOfContainer(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        var depth = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == quote {
                guard let end = endOfString(bytes, from: index) else { return nil }
                index = end
                continue
            }
            index += 1
            switch byte | braceBit {
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return index }
            default: break
            }
        }
        return nil
    }

    /// The end of the string whose quote is at `start`; nil if the text ends before.
    @inline(__always)
    static func endOfString(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start + 1
        while true {
            while index + ByteWord.byteCount <= bytes.count {
                let word = ByteWord.load(bytes, at: index)
                let stops =
                    ByteWord.marks(of: quote, in: word) | ByteWord.marks(of: backslash, in: word)
                if stops != 0 {
                    index += ByteWord.bytesBefore(stops)
                    break
                }
                index += ByteWord.byteCount
            }
            while index < bytes.count, bytes[index] != quote, bytes[index] != backslash {
                index += 1
            }
            guard index < bytes.count else { return nil }
            if bytes[index] == quote { return index + 1 }
            // What is escaped ends nothing, whatever it is.
            index += 2
        }
    }

    /// The end of a run that is no string and has no bracket: a number, a word, or rubbish.
    private static func endOfScalar(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            let isBracket = byte | braceBit == UInt8(ascii: "{") || byte | braceBit == 0x7D
            if byte <= 0x20 || byte == UInt8(ascii: ",") || byte == quote || isBracket { break }
            index += 1
        }
        return index
    }

    /// Where the line that goes on at `start` ends: its line feed, or the text's end.
    @inline(__always)
    static func endOfLine(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index + ByteWord.byteCount <= bytes.count {
            let marks = ByteWord.marks(of: lineFeed, in: ByteWord.load(bytes, at: index))
            if marks != 0 { return index + ByteWord.bytesBefore(marks) }
            index += ByteWord.byteCount
        }
        while index < bytes.count, bytes[index] != lineFeed { index += 1 }
        return index
    }
}
