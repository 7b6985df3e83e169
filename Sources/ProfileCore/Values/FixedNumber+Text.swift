/// Numbers as JSON writes them.
extension FixedNumber {
    /// What a text says.
    package enum Outcome: Equatable, Sendable {
        /// A number; digits behind the fifteenth of its fraction are rounded half to even.
        case number(FixedNumber)
        /// The text is no JSON number.
        case malformed
        /// The number is 10^20 or further from zero.
        case outOfRange
    }

    /// Reads `text[range]`, which must be one JSON number and nothing else.
    package static func parse(_ text: Span<UInt8>, _ range: Range<Int>) -> Outcome {
        guard let parts = NumberParts(text, range) else { return .malformed }
        return parts.number(text)
    }

    /// Appends the number as JSON: no exponent, and no digit that could be left off.
    package func appendText(to bytes: inout [UInt8]) {
        if units < 0 { bytes.append(UInt8(ascii: "-")) }
        let (whole, fraction) = units.magnitude.quotientAndRemainder(
            dividingBy: FixedNumber.unitsPerOne.magnitude)
        let ten18: UInt128 = 1_000_000_000_000_000_000
        if let small = UInt64(exactly: whole) {
            FixedNumber.append(small, to: &bytes)
        } else {
            FixedNumber.append(UInt64(whole / ten18), to: &bytes)
            FixedNumber.append(UInt64(whole % ten18), digits: 18, to: &bytes)
        }
        guard fraction > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        FixedNumber.append(UInt64(fraction), digits: FixedNumber.fractionDigits, to: &bytes)
        while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var digits = 1
        var rest = number / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        append(number, digits: digits, to: &bytes)
    }

    private static func append(_ number: UInt64, digits: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digits))
        var rest = number
        var index = start + digits
        while rest > 0 {
            index -= 1
            bytes[index] += UInt8(rest % 10)
            rest /= 10
        }
    }
}

/// Where the parts of a JSON number lie.
private struct NumberParts {
    private let isNegative: Bool
    private let wholeDigits: Range<Int>
    private let fraction: Range<Int>
    private let exponent: Int

    /// Far above the digits of any line, so that a larger exponent says no more.
    private static let largestExponent = 1_000_000_000

    /// Reads `text[range]`; nil where it is no JSON number.
    init?(_ text: Span<UInt8>, _ range: Range<Int>) {
        let end = range.upperBound
        var index = range.lowerBound
        isNegative = index < end && text[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        wholeDigits = NumberParts.digits(text, index, end)
        guard !wholeDigits.isEmpty else { return nil }
        guard wholeDigits.count == 1 || text[index] != UInt8(ascii: "0") else { return nil }
        index = wholeDigits.upperBound
        if index < end, text[index] == UInt8(ascii: ".") {
            fraction = NumberParts.digits(text, index + 1, end)
            guard !fraction.isEmpty else { return nil }
            index = fraction.upperBound
        } else {
            fraction = index..<index
        }
        var exponent = 0
        if index < end, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            var isBelowOne = false
            if index < end, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") {
                isBelowOne = text[index] == UInt8(ascii: "-")
                index += 1
            }
            let digits = NumberParts.digits(text, index, end)
            guard !digits.isEmpty else { return nil }
            for place in digits where exponent < NumberParts.largestExponent {
                exponent = exponent * 10 + Int(text[place] - UInt8(ascii: "0"))
            }
            if isBelowOne { exponent = -exponent }
            index = digits.upperBound
        }
        guard index == end else { return nil }
        self.exponent = exponent
    }

    /// The number in units: digits from the first that counts to the last of 10^-15, then the
    /// rounding of what is behind.
    func number(_ text: Span<UInt8>) -> FixedNumber.Outcome {
        let count = wholeDigits.count + fraction.count
        // Digits in front of `cut` are units or more; it may lie behind the last one.
        let cut = wholeDigits.count + exponent + FixedNumber.fractionDigits
        var units: Int128 = 0
        for place in 0..<max(0, min(cut, count)) {
            units = units * 10 + Int128(digit(text, place))
            guard units < FixedNumber.eventBound else { return .outOfRange }
        }
        if cut > count, units > 0 {
            // Of a number in range, 35 digits say all.
            guard cut - count < 35 else { return .outOfRange }
            let (product, isTooLarge) = units.multipliedReportingOverflow(
                by: FixedNumber.power(cut - count))
            guard !isTooLarge else { return .outOfRange }
            units = product
        } else if cut >= 0, cut < count, isRoundedUp(text, cut, isOdd: units & 1 == 1) {
            units += 1
        }
        guard units < FixedNumber.eventBound else { return .outOfRange }
        return .number(FixedNumber(units: isNegative ? -units : units))
    }

    private func isRoundedUp(_ text: Span<UInt8>, _ cut: Int, isOdd: Bool) -> Bool {
        let next = digit(text, cut)
        if next != 5 { return next > 5 }
        if isOdd { return true }
        for place in cut + 1..<max(cut + 1, wholeDigits.count + fraction.count)
        where digit(text, place) > 0 { return true }
        return false
    }

    /// The digit at `place`, counted over the digits before and behind the point.
    @inline(__always)
    private func digit(_ text: Span<UInt8>, _ place: Int) -> UInt8 {
        let index =
            place < wholeDigits.count
            ? wholeDigits.lowerBound + place : fraction.lowerBound + place - wholeDigits.count
        return text[index] - UInt8(ascii: "0")
    }

    private static func digits(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Range<Int> {
        var index = start
        while index < end, text[index] &- UInt8(ascii: "0") < 10 { index += 1 }
        return start..<max(start, index)
    }
}
