package import IdentityModel

/// The total order of values: by kind (booleans, numbers, strings, times, arrays), then false
/// before true, numbers and times by size, strings by bytes, arrays element by element and then by
/// length.
package enum AttributeOrder {
    /// Below 0 where the value at `left` comes first, 0 where they are equal, above 0 otherwise.
    /// Both are values; damage throws.
    package static func compare(
        _ left: Span<UInt8>, _ leftRange: Range<Int>, _ right: Span<UInt8>,
        _ rightRange: Range<Int>
    ) throws(WireError) -> Int {
        var leftCursor = ByteCursor(leftRange)
        var rightCursor = ByteCursor(rightRange)
        return try compare(left, &leftCursor, right, &rightCursor)
    }

    /// Below 0 where the bytes at `left` come first, as unsigned bytes and then by length; 0 where
    /// they are equal; above 0 otherwise.
    @inline(__always)
    package static func compareBytes(
        _ left: Span<UInt8>, _ leftRange: Range<Int>, _ right: Span<UInt8>,
        _ rightRange: Range<Int>
    ) -> Int {
        let count = min(leftRange.count, rightRange.count)
        var index = 0
        while index < count {
            let (place, otherPlace) = (
                leftRange.lowerBound + index, rightRange.lowerBound + index
            )
            if place + 8 <= left.count, otherPlace + 8 <= right.count {
                // Eight bytes at once, without those that lie behind the end.
                let surplus = UInt64(max(0, 8 - (count - index)) * 8)
                let one = word(left, place) >> surplus
                let other = word(right, otherPlace) >> surplus
                if one != other { return one < other ? -1 : 1 }
                index += 8
            } else {
                let (one, other) = (left[place], right[otherPlace])
                if one != other { return one < other ? -1 : 1 }
                index += 1
            }
        }
        return leftRange.count - rightRange.count
    }

    /// The eight bytes at `place`, as a number that is greater where they sort later.
    @inline(__always)
    private static func word(_ bytes: Span<UInt8>, _ place: Int) -> UInt64 {
        // unsafe: in bounds by the caller (and checked again), and any bits are a word.
        unsafe UInt64(
            bigEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    /// The same of all bytes on either side.
    static func compareBytes(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
        compareBytes(left, 0..<left.count, right, 0..<right.count)
    }

    private static func compare(
        _ left: Span<UInt8>, _ leftCursor: inout ByteCursor, _ right: Span<UInt8>,
        _ rightCursor: inout ByteCursor
    ) throws(WireError) -> Int {
        let leftRank = try rank(left, leftCursor)
        let rightRank = try rank(right, rightCursor)
        guard leftRank == rightRank else { return leftRank < rightRank ? -1 : 1 }
        if leftRank == AttributeKind.string.rank {
            _ = try leftCursor.byte(left)
            _ = try rightCursor.byte(right)
            return compareBytes(
                left, try leftCursor.counted(left), right, try rightCursor.counted(right))
        }
        let one = try AttributeValue(left, &leftCursor)
        let other = try AttributeValue(right, &rightCursor)
        switch (one, other) {
        case (.number(let one), .number(let other)): return sign(one.units, other.units)
        case (.time(let one), .time(let other)): return sign(one.milliseconds, other.milliseconds)
        case (.array(let leftCount, let one), .array(let rightCount, let other)):
            var leftElements = ByteCursor(one.range)
            var rightElements = ByteCursor(other.range)
            for _ in 0..<min(leftCount, rightCount) {
                let order = try compare(left, &leftElements, right, &rightElements)
                if order != 0 { return order }
            }
            return leftCount - rightCount
        default: return 0
        }
    }

    private static func rank(
        _ bytes: Span<UInt8>, _ cursor: ByteCursor
    ) throws(WireError) -> UInt8 {
        var cursor = cursor
        guard let kind = AttributeKind(rawValue: try cursor.byte(bytes)) else {
            throw WireError(.damaged, "a value's kind is not known")
        }
        return kind.rank
    }

    @inline(__always)
    private static func sign<Number: Comparable>(_ left: Number, _ right: Number) -> Int {
        left == right ? 0 : left < right ? -1 : 1
    }
}

extension [UInt8] {
    /// A copy of a part of `bytes`.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        self = []
        append(bytes, range)
    }
}
