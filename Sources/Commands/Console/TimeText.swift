internal import Foundation
internal import IdentityModel
internal import WireFormat

/// Times as people give them on the command line.
enum TimeText {
    /// The clock's time.
    static var now: EventTime {
        EventTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    }

    /// The clock's time as answers show it.
    static func printNow() -> String { TimestampText.print(now) }

    /// RFC 3339 with a zone, or milliseconds since 1970.
    ///
    /// - Throws: `CommandEnd` with the status of a wrong command line.
    static func parse(_ text: String) throws(CommandEnd) -> EventTime {
        let bytes = Array(text.utf8)
        let digits = bytes.first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
        let isInteger =
            !digits.isEmpty
            && digits.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        let outcome =
            isInteger
            ? TimestampParser.parseInteger(bytes.span, 0..<bytes.count, unit: .milliseconds)
            : TimestampParser.parse(bytes.span, 0..<bytes.count)
        if case .time(let time) = outcome { return time }
        throw CommandEnd(
            ExitStatus.usage,
            "'\(Escaping.terminal(bytes))' is not a time: write RFC 3339 with a zone "
                + "(2026-01-02T03:04:05Z) or milliseconds since 1970")
    }
}
