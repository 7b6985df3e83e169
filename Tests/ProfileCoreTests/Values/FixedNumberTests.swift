import IdentityModel
import ProfileCore
import TestSupport
import Testing

@Suite("Numbers")
struct FixedNumberTests {
    private func parse(_ text: String) -> FixedNumber.Outcome {
        // Beside other bytes, since numbers are read where they lie.
        let bytes = Array("9\(text)9".utf8)
        return FixedNumber.parse(bytes.span, 1..<bytes.count - 1)
    }

    private func printed(_ number: FixedNumber) -> String {
        var bytes: [UInt8] = []
        number.appendText(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func canonical(_ text: String) -> String? {
        guard case .number(let number) = parse(text) else { return nil }
        return printed(number)
    }

    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("-0.000e7", "0"), ("0e999999999999999999999", "0"),
        ("1", "1"), ("-1", "-1"), ("1.50", "1.5"), ("1e2", "100"), ("1E+2", "100"),
        ("120e-1", "12"), ("0.000000000000001", "0.000000000000001"),
        ("99999999999999999999", "99999999999999999999"),
        ("-99999999999999999999.999999999999999", "-99999999999999999999.999999999999999"),
        ("9999999999999999999900e-2", "99999999999999999999"),
        ("0.00000000000000000001e20", "1"), ("1e19", "10000000000000000000"),
        ("123456789012345678901234567890e-15", "123456789012345.67890123456789"),
        ("18446744073709551616", "18446744073709551616"),
        ("1e-999999999999999999999", "0"),
    ])
    func shouldReadAndPrint(_ text: String, _ expected: String) {
        #expect(canonical(text) == expected)
        #expect(canonical(expected) == expected)
    }

    /// Half to even, and anything behind the half is more than it.
    @Test(arguments: [
        ("0.0000000000000004", "0"), ("0.0000000000000005", "0"),
        ("0.00000000000000050000", "0"), ("0.00000000000000050001", "0.000000000000001"),
        ("0.0000000000000006", "0.000000000000001"),
        ("0.0000000000000015", "0.000000000000002"),
        ("0.0000000000000025", "0.000000000000002"),
        ("-0.0000000000000025", "-0.000000000000002"),
        ("0.00000000000000250000000000000000000000000001", "0.000000000000003"),
        ("0.9999999999999995", "1"), ("5e-16", "0"), ("51e-17", "0.000000000000001"),
        ("9e-17", "0"), ("9999e-17", "0.0000000000001"),
    ])
    func shouldRoundHalfToEven(_ text: String, _ expected: String) {
        #expect(canonical(text) == expected)
    }

    @Test(arguments: [
        "100000000000000000000", "-1e20", "1e21", "1e999999999999999999999",
        "99999999999999999999.9999999999999995", "0.1e21", "1e35", "1e38", "9e54",
    ])
    func shouldRefuseWhatIsTooFarFromZero(_ text: String) {
        #expect(parse(text) == .outOfRange)
    }

    @Test(arguments: [
        "", "-", "+1", "01", "-01", "1.", ".5", "1.e1", "1e", "1e+", "1e1.5", "0x1", "1 ", " 1",
        "1,5", "--1", "1e--1", "NaN", "Infinity", "1-", "1e5e", "\u{661}",
    ])
    func shouldRefuseWhatIsNoNumber(_ text: String) {
        #expect(parse(text) == .malformed)
    }

    @Test func shouldReadLongTexts() {
        let zeros = String(repeating: "0", count: 100_000)
        #expect(canonical("0.\(zeros)1") == "0")
        #expect(canonical("1\(zeros)e-100000") == "1")
        #expect(canonical("0.\(zeros)1e100001") == "1")
        #expect(canonical("1.\(zeros)1") == "1")
        #expect(parse("1\(zeros)") == .outOfRange)
        #expect(parse(String(repeating: "9", count: 100_000)) == .outOfRange)
    }

    // MARK: A slow twin

    /// Decimal digits as a list: what is behind the fifteenth place is cut and rounded there.
    private func twin(_ text: String) -> Int128? {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.lowercased().split(separator: "e")
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mantissa = parts[0].split(separator: ".")
        var digits = mantissa.joined().compactMap(\.wholeNumberValue)
        var point = mantissa[0].count + exponent
        while point < 1 {
            digits.insert(0, at: 0)
            point += 1
        }
        while digits.count < point + 16 { digits.append(0) }
        let kept = digits[..<(point + 15)]
        let rest = Array(digits[(point + 15)...])
        guard kept.drop(while: { $0 == 0 }).count <= 35 else { return nil }
        var units = kept.reduce(Int128(0)) { $0 * 10 + Int128($1) }
        let half = [5] + [Int](repeating: 0, count: rest.count - 1)
        if half.lexicographicallyPrecedes(rest) || (rest == half && units % 2 == 1) { units += 1 }
        guard units < FixedNumber.eventBound else { return nil }
        return isNegative ? -units : units
    }

