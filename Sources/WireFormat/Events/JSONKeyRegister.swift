import IdentityModel

/// Finds the keys that an object names twice, without a quadratic search and without a hash that
/// somebody could aim at.
///
/// Known keys are bits. The others are kept as places; few are compared pair by pair, many are
/// sorted, so that an object of fifty thousand keys costs a sort of at most a line's bytes. Keys
/// are compared as what they stand for: `"a"` and `"\u0061"` are one key. An object inside another
/// uses the same register from its own mark on.
struct JSONKeyRegister {
    private struct Key {
        /// Where the key's bytes lie: in `text` if it was copied there, else in the line.
        var start: Int
        var length: Int
        var isCopied: Bool
        /// Where the key stands in the line, for the message.
        var place: Range<Int>
    }

    /// The first key that was found twice: where its second mention stands in the line.
    private(set) var duplicate: Range<Int>?
    private var keys: [Key] = []
    private var text: [UInt8] = []

    /// Up to so many unknown keys are compared pair by pair.
    private static let pairwiseLimit = 16

    /// Forgets the last line.
    @inline(__always)
    mutating func reset() {
        duplicate = nil
        if !keys.isEmpty { keys.removeAll(keepingCapacity: true) }
        if !text.isEmpty { text.removeAll(keepingCapacity: true) }
    }

    /// The place from which a new object's unknown keys are kept.
    @inline(__always)
    var mark: Int { keys.count }

    /// Notes a known key, whose bits so far are `seen`.
    @inline(__always)
    mutating func note(_ key: EventKey, _ seen: inout UInt16, at place: Range<Int>) {
        if seen & key.bit != 0 { noteDuplicate(place) }
        seen |= key.bit
    }

    /// Notes a key that no field has, escaped or not.
    mutating func noteUnknown(_ line: Span<UInt8>, _ key: JSONToken) {
        if key.kind == .string {
            noteUnknown(key.range)
        } else {
            _ = resolveEscaped(line, key.range) { _ in false }
        }
    }

    /// Notes a key that no field has and that has no escapes.
    mutating func noteUnknown(_ place: Range<Int>) {
        keys.append(
            Key(start: place.lowerBound, length: place.count, isCopied: false, place: place))
    }

    /// The known key that an escaped key stands for; another is noted as unknown.
    mutating func resolveEscaped(
        _ line: Span<UInt8>, _ place: Range<Int>, isKnown: (EventKey) -> Bool
    ) -> EventKey? {
        let start = text.count
        text.append(contentsOf: repeatElement(0, count: place.count))
        let end = JSONText.unescape(line, place, into: &text, at: start)
        text.removeSubrange(end...)
        if let key = EventKey(text.span, start..<end), isKnown(key) {
            text.removeSubrange(start...)
            return key
        }
        keys.append(Key(start: start, length: end - start, isCopied: true, place: place))
        return nil
    }

    /// Compares the unknown keys from `mark` on, which are one object's, and forgets them.
    @inline(__always)
    mutating func closeObject(from mark: Int, _ line: Span<UInt8>) {
        if keys.count == mark { return }
        compare(from: mark, line)
        keys.removeSubrange(mark...)
    }

    private mutating func compare(from mark: Int, _ line: Span<UInt8>) {
        let count = keys.count - mark
        if count > JSONKeyRegister.pairwiseLimit { return compareSorted(from: mark, line) }
        for second in mark..<keys.count {
            for first in mark..<second where isSame(keys[first], keys[second], line) {
                return noteDuplicate(keys[second].place)
            }
        }
    }

    private func isSame(_ left: Key, _ right: Key, _ line: Span<UInt8>) -> Bool {
        guard left.length == right.length else { return false }
        let copies = text.span
        for offset in 0..<left.length {
            let one = left.isCopied ? copies[left.start + offset] : line[left.start + offset]
            let other = right.isCopied ? copies[right.start + offset] : line[right.start + offset]
            if one != other { return false }
        }
        return true
    }

    private mutating func compareSorted(from mark: Int, _ line: Span<UInt8>) {
        for index in mark..<keys.count where !keys[index].isCopied {
            let key = keys[index]
            keys[index].start = text.count
            keys[index].isCopied = true
            for offset in 0..<key.length { text.append(line[key.start + offset]) }
        }
        let copies = text
        keys[mark...].sort { left, right in
            if left.length != right.length { return left.length < right.length }
            let bytes = copies.span
            for offset in 0..<left.length {
                let one = bytes[left.start + offset]
                let other = bytes[right.start + offset]
                if one != other { return one < other }
            }
            return left.place.lowerBound < right.place.lowerBound
        }
        for index in (mark + 1)..<keys.count where isSame(keys[index - 1], keys[index], line) {
            noteDuplicate(keys[index].place)
        }
    }

    /// The longest part of a repeated key that a message quotes, in bytes.
    private static let quotedKeyBytes = 64

    /// Refuses the line whose repeated key stands at `place`.
    static func rejected(_ line: Span<UInt8>, _ place: Range<Int>) -> Rejected {
        var key: [UInt8] = []
        for index in place.prefix(quotedKeyBytes) { key.append(line[index]) }
        let text = String(decoding: key, as: UTF8.self)
        return Rejected(.duplicateKey, "the key \"\(text)\" is there twice: keep one of them")
    }

    /// Keeps the one that stands first in the line.
    private mutating func noteDuplicate(_ place: Range<Int>) {
        if let duplicate, duplicate.lowerBound <= place.lowerBound { return }
        duplicate = place
    }
}
