package import IdentityModel

/// A value of an attribute, read where it lies in some bytes.
///
/// As bytes a value is its kind, then a number's two parts, a string's length and UTF-8, a time's
/// signed varint of milliseconds, or an array's count and scalars. Each value has one such form.
package enum AttributeValue: Equatable, Sendable {
    /// `false` or `true`.
    case boolean(Bool)
    /// A number.
    case number(FixedNumber)
    /// Where a string's UTF-8 lies.
    case string(ByteSlice)
    /// How many scalars an array has, and where they lie, one behind the other.
    case array(count: Int, ByteSlice)
    /// A time in the years 0001 to 9999; rules make it, events have none.
    case time(EventTime)

    /// Reads the value at `cursor` and moves behind it; damage throws.
    package init(_ bytes: Span<UInt8>, _ cursor: inout ByteCursor) throws(WireError) {
        guard let kind = AttributeKind(rawValue: try cursor.byte(bytes)) else {
            throw WireError(.damaged, "a value's kind is not known")
        }
        switch kind {
        case .falsehood: self = .boolean(false)
        case .truth: self = .boolean(true)
        case .number: self = .number(try FixedNumber(bytes, &cursor))
        case .string: self = .string(ByteSlice(try cursor.counted(bytes)))
        case .time:
            let time = EventTime(milliseconds: try cursor.signedVarint(bytes))
            guard time.isAccepted else {
                throw WireError(.damaged, "a time is not of the years 0001 to 9999")
            }
            self = .time(time)
        case .array:
            let count = try cursor.count(bytes, leastBytes: 1)
            guard count <= AttributeLimits.arrayElements else {
                throw WireError(.damaged, "an array has too many elements")
            }
            let start = cursor.offset
            for _ in 0..<count { try AttributeValue.skipScalar(bytes, &cursor) }
            self = .array(count: count, ByteSlice(start..<cursor.offset))
        }
    }

    /// Moves `cursor` behind the value that starts there and checks it; returns where it lies.
    package static func skip(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> Range<Int> {
        let start = cursor.offset
        _ = try AttributeValue(bytes, &cursor)
        return start..<cursor.offset
    }

    private static func skipScalar(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) {
        // Checked ahead, so that damage cannot nest arrays deeper than the stack is.
        guard cursor.remaining > 0, bytes[cursor.offset] != AttributeKind.array.rawValue else {
            throw WireError(.damaged, "an array's element is no scalar")
        }
        _ = try AttributeValue(bytes, &cursor)
    }
}

/// The first byte of a value. The numbers are stored.
enum AttributeKind: UInt8 {
    case falsehood = 1
    case truth = 2
    case number = 3
    case string = 4
    case array = 5
    case time = 6

    /// The order of kinds: booleans, numbers, strings, times, arrays.
    var rank: UInt8 {
        switch self {
        case .array: 6
        case .time: 5
        default: rawValue
        }
    }
}

/// Values as bytes.
extension [UInt8] {
    /// Appends a boolean.
    package mutating func appendValue(_ flag: Bool) {
        append(flag ? AttributeKind.truth.rawValue : AttributeKind.falsehood.rawValue)
    }

    /// Appends a number.
    package mutating func appendValue(_ number: FixedNumber) {
        append(AttributeKind.number.rawValue)
        number.append(to: &self)
    }

    /// Appends a time, which lies in the years 0001 to 9999.
    package mutating func appendValue(_ time: EventTime) {
        precondition(time.isAccepted, "a time's years are checked where it is read")
        append(AttributeKind.time.rawValue)
        appendSignedVarint(time.milliseconds)
    }

    /// Appends a string of UTF-8.
    package mutating func appendValue(string: Span<UInt8>) {
        append(AttributeKind.string.rawValue)
        appendCounted(string)
    }

    /// Appends the head of an array, whose `count` scalars are appended next.
    package mutating func appendArrayHead(count: Int) {
        precondition(count <= AttributeLimits.arrayElements, "an array's length is limited")
        append(AttributeKind.array.rawValue)
        appendVarint(UInt64(count))
    }
}
