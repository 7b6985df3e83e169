/// Where some bytes lie in a record, in half the room of a `Range<Int>`.
package struct ByteSlice: Equatable, Sendable, BitwiseCopyable {
    private let start: UInt32
    private let count: UInt32

    /// The bytes at `range`; a record is far smaller than 4 GiB.
    @inline(__always)
    package init(_ range: Range<Int>) {
        start = UInt32(range.lowerBound)
        count = UInt32(range.count)
    }

    /// The place as a range.
    @inline(__always)
    package var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}
