import IdentityModel

/// The bytes that a decoded event's ranges point into: one buffer, reused for every event.
///
/// It grows to the longest line met (at most the line limit and a little) and stays so.
package struct EventScratch: Sendable {
    /// The buffer; what lies outside an event's ranges means nothing. Read it as `bytes.span`.
    package private(set) var bytes: [UInt8]
    /// The bytes in use.
    private(set) var count: Int

    /// Where `default` always stands, the source of an event that names none.
    static let defaultSource = 0..<7
    /// Room behind the bytes in use, so that copies may go by whole words.
    private static let slack = ByteWord.byteCount

    /// An empty scratch.
    init() {
        bytes = Array("default".utf8) + Array(repeating: 0, count: 505)
        count = EventScratch.defaultSource.upperBound
    }

    /// Forgets the last event.
    @inline(__always)
    mutating func reset() { count = EventScratch.defaultSource.upperBound }

    /// Forgets what was appended from `start` on.
    @inline(__always)
    mutating func truncate(to start: Int) { count = start }

    /// A copy of a range, for callers that keep it.
    package func copy(_ range: Range<Int>) -> [UInt8] { Array(bytes[range]) }

    /// Appends one byte.
    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        bytes[count] = byte
        count += 1
    }

    /// Appends a range of `source` as it is.
    @inline(__always)
    mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
        let length = range.upperBound - range.lowerBound
        reserve(length)
        let start = count
        var target = bytes.mutableSpan
        ByteWord.copy(source, range, to: &target, at: start)
        count = start + length
    }

    /// Appends what the inside of a valid JSON string stands for.
    mutating func appendUnescaped(_ source: Span<UInt8>, _ range: Range<Int>) {
        reserve(range.count)
        count = JSONText.unescape(source, range, into: &bytes, at: count)
    }

    /// Appends what a token stands for.
    @inline(__always)
    mutating func append(_ line: Span<UInt8>, _ token: JSONToken) {
        if token.kind == .escapedString {
            appendUnescaped(line, token.range)
        } else {
            append(line, token.range)
        }
    }

    /// Appends the inside of a quoted CSV cell, each pair of quotes as one.
    mutating func appendUnquoted(_ source: Span<UInt8>, _ range: Range<Int>) {
        reserve(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = source[index]
            bytes[count] = byte
            count += 1
            index += byte == CSVRowScanner.quote ? 2 : 1
        }
    }

    /// Brings what stands from `start` to the end to its one form; false where a step refuses it.
    @inline(__always)
    mutating func normalizeTail(from start: Int, by plan: NormalizationPlan) -> Bool {
        guard let end = ValueNormalizer.normalize(&bytes, from: start, to: count, by: plan) else {
            return false
        }
        count = end
        return true
    }

    /// Whether two ranges hold the same bytes.
    func isEqual(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return false }
        let span = bytes.span
        for offset in 0..<left.count
        where span[left.lowerBound + offset] != span[right.lowerBound + offset] {
            return false
        }
        return true
    }

    @inline(__always)
    private mutating func reserve(_ length: Int) {
        if count + length + EventScratch.slack > bytes.count { grow(length) }
    }

    private mutating func grow(_ length: Int) {
        let wanted = max(count + length + EventScratch.slack, bytes.count * 2)
        bytes.append(contentsOf: repeatElement(0, count: wanted - bytes.count))
    }
}
