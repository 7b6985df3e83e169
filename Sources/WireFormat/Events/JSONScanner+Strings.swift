extension JSONScanner {
    /// Reads a string from its opening quote on; the token holds what stands between the quotes.
    @inline(__always)
    mutating func scanString(_ bytes: Span<UInt8>, into token: inout JSONToken) -> Bool {
        let start = position + 1
        var index = start
        var kind = JSONKind.string
        while true {
            index = JSONScanner.nextStop(bytes, from: index)
            guard index < bytes.count else {
                position = index
                return fail("the text ends inside a string")
            }
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                token = JSONToken(kind, start, index)
                position = index + 1
                return true
            }
            position = index
            guard byte == UInt8(ascii: "\\") else {
                return fail("a control character in a string is written as an escape")
            }
            kind = .escapedString
            guard skipEscape(bytes) else { return false }
            index = position
        }
    }

    /// The first quote, backslash or control character from `start` on, or the end.
    @inline(__always)
    private static func nextStop(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index + ByteWord.byteCount <= bytes.count {
            let stops = ByteWord.stringStops(ByteWord.load(bytes, at: index))
            if stops != 0 { return index + ByteWord.bytesBefore(stops) }
            index += ByteWord.byteCount
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            index += 1
        }
        return index
    }

    /// Moves over one escape, or over the two that make a surrogate pair.
    @inline(never)
    private mutating func skipEscape(_ bytes: Span<UInt8>) -> Bool {
        guard position + 1 < bytes.count else { return fail("the text ends inside a string") }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
            return true
        case UInt8(ascii: "u"):
            return skipUnicodeEscape(bytes)
        default:
            return fail("no escape begins so: write \\\\ for a backslash")
        }
    }

    private mutating func skipUnicodeEscape(_ bytes: Span<UInt8>) -> Bool {
        guard position + 6 <= bytes.count,
            let unit = JSONText.hexadecimal(bytes, at: position + 2)
        else { return fail("four hexadecimal digits are due after \\u") }
        if JSONText.isLowSurrogate(unit) { return fail("half of a surrogate pair stands alone") }
        if JSONText.isHighSurrogate(unit) {
            let next = position + 6
            guard next + 6 <= bytes.count, bytes[next] == UInt8(ascii: "\\"),
                bytes[next + 1] == UInt8(ascii: "u"),
                let low = JSONText.hexadecimal(bytes, at: next + 2), JSONText.isLowSurrogate(low)
            else { return fail("half of a surrogate pair stands alone") }
            position = next
        }
        position += 6
        return true
    }
}
