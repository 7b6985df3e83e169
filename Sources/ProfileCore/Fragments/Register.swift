import IdentityModel

/// One word on an attribute: when, by whom, of which member, what. In a fragment the member is not
/// written, since all words there are of the same one.
///
/// As bytes it is the time (signed varint), the source (counted), in a fold the member's key, and
/// the value. What is before the value is copied as it is from word to word.
struct Register {
    /// Where it starts.
    let start: Int
    /// Milliseconds since 1970.
    let time: Int64
    /// The source's bytes.
    let source: Range<Int>
    /// The member; in a fragment the one that is given.
    let member: NodeKey
    /// The value's bytes, which end the register.
    let value: Range<Int>

    /// From the time to the end of the value.
    var whole: Range<Int> { start..<value.upperBound }
    /// Time and source.
    var said: Range<Int> { start..<source.upperBound }

    /// Reads the register at `cursor`, an element of a set, of `member` where the bytes do not say
    /// it, and moves behind.
    init(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, of member: NodeKey?
    ) throws(WireError) {
        start = cursor.offset
        time = try cursor.signedVarint(bytes)
        source = try cursor.counted(bytes)
        if let member { self.member = member } else { self.member = try cursor.key(bytes) }
        value = try AttributeValue.skip(bytes, &cursor)
    }

    /// Reads the one register that takes all of `range`; the value is read by those who ask for it.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>, of member: NodeKey?) throws(WireError) {
        var cursor = ByteCursor(range)
        start = cursor.offset
        time = try cursor.signedVarint(bytes)
        source = try cursor.counted(bytes)
        if let member { self.member = member } else { self.member = try cursor.key(bytes) }
        value = cursor.offset..<range.upperBound
        guard !value.isEmpty else { throw WireError(.damaged, "a word has no value") }
    }

    /// The time of the register that starts at `range`.
    @inline(__always)
    static func time(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(WireError) -> Int64 {
        var cursor = ByteCursor(range)
        return try cursor.signedVarint(bytes)
    }

    /// Who said it, and when, checked.
    func word(_ bytes: Span<UInt8>) throws(WireError) -> ProfileWord {
        let time = EventTime(milliseconds: time)
        guard time.isAccepted else {
            throw WireError(.damaged, "a time is not of the years 0001 to 9999")
        }
        return ProfileWord(source: [UInt8](bytes, source), member: member, time: time)
    }

    /// Appends it as a fold has it.
    func appendToFold(_ bytes: Span<UInt8>, _ fold: inout [UInt8]) {
        fold.append(bytes, said)
        fold.appendKey(member)
        fold.append(bytes, value)
    }

    /// The bytes that it takes in a fold.
    var countInFold: Int { said.count + NodeKey.byteCount + value.count }
}
