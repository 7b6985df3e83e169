/// Lower-case hexadecimal text of 64-bit words, as keys and digests are printed.
package enum HexadecimalText {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Sixteen lower-case digits, leading zeros kept.
    package static func print(_ word: UInt64) -> String {
        var bytes = [UInt8]()
        bytes.reserveCapacity(16)
        for shift in stride(from: 60, through: 0, by: -4) {
            bytes.append(digits[Int((word >> UInt64(shift)) & 15)])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Two words of exactly 32 lower-case digits; nil for anything else.
    package static func words(_ text: some StringProtocol) -> (high: UInt64, low: UInt64)? {
        var words: (UInt64, UInt64) = (0, 0)
        var count = 0
        for byte in text.utf8 {
            guard let digit = value(of: byte), count < 32 else { return nil }
            if count < 16 { words.0 = words.0 << 4 | digit } else { words.1 = words.1 << 4 | digit }
            count += 1
        }
        return count == 32 ? words : nil
    }

    private static func value(of byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        default: nil
        }
    }
}