    @Test func differentialOfReadingWithDigitLists() {
        var chance = SeededGenerator(seed: 1)
        for _ in 0..<TestBudget.rounds(20_000) {
            func digits(_ count: Int) -> String {
                let choices = chance.pick([[0, 5], [0, 9], Array(0...9)])
                return (0..<count).map { _ in String(chance.pick(choices)) }.joined()
            }
            var text = chance.chance(50) ? "-" : ""
            text += chance.chance(50) ? "0" : String(1 + chance.below(9)) + digits(chance.below(25))
            if chance.chance(60) { text += "." + digits(1 + chance.below(25)) }
            if chance.chance(40) { text += "e\(chance.below(60) - 30)" }
            let expected = twin(text)
            switch parse(text) {
            case .number(let number): #expect(number.units == expected, "\(text)")
            case .outOfRange: #expect(expected == nil, "\(text)")
            case .malformed: Issue.record("malformed: \(text)")
            }
        }
    }

    // MARK: Bytes

    /// Numbers of all sizes, with zeros at their ends.
    private func numbers() -> [FixedNumber] {
        var chance = SeededGenerator(seed: 2)
        var units: [Int128] = [0, 1, FixedNumber.eventBound - 1, FixedNumber.bound - 1]
        var power: Int128 = 1
        for _ in 0..<38 {
            units += [power, power - 1, power + 1, 9 * (power / 10)]
            power = power < FixedNumber.bound ? power * 10 : 1
        }
        for _ in 0..<3_000 {
            let word = Int128(chance.next()) << 64 | Int128(chance.next())
            let number = (word >> Int128(chance.below(120)))
            units.append(number)
            units.append(Int128(chance.below(10_000)) * 1_000_000_000_000_000)
            units.append(Int128(chance.next() >> 1) * 1_000_000_000_000_000)
        }
        return units.flatMap { [$0, -$0] }.filter { $0.magnitude < FixedNumber.bound.magnitude }
            .map { FixedNumber(units: $0) }
    }

    @Test func shouldReadBackEveryNumberInOneForm() throws {
        for number in numbers() {
            var bytes: [UInt8] = []
            number.append(to: &bytes)
            var cursor = ByteCursor(0..<bytes.count)
            #expect(try FixedNumber(bytes.span, &cursor) == number)
            try cursor.finish()
            let text = printed(number)
            if number.units.magnitude < FixedNumber.eventBound.magnitude {
                #expect(parse(text) == .number(number))
            }
            let isShort = !text.contains(".") || text.last != "0"
            #expect(isShort && text.last != "." && text != "-0")
        }
    }

    /// Text by text: the units' own digits with a point between them.
    @Test func differentialOfPrintingWithDigits() {
        for number in numbers() {
            var digits = "\(number.units.magnitude)"
            while digits.count < 16 { digits = "0" + digits }
            let whole = digits.dropLast(15)
            let fraction = digits.suffix(15)
            let kept = String(fraction.reversed().drop { $0 == "0" }.reversed())
            let sign = number.units < 0 ? "-" : ""
            let expected = sign + whole + (kept.isEmpty ? "" : "." + kept)
            #expect(printed(number) == expected)
        }
    }

    @Test func shouldTakeFewBytesForWholeNumbers() {
        func count(_ number: Int64) -> Int {
            var bytes: [UInt8] = []
            FixedNumber(number).append(to: &bytes)
            return bytes.count
        }
        #expect(count(0) == 2 && count(63) == 2 && count(-64) == 2 && count(1_000_000) == 2)
        #expect(count(65) == 3 && count(Int64.max) == 11)
    }

    /// Exponent and significand that say a number in another way, or none.
    @Test(arguments: [
        [1, 0], [15, 20], [0, 0x80, 0], [0, 0x82, 0], [0x80, 0, 2], [38, 2], [37, 6],
        [0], [], [15], [15, 0x80], [15] + [UInt8](repeating: 0xff, count: 18) + [0x04],
        [15] + [UInt8](repeating: 0xff, count: 18) + [0x03],
        [0] + [UInt8](repeating: 0xff, count: 18) + [0x03],
    ])
    func shouldRefuseOtherForms(_ bytes: [UInt8]) {
        #expect(throws: WireError.self) {
            var cursor = ByteCursor(0..<bytes.count)
            _ = try FixedNumber(bytes.span, &cursor)
        }
    }

    @Test func shouldSayWhetherItIsWhole() {
        #expect(FixedNumber(7).whole == 7)
        #expect(FixedNumber(Int64.min).whole == Int64.min)
        #expect(FixedNumber(units: 1).whole == nil)
        let large = FixedNumber(units: 10_000_000_000_000_000_000 * FixedNumber.unitsPerOne)
        #expect(large.whole == nil)
    }
}
