/// A number of an attribute: a count of units of 10^-15.
///
/// Fixed point, because numbers of events are compared and added in any order: such sums are exact,
/// where those of binary floating point depend on the order.
package struct FixedNumber: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// How many units of 10^-15.
    package let units: Int128

    /// The digits behind the point that are kept.
    package static let fractionDigits = 15
    /// Units of a whole one.
    package static let unitsPerOne: Int128 = 1_000_000_000_000_000
    /// Numbers of events are nearer to zero than this, in units: 10^20.
    package static let eventBound = power(35)
    /// Every number is nearer to zero than this, in units: room for a sum of 256 numbers of events.
    package static let bound = 256 * eventBound

    /// A number of so many units, nearer to zero than `bound`.
    package init(units: Int128) {
        precondition(
            units < FixedNumber.bound && -units < FixedNumber.bound,
            "numbers are bounded where they are read and added")
        self.units = units
    }

    /// A whole number.
    package init(_ whole: Int64) { units = Int128(whole) * FixedNumber.unitsPerOne }

    /// The number if it is whole and fits 64 bits.
    package var whole: Int64? {
        let (quotient, remainder) = units.quotientAndRemainder(dividingBy: FixedNumber.unitsPerOne)
        return remainder == 0 ? Int64(exactly: quotient) : nil
    }

    @inline(__always)
    package static func < (left: FixedNumber, right: FixedNumber) -> Bool {
        left.units < right.units
    }

    /// 10 to the power of `exponent`, which is 0...38.
    static func power(_ exponent: Int) -> Int128 {
        var power: Int128 = 1
        var rest = exponent
        while rest >= 18 {
            power *= 1_000_000_000_000_000_000
            rest -= 18
        }
        var last: Int64 = 1
        for _ in 0..<rest { last *= 10 }
        return power * Int128(last)
    }
}
