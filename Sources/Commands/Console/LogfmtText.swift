internal import Logging

/// Keys and values of logfmt. A value is bare, or a string as JSON quotes it: whatever it holds, it
/// ends where its quotes end, and the line is one line of visible characters.
enum LogfmtText {
    /// The most bytes of a value, before escapes; what is cut off shows as "…".
    static let maximumValueBytes = 1_024
    /// The most bytes of a key.
    static let maximumKeyBytes = 128

    /// Appends metadata, in the order of its keys.
    static func append(
        _ metadata: Logger.Metadata, under path: String = "", to line: inout [UInt8]
    ) {
        let members = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (key, value) in members { append(value, key: path + key, to: &line) }
    }

    private static func append(
        _ value: Logger.Metadata.Value, key: String, to line: inout [UInt8]
    ) {
        switch value {
        case .string(let text): append(key: key, value: text, to: &line)
        case .stringConvertible(let value):
            append(key: key, value: value.description, to: &line)
        case .dictionary(let members): append(members, under: key + ".", to: &line)
        case .array(let entries):
            for (index, entry) in entries.enumerated() {
                append(entry, key: "\(key).\(index)", to: &line)
            }
        }
    }

    /// Appends " key=value". What may not stand in a key becomes "_".
    static func append(key: String, value: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: " "))
        if key.isEmpty { line.append(UInt8(ascii: "_")) }
        for byte in key.utf8.prefix(maximumKeyBytes) {
            line.append(isBare(byte) ? byte : UInt8(ascii: "_"))
        }
        line.append(UInt8(ascii: "="))
        if !value.isEmpty, value.utf8.count <= maximumValueBytes, value.utf8.allSatisfy(isBare) {
            line += value.utf8
        } else {
            append(quoted: value, to: &line)
        }
    }

    /// Appends a value in quotes.
    static func append(quoted value: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        var count = 0
        for scalar in value.unicodeScalars {
            count += UTF8.width(scalar)
            guard count <= maximumValueBytes else {
                line += "…".utf8
                break
            }
            append(scalar, to: &line)
        }
        line.append(UInt8(ascii: "\""))
    }

    private static func append(_ scalar: Unicode.Scalar, to line: inout [UInt8]) {
        switch scalar {
        case "\"": line += "\\\"".utf8
        case "\\": line += "\\\\".utf8
        case "\n": line += "\\n".utf8
        case "\r": line += "\\r".utf8
        case "\t": line += "\\t".utf8
        case _ where Escaping.isHidden(scalar):
            let digits = String(scalar.value, radix: 16)
            line += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
        default: line += UTF8.encode(scalar).map { Array($0) } ?? []
        }
    }

    /// Whether a byte may stand in a key or a bare value: visible ASCII but for `"`, `=` and `\`.
    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "="), UInt8(ascii: "\\"): false
        default: (0x21...0x7E).contains(byte)
        }
    }
}
