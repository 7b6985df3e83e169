/// Values as they are shown.
enum Escaping {
    /// A value for a terminal: control characters (C0, DEL, C1) and the marks that turn the
    /// direction of text are shown as escapes, so that a value cannot move the cursor or pose as
    /// something else.
    static func terminal(_ bytes: some Sequence<UInt8>) -> String {
        var shown = ""
        for scalar in String(decoding: Array(bytes), as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x0A: shown += "\\n"
            case 0x0D: shown += "\\r"
            case 0x09: shown += "\\t"
            case 0x5C: shown += "\\\\"
            default: append(scalar, to: &shown)
            }
        }
        return shown
    }

    /// A message of several lines that may quote what a user typed, or a file's name: its line
    /// ends stay, the rest is shown as a value is.
    static func controls(_ message: String) -> String {
        var shown = ""
        for scalar in message.unicodeScalars {
            if scalar == "\n" { shown += "\n" } else { append(scalar, to: &shown) }
        }
        return shown
    }

    private static func append(_ scalar: Unicode.Scalar, to shown: inout String) {
        if isHidden(scalar) {
            shown += "\\u{" + String(scalar.value, radix: 16) + "}"
        } else {
            shown.unicodeScalars.append(scalar)
        }
    }

    /// Whether a scalar moves the cursor, ends a line or turns the direction of text.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// A CSV cell as RFC 4180 quotes it, where it must.
    static func csv(_ bytes: [UInt8], into row: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let needsQuotes = bytes.contains {
            $0 == quote || $0 == UInt8(ascii: ",") || $0 == 0x0A || $0 == 0x0D
        }
        guard needsQuotes else {
            row.append(contentsOf: bytes)
            return
        }
        row.append(quote)
        for byte in bytes {
            if byte == quote { row.append(quote) }
            row.append(byte)
        }
        row.append(quote)
    }
}
