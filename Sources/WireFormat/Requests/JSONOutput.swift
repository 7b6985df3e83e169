package import IdentityModel

/// JSON written as bytes.
extension [UInt8] {
    /// Appends a text that is ASCII.
    @inline(__always)
    mutating func append(_ text: StaticString) {
        // unsafe: a literal's bytes, copied out within the call.
        text.withUTF8Buffer { unsafe append(contentsOf: $0) }
    }

    /// Appends a key as its 32 lower-case hexadecimal digits.
    @inline(__always)
    package mutating func appendHexadecimal(_ key: NodeKey) {
        let digits = (
            Self.hexadecimal(key.high >> 32), Self.hexadecimal(key.high & 0xFFFF_FFFF),
            Self.hexadecimal(key.low >> 32), Self.hexadecimal(key.low & 0xFFFF_FFFF)
        )
        // unsafe: the bytes of four words, copied out within the call.
        unsafe Swift.withUnsafeBytes(of: digits) { unsafe append(contentsOf: $0) }
    }

    /// Appends a number's decimal digits.
    package mutating func appendDecimal(_ number: UInt64) {
        let start = count
        var rest = number
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }

    /// Appends the inside of a JSON string (RFC 8259, section 7) that stands for `text`: quotes,
    /// backslashes and control characters escaped. What is not UTF-8 is mended with U+FFFD, as
    /// everywhere in answers.
    @inline(__always)
    mutating func appendJSONText(_ text: Span<UInt8>) {
        if Self.isPlain(text) { append(text) } else { appendSpecial(text) }
    }

    @inline(never)
    private mutating func appendSpecial(_ text: Span<UInt8>) {
        do {
            _ = try UTF8Span(validating: text)
            appendEscaped(text)
        } catch {
            var bytes: [UInt8] = []
            bytes.append(text)
            let mended = Array(String(decoding: bytes, as: UTF8.self).utf8)
            appendEscaped(mended.span)
        }
    }

    private mutating func appendEscaped(_ text: Span<UInt8>) {
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20:
                append("\\u00")
                append(UInt8(ascii: "0") + byte >> 4)
                append((byte & 15) + (byte & 15 < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
            default: append(byte)
            }
        }
    }

    /// Whether a text is ASCII in which nothing needs an escape.
    @inline(__always)
    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        var special: UInt64 = 0
        var index = 0
        while index + ByteWord.byteCount <= text.count {
            let word = ByteWord.load(text, at: index)
            special |= ByteWord.stringStops(word) | word & ByteWord.highBits
            index += ByteWord.byteCount
        }
        while index < text.count {
            let byte = text[index]
            if byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5C { return false }
            index += 1
        }
        return special == 0
    }

    /// Eight hexadecimal digits of a number below 2^32, as the word whose bytes in memory they are.
    @inline(__always)
    private static func hexadecimal(_ number: UInt64) -> UInt64 {
        // Each step halves what stands together, until there is one digit a byte.
        var word = (number | number << 16) & 0x0000_FFFF_0000_FFFF
        word = (word | word << 8) & 0x00FF_00FF_00FF_00FF
        word = (word | word << 4) & 0x0F0F_0F0F_0F0F_0F0F
        let letters = (word &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        let toLetters = UInt64(UInt8(ascii: "a") - UInt8(ascii: "0") - 10)
        return (word &+ 0x3030_3030_3030_3030 &+ letters &* toLetters).bigEndian
    }
}
