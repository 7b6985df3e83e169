internal import Glibc

/// Looks for the end of a line or, with quotes, of a row; keeps its place between calls.
struct RowScan {
    /// Whether the bytes seen so far leave a quoted field open.
    private(set) var isInQuotes = false
    /// Line feeds seen inside quotes.
    private(set) var innerLines = 0

    /// Whether a quoted field is open and does not end with the bytes seen so far.
    var isOpen: Bool { isInQuotes && !isAfterQuote }

    private let delimiter: UInt8?
    /// Whether the next byte begins a field.
    private var isAtFieldStart = true
    /// Whether the byte before was a quote inside a quoted field: its end, or half of a pair.
    private var isAfterQuote = false

    init(quoting: LineReader.Quoting) {
        switch quoting {
        case .none: delimiter = nil
        case .csv(let delimiter): self.delimiter = delimiter
        }
    }

    /// The first LF of `buffer[from..<to]`.
    @inline(__always)
    static func lineFeed(in buffer: UnsafeMutableRawBufferPointer, from: Int, to: Int) -> Int? {
        position(of: UInt8(ascii: "\n"), in: buffer, from: from, to: to)
    }

    @inline(__always)
    private static func position(
        of byte: UInt8, in buffer: UnsafeMutableRawBufferPointer, from: Int, to: Int
    ) -> Int? {
        let base = buffer.baseAddress!
        guard from < to, let found = memchr(base + from, Int32(byte), to - from) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    /// The LF that ends the row, in `buffer[from..<to]`, which goes on where the call before ended.
    @inline(__always)
    mutating func lineEnd(
        in buffer: UnsafeMutableRawBufferPointer, from: Int, to: Int, unquotedUntil: Int
    ) -> Int? {
        guard let delimiter else { return Self.lineFeed(in: buffer, from: from, to: to) }
        // Most rows have no quote: then the LF is the end, and nothing else need be looked at.
        if !isInQuotes && isAtFieldStart,
            let lineFeed = Self.lineFeed(in: buffer, from: from, to: to),
            Self.position(of: UInt8(ascii: "\""), in: buffer, from: from, to: lineFeed) == nil
        {
            return lineFeed
        }
        return rowEnd(
            in: buffer, from: from, to: to, unquotedUntil: unquotedUntil, delimiter: delimiter)
    }

    private mutating func rowEnd(
        in buffer: UnsafeMutableRawBufferPointer, from: Int, to: Int, unquotedUntil: Int,
        delimiter: UInt8
    ) -> Int? {
        var place = from
        while place < to {
            let byte = buffer[place]
            if isInQuotes {
                if isAfterQuote {
                    // A second quote is a quote in the field; anything else came behind its end.
                    isAfterQuote = false
                    if byte == UInt8(ascii: "\"") {
                        place += 1
                    } else {
                        isInQuotes = false
                    }
                    continue
                }
                if byte == UInt8(ascii: "\"") { isAfterQuote = true }
                if byte == UInt8(ascii: "\n") {
                    if place < unquotedUntil { return place }
                    innerLines += 1
                }
            } else {
                if byte == UInt8(ascii: "\n") { return place }
                if byte == UInt8(ascii: "\"") && isAtFieldStart { isInQuotes = true }
                isAtFieldStart = byte == delimiter
            }
            place += 1
        }
        return nil
    }
}
