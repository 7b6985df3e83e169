internal import Glibc

/// The lines of a file of events, one at a time, in constant memory: about the limit and 256 KiB.
///
/// A line comes without its LF and without one CR before it. Lines of blanks alone are skipped but
/// counted; a last line without LF counts as a line. A line over the limit comes as its first 4 KiB
/// with `fault == .tooLong`; the rest is skipped and never held.
///
/// **Rows** (`quoting: .csv`). An LF inside a quoted field does not end the row; a quote opens a
/// field only at its start, and `""` inside one is a quote, as RFC 4180 has it. A row of several
/// lines that is over the limit, or that the file ends in with its quote still open, is taken for
/// a stray quote: its **first line alone** comes, with `fault == .unclosedQuote`, and reading goes
/// on with the next line. In the stretch that was searched in vain (the limit's length from that
/// line on) an LF ends a row even in quotes: that keeps the time linear, and a stray quote from
/// swallowing the file.
///
/// When reading fails (a packed file that is cut short) the error is thrown behind the last whole
/// line; the part of a line before it is not given out.
package struct LineReader: ~Copyable {
    /// Whether quotes matter.
    package enum Quoting: Equatable, Sendable {
        /// A line ends at its LF.
        case none
        /// A row of fields parted by `delimiter` ends at an LF outside quotes.
        case csv(delimiter: UInt8)
    }

    /// What is wrong with a line as such.
    package enum Fault: Equatable, Sendable {
        /// Longer than the limit.
        case tooLong
        /// A quoted field that does not end.
        case unclosedQuote
    }

    /// How much of a line over the limit is kept: 4 KiB.
    package static let keptBytes = 4 << 10
    /// How much is read at a time.
    private static let chunkBytes = 256 << 10

    /// The number of the line, from 1, as an editor counts; of a row, its first line's.
    package private(set) var number = 0
    /// What is wrong with the line; nil: nothing.
    package private(set) var fault: Fault?
    /// Whether the line is over the limit.
    package var isTooLong: Bool { fault == .tooLong }
    /// Bytes of the file as it lies on disk that were read so far, for progress.
    package var consumedBytes: UInt64 { file.consumedBytes }
    /// The file's size as it lies on disk; nil where it is no regular file.
    package var totalBytes: UInt64? { file.totalBytes }

    private let file: InputFile
    private let limit: Int
    private let quoting: Quoting
    private let buffer: UnsafeMutableRawBufferPointer
    /// The unread bytes of the buffer.
    private var start = 0
    private var end = 0
    private var isAtEnd = false
    /// The line that is given out, in the buffer.
    private var lineStart = 0
    private var lineEnd = 0
    /// Lines that ended before `start`.
    private var linesBefore = 0
    /// Before this place in the buffer, an LF ends a row even in quotes.
    private var unquotedUntil = 0

    /// Reads the lines of `file`, each of at most `limit` bytes.
    package init(_ file: InputFile, limit: Int, quoting: Quoting = .none) {
        precondition(limit >= Self.keptBytes, "a line's limit is at least what is kept of one")
        self.file = file
        self.limit = limit
        self.quoting = quoting
        // A line at the limit, its CR and LF, and a chunk to read into.
        buffer = .allocate(byteCount: limit + 2 + Self.chunkBytes, alignment: 64)
    }

    deinit { buffer.deallocate() }

    /// Goes on to the next line that is not blank; false behind the last.
    package mutating func advance() throws(InputError) -> Bool {
        repeat {
            guard try takeLine() else { return false }
        } while isBlank
        return true
    }

    /// Lends the line's bytes for the time of the call.
    @inline(__always)
    package borrowing func withLine<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[lineStart..<lineEnd])
        let line = UnsafeBufferPointer(
            start: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        return try body(line.span)
    }

    /// Calls `body` with every line that is not blank, until it returns false.
    package mutating func forEach(
        _ body: (_ line: Span<UInt8>, _ number: Int, _ fault: Fault?) -> Bool
    ) throws(InputError) {
        while try advance() {
            let (number, fault) = (number, fault)
            guard withLine({ body($0, number, fault) }) else { return }
        }
    }

    // MARK: - Lines

    /// Takes the next line, blank or not; false at the end.
    ///
    /// No more than the limit, a CR and an LF are looked at: what is given out depends on the bytes
    /// alone, never on how they came.
    private mutating func takeLine() throws(InputError) -> Bool {
        fault = nil
        var scan = RowScan(quoting: quoting)
        var searched = start
        while true {
            let bound = min(end, start + limit + 2)
            if let lineFeed = scan.lineEnd(
                in: buffer, from: searched, to: bound, unquotedUntil: unquotedUntil)
            {
                if scan.innerLines > 0 && isTooLong(start..<lineFeed) { return giveFirstLine() }
                give(upTo: lineFeed, lines: 1 + scan.innerLines)
                if scan.isInQuotes { fault = fault ?? .unclosedQuote }
                return true
            }
            searched = bound
            if bound == start + limit + 2 {
                if scan.isOpen && scan.innerLines > 0 { return giveFirstLine() }
                try skipLongLine()
                return true
            }
            if isAtEnd { return giveLastLine(scan) }
            let moved = start
            try refill()
            searched -= moved - start
        }
    }

    /// Whether the bytes, less a CR at their end, are over the limit.
    private borrowing func isTooLong(_ line: Range<Int>) -> Bool {
        let hasCarriageReturn = !line.isEmpty && buffer[line.upperBound - 1] == UInt8(ascii: "\r")
        return line.count - (hasCarriageReturn ? 1 : 0) > limit
    }

    /// A stray quote: gives the row's first line alone, and lets no quote hide an LF in the rest.
    private mutating func giveFirstLine() -> Bool {
        unquotedUntil = min(end, start + limit + 2)
        guard let first = RowScan.lineFeed(in: buffer, from: start, to: unquotedUntil) else {
            preconditionFailure("a row with inner lines has a first line")
        }
        give(upTo: first, lines: 1)
        fault = .unclosedQuote
        return true
    }

    /// At the end of the file: gives what is left, if anything is.
    private mutating func giveLastLine(_ scan: RowScan) -> Bool {
        guard start < end else { return false }
        if scan.isOpen && scan.innerLines > 0 { return giveFirstLine() }
        let isOpen = scan.isOpen
        give(upTo: end, lines: 1 + scan.innerLines)
        if isOpen { fault = fault ?? .unclosedQuote }
        return true
    }

    /// Gives the bytes from `start` to `place` out as the line; an LF at `place` is behind it.
    private mutating func give(upTo place: Int, lines: Int) {
        lineStart = start
        lineEnd = place
        if lineEnd > lineStart && buffer[lineEnd - 1] == UInt8(ascii: "\r") { lineEnd -= 1 }
        if lineEnd - lineStart > limit {
            lineEnd = lineStart + Self.keptBytes
            fault = .tooLong
        }
        number = linesBefore + 1
        linesBefore += lines
        start = min(end, place + 1)
    }

    /// Gives the first bytes of a line that is over the limit and goes on behind its LF, which may
    /// be far away: the bytes before it are read over each other.
    private mutating func skipLongLine() throws(InputError) {
        fault = .tooLong
        number = linesBefore + 1
        lineStart = start
        lineEnd = start + Self.keptBytes
        if let lineFeed = RowScan.lineFeed(in: buffer, from: lineEnd, to: end) {
            start = lineFeed + 1
            linesBefore += 1
            return
        }
        memmove(buffer.baseAddress!, buffer.baseAddress! + start, Self.keptBytes)
        lineStart = 0
        lineEnd = Self.keptBytes
        unquotedUntil = 0
        start = Self.keptBytes
        end = Self.keptBytes
        while !isAtEnd {
            let count = try read(into: Self.keptBytes)
            isAtEnd = count == 0
            end = Self.keptBytes + count
            if let lineFeed = RowScan.lineFeed(in: buffer, from: Self.keptBytes, to: end) {
                start = lineFeed + 1
                break
            }
            start = end
        }
        linesBefore += 1
    }

    private var isBlank: Bool {
        // Nearly every line begins with something else.
        guard lineStart < lineEnd else { return true }
        guard InputFormat.isBlank(buffer[lineStart]) else { return false }
        return fault == nil && buffer[lineStart..<lineEnd].allSatisfy(InputFormat.isBlank)
    }

    // MARK: - The buffer

    /// Makes room for a chunk behind the unread bytes and reads into it.
    private mutating func refill() throws(InputError) {
        // A short rest is moved at once: the front of the buffer is likely still in a cache.
        if buffer.count - end < Self.chunkBytes || end - start < Self.keptBytes {
            let base = buffer.baseAddress!
            memmove(base, base + start, end - start)
            unquotedUntil = max(0, unquotedUntil - start)
            end -= start
            start = 0
        }
        let count = try read(into: end)
        if count == 0 { isAtEnd = true }
        end += count
    }

    private func read(into place: Int) throws(InputError) -> Int {
        do throws(InputError) {
            let room = UnsafeMutableRawBufferPointer(
                rebasing: buffer[place..<min(buffer.count, place + Self.chunkBytes)])
            return try file.read(into: room)
        } catch {
            throw error.after(wholeLines: linesBefore)
        }
    }
}
