/// The inside of JSON strings that a scan has found valid.
enum JSONText {
    /// Writes what `source[range]` stands for into `target` from `start` on; returns the end.
    ///
    /// `target` has room for `range.count` bytes: an escape is never shorter than its meaning.
    static func unescape(
        _ source: Span<UInt8>, _ range: Range<Int>, into target: inout [UInt8], at start: Int
    ) -> Int {
        var output = target.mutableSpan
        var index = range.lowerBound
        var end = start
        while index < range.upperBound {
            let byte = source[index]
            if byte != UInt8(ascii: "\\") {
                output[end] = byte
                end += 1
                index += 1
            } else if source[index + 1] == UInt8(ascii: "u") {
                let scalar = scalar(source, &index)
                end = write(scalar, into: &output, at: end)
            } else {
                output[end] = simpleEscape(source[index + 1])
                end += 1
                index += 2
            }
        }
        return end
    }

    /// The value of four hexadecimal digits from `index` on, or nil; `index + 4` is in bounds.
    static func hexadecimal(_ source: Span<UInt8>, at index: Int) -> UInt32? {
        var value: UInt32 = 0
        for offset in 0..<4 {
            let byte = source[index + offset]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"):
                value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }

    /// Whether a code unit is the first half of a surrogate pair.
    static func isHighSurrogate(_ unit: UInt32) -> Bool { unit & 0xFC00 == 0xD800 }
    /// Whether a code unit is the second half of a surrogate pair.
    static func isLowSurrogate(_ unit: UInt32) -> Bool { unit & 0xFC00 == 0xDC00 }

    /// Reads `\uXXXX`, or the pair of them that one scalar takes, and moves `index` behind.
    private static func scalar(_ source: Span<UInt8>, _ index: inout Int) -> UInt32 {
        guard let unit = hexadecimal(source, at: index + 2) else {
            preconditionFailure("escapes are checked by the scan")
        }
        index += 6
        guard isHighSurrogate(unit) else { return unit }
        guard let low = hexadecimal(source, at: index + 2) else {
            preconditionFailure("surrogate pairs are checked by the scan")
        }
        index += 6
        return 0x1_0000 + ((unit & 0x3FF) << 10 | low & 0x3FF)
    }

    /// UTF-8 of a scalar.
    private static func write(
        _ scalar: UInt32, into output: inout MutableSpan<UInt8>, at start: Int
    ) -> Int {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | scalar >> shift & 0x3F) }
        switch scalar {
        case 0..<0x80:
            output[start] = UInt8(scalar)
            return start + 1
        case 0x80..<0x800:
            output[start] = UInt8(0xC0 | scalar >> 6)
            output[start + 1] = tail(0)
            return start + 2
        case 0x800..<0x1_0000:
            output[start] = UInt8(0xE0 | scalar >> 12)
            output[start + 1] = tail(6)
            output[start + 2] = tail(0)
            return start + 3
        default:
            output[start] = UInt8(0xF0 | scalar >> 18)
            output[start + 1] = tail(12)
            output[start + 2] = tail(6)
            output[start + 3] = tail(0)
            return start + 4
        }
    }

    private static func simpleEscape(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }
}
