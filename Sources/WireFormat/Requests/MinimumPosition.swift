/// The place in a log that an answer has to have reached, so that a client reads its own writes:
/// `min_position=P:N`, the partition and the offset behind the last record that it wrote.
package struct MinimumPosition: Equatable, Sendable {
    /// The partition.
    package let partition: UInt16
    /// The answer reflects every record before this offset.
    package let offset: UInt64

    /// What a text is read as.
    package enum Outcome: Equatable, Sendable {
        /// A position.
        case position(MinimumPosition)
        /// It is none: a sentence that says what is due.
        case malformed(String)
    }

    /// A place in a partition's log.
    package init(partition: UInt16, offset: UInt64) {
        self.partition = partition
        self.offset = offset
    }

    /// Reads `P:N`: two decimal numbers without signs or leading zeros.
    package static func parse(_ text: Span<UInt8>) -> Outcome {
        var colon = 0
        while colon < text.count, text[colon] != UInt8(ascii: ":") { colon += 1 }
        guard colon < text.count else {
            return .malformed("a position is written P:N, such as 0:17")
        }
        guard let partition = number(text, 0..<colon, atMost: UInt64(UInt16.max)) else {
            return .malformed("the partition of a position is a number from 0 to 65535")
        }
        guard let offset = number(text, (colon + 1)..<text.count, atMost: .max) else {
            return .malformed("the offset of a position is a number from 0 to \(UInt64.max)")
        }
        return .position(MinimumPosition(partition: UInt16(partition), offset: offset))
    }

    /// Reads `P:N` as the other `parse` does.
    package static func parse(_ text: String) -> Outcome { parse(Array(text.utf8).span) }

    /// Digits as their number; nil for anything else and for more than `limit`.
    private static func number(
        _ text: Span<UInt8>, _ range: Range<Int>, atMost limit: UInt64
    ) -> UInt64? {
        guard let first = range.first else { return nil }
        if text[first] == UInt8(ascii: "0") { return range.count == 1 ? 0 : nil }
        var number: UInt64 = 0
        for index in range {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isTooLargeNow) = tens.addingReportingOverflow(UInt64(digit))
            if isTooLarge || isTooLargeNow { return nil }
            number = sum
        }
        return number <= limit ? number : nil
    }
}
