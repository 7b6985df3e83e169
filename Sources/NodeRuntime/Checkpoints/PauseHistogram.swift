/// How long something took, many times over, in buckets of at most an eighth of their value.
package struct PauseHistogram: Sendable {
    private static let bucketsPerDoubling = 8
    private var buckets: [UInt64] = []

    /// How many were recorded.
    package private(set) var count: UInt64 = 0
    /// The longest, in microseconds.
    package private(set) var maximumMicroseconds: UInt64 = 0
    /// All of them together, in microseconds.
    package private(set) var totalMicroseconds: UInt64 = 0

    /// Nothing recorded.
    package init() {}

    /// Records one that took so many nanoseconds.
    package mutating func record(nanoseconds: UInt64) {
        let value = nanoseconds / 1_000
        let bucket = Self.bucket(of: value)
        while buckets.count <= bucket { buckets.append(0) }
        buckets[bucket] += 1
        count += 1
        totalMicroseconds += value
        maximumMicroseconds = max(maximumMicroseconds, value)
    }

    /// Adds what another one has recorded.
    static func += (sum: inout PauseHistogram, part: PauseHistogram) {
        while sum.buckets.count < part.buckets.count { sum.buckets.append(0) }
        for (bucket, number) in part.buckets.enumerated() { sum.buckets[bucket] += number }
        sum.count += part.count
        sum.maximumMicroseconds = max(sum.maximumMicroseconds, part.maximumMicroseconds)
        sum.totalMicroseconds += part.totalMicroseconds
    }

    /// What so many of a hundred did not exceed, in microseconds: the upper end of its bucket, and
    /// at most the longest. 0 where nothing was recorded.
    package func percentileMicroseconds(_ percent: UInt64) -> UInt64 {
        let wanted = (count * percent + 99) / 100
        var passed: UInt64 = 0
        for (bucket, number) in buckets.enumerated() {
            passed += number
            if passed >= wanted, number > 0 {
                return min(maximumMicroseconds, Self.last(of: bucket))
            }
        }
        return 0
    }

    /// Values below 8 have buckets of their own; each doubling above has eight.
    private static func bucket(of value: UInt64) -> Int {
        guard value >= 8 else { return Int(value) }
        let doubling = 63 - value.leadingZeroBitCount - 3
        return (doubling + 1) * bucketsPerDoubling + Int(value >> UInt64(doubling) & 7)
    }

    private static func last(of bucket: Int) -> UInt64 {
        guard bucket >= bucketsPerDoubling else { return UInt64(bucket) }
        let doubling = UInt64(bucket / bucketsPerDoubling - 1)
        let start = UInt64(bucketsPerDoubling + bucket % bucketsPerDoubling) << doubling
        return start + (1 << doubling) - 1
    }
}
