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
        for index in 0..<count {
            let (one, other) = (
                left[leftRange.lowerBound + index], right[rightRange.lowerBound + index]
            )
            if one != other { return one < other ? -1 : 1 }
        }
        return leftRange.count - rightRange.count
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
        let one = try AttributeValue(left, &leftCursor)
        let other = try AttributeValue(right, &rightCursor)
        switch (one, other) {
        case (.number(let one), .number(let other)): return sign(one.units, other.units)
        case (.time(let one), .time(let other)): return sign(one.milliseconds, other.milliseconds)
        case (.string(let one), .string(let other)):
            return compareBytes(left, one.range, right, other.range)
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
