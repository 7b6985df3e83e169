/// SplitMix64: a counter and a mixing function; small, fast and the same on every machine.
///
/// Source: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators",
/// OOPSLA 2014, with the constants of D. Stafford's variant 13, as in S. Vigna's public-domain
/// `splitmix64.c`. It is for test data only, never for keys.
package struct SplitMix64: Sendable {
    private var state: UInt64

    /// The distance between two states: 2^64 divided by the golden ratio, made odd.
    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// A generator whose whole sequence follows from `seed`.
    package init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.mix(state)
    }

    /// The next number below `bound`, which is over 0.
    package mutating func next(below bound: Int) -> Int { Self.reduce(next(), below: bound) }

    /// A bijection of the 64-bit words in which every bit of the input moves every bit of the
    /// result: distinct words stay distinct.
    @inline(__always)
    package static func mix(_ word: UInt64) -> UInt64 {
        var mixed = word
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The `index`-th word of the sequence that `seed` begins, without walking to it.
    @inline(__always)
    package static func word(_ index: UInt64, seed: UInt64) -> UInt64 {
        mix(seed &+ (index &+ 1) &* step)
    }

    /// Brings a random word into `0..<bound` by the upper half of a product (D. Lemire, "Fast
    /// Random Integer Generation in an Interval", 2019). Its bias, below bound / 2^64, is no
    /// matter for test data.
    @inline(__always)
    package static func reduce(_ word: UInt64, below bound: Int) -> Int {
        Int(truncatingIfNeeded: word.multipliedFullWidth(by: UInt64(bound)).high)
    }
}
