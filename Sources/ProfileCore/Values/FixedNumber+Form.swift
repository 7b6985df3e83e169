package import IdentityModel

/// Numbers as values hold them: a decimal exponent and a significand without a trailing zero, so
/// that whole numbers are short and each number has one form.
extension FixedNumber {
    private static let overlong = WireError(.damaged, "a number is longer than it need be")
    private static let tooLarge = WireError(.damaged, "a number is too large")
    /// The most decimal zeros that a number within `bound` ends with.
    private static let largestExponent: UInt64 = 37

    /// Appends the exponent (a varint), then the significand (zigzag, LEB128 of up to 128 bits).
    package func append(to bytes: inout [UInt8]) {
        var (significand, fraction) = units.quotientAndRemainder(
            dividingBy: FixedNumber.unitsPerOne)
        var exponent = 0
        if fraction != 0 {
            // The zeros at the end are those of the fraction, which fits a word.
            var rest = Int64(fraction)
            exponent = FixedNumber.dropZeros(&rest)
            significand =
                significand * FixedNumber.power(FixedNumber.fractionDigits - exponent)
                + Int128(rest)
        } else if var rest = Int64(exactly: significand) {
            guard rest != 0 else {
                bytes.append(0)
                bytes.append(0)
                return
            }
            exponent = FixedNumber.fractionDigits + FixedNumber.dropZeros(&rest)
            significand = Int128(rest)
        } else {
            exponent = FixedNumber.fractionDigits
            while significand % 10 == 0 {
                significand /= 10
                exponent += 1
            }
        }
        bytes.append(UInt8(exponent))
        FixedNumber.appendWide(
            UInt128(truncatingIfNeeded: significand << 1 ^ significand >> 127), to: &bytes)
    }

    /// Reads a number in its one form.
    package init(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) {
        let exponent = try cursor.varint(bytes)
        guard exponent <= FixedNumber.largestExponent else { throw FixedNumber.tooLarge }
        let zigzag = try FixedNumber.wide(bytes, &cursor)
        let significand =
            Int128(truncatingIfNeeded: zigzag >> 1) ^ -Int128(truncatingIfNeeded: zigzag & 1)
        let hasZero =
            if let small = Int64(exactly: significand) {
                small % 10 == 0
            } else {
                significand % 10 == 0
            }
        guard !hasZero || (significand == 0 && exponent == 0) else { throw FixedNumber.overlong }
        let (units, isTooLarge) = significand.multipliedReportingOverflow(
            by: FixedNumber.power(Int(exponent)))
        guard !isTooLarge, units.magnitude < FixedNumber.bound.magnitude else {
            throw FixedNumber.tooLarge
        }
        self.init(units: units)
    }

    /// Drops the zeros at the end of `number`, which is not 0; returns how many there were.
    private static func dropZeros(_ number: inout Int64) -> Int {
        var count = 0
        while number % 10 == 0 {
            number /= 10
            count += 1
        }
        return count
    }

    private static func appendWide(_ value: UInt128, to bytes: inout [UInt8]) {
        var rest = value
        while rest > UInt128(UInt64.max) {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.appendVarint(UInt64(truncatingIfNeeded: rest))
    }

    private static func wide(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> UInt128 {
        var value: UInt128 = 0
        var shift: UInt128 = 0
        while true {
            let next = try cursor.byte(bytes)
            guard shift < 126 || next <= 3 else { throw tooLarge }
            value |= UInt128(next & 0x7f) << shift
            if next < 0x80 {
                guard next != 0 || shift == 0 else { throw overlong }
                return value
            }
            shift += 7
        }
    }
}
