import IdentityModel
import Testing

@Suite struct NormalizerTests {
    func normalized(_ text: String, _ steps: NormalizationStep...) -> String? {
        ValueNormalizer.normalized(text.utf8, by: NormalizationPlan(steps))
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Compares bytes, since `String` holds NFC and NFD equal.
    func isSame(_ left: String?, _ right: String) -> Bool {
        left.map { Array($0.utf8) } == Array(right.utf8)
    }

    @Test func shouldLeaveAValueWithoutStepsAlone() {
        #expect(isSame(normalized("  A\u{0}b\t"), "  A\u{0}b\t"))
        #expect(isSame(normalized(""), ""))
    }

    @Test func shouldTrimExactlyTheUnicodeWhiteSpace() {
        var count = 0
        for code in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(code) else { continue }
            let text = String(Character(scalar))
            let isDropped =
                isSame(normalized(text + "x", .trim), "x")
                && isSame(normalized("x" + text, .trim), "x")
            if isDropped != scalar.properties.isWhitespace {
                Issue.record("U+\(String(code, radix: 16)) is trimmed: \(isDropped)")
            }
            if isDropped { count += 1 }
        }
        #expect(count == 25)
    }

    @Test func shouldTrimBothEndsAndNothingBetween() {
        #expect(isSame(normalized(" \u{3000}\u{85}a b\u{A0}c\u{2028}\t\r\n", .trim), "a b\u{A0}c"))
        #expect(isSame(normalized(" \u{3000} ", .trim), ""))
        #expect(isSame(normalized("", .trim), ""))
        // U+200B and U+FEFF are no White_Space.
        #expect(isSame(normalized("\u{200B}a\u{FEFF}", .trim), "\u{200B}a\u{FEFF}"))
        #expect(isSame(normalized("é \u{2003}", .trim), "é"))
    }

    @Test func shouldLowercaseASCIIOfEveryLength() {
        for length in 0...40 {
            let text = String((0..<length).map { Character(Unicode.Scalar(UInt8(0x3D + $0))) })
            #expect(isSame(normalized(text, .lowercase), text.lowercased()), "\(length)")
        }
        for byte in UInt8(0)..<0x80 {
            let text = String(repeating: Character(Unicode.Scalar(byte)), count: 11)
            #expect(isSame(normalized(text, .lowercase), text.lowercased()), "\(byte)")
        }
    }

    @Test func shouldLowercaseAsStringDoesForEveryScalar() {
        for code in UInt32(0x80)...0x10FFFF {
            guard let scalar = Unicode.Scalar(code) else { continue }
            let text = "A" + String(Character(scalar)) + "ZZ"
            if scalar.properties.lowercaseMapping.unicodeScalars.elementsEqual([scalar]) {
                if code % 97 != 0 { continue }
            }
            if !isSame(normalized(text, .lowercase), text.lowercased()) {
                Issue.record("U+\(String(code, radix: 16))")
            }
        }
    }

    @Test func shouldPinTheLowercaseThatKeysDependOn() {
        #expect(isSame(normalized("İstanbul", .lowercase), "i\u{307}stanbul"))
        #expect(isSame(normalized("IĞDIR", .lowercase), "iğdir"))
        // Each scalar by itself: a final sigma is not special.
        #expect(isSame(normalized("ΟΔΟΣ", .lowercase), "οδοσ"))
        #expect(isSame(normalized("STRAẞE", .lowercase), "straße"))
        #expect(isSame(normalized("\u{212A}ELVIN", .lowercase), "kelvin"))
        // One byte longer: U+023A becomes U+2C65.
        #expect(isSame(normalized("\u{23A}\u{23A}", .lowercase), "\u{2C65}\u{2C65}"))
    }

    @Test func shouldKeepComposedAndDecomposedApart() {
        let composed = normalized("JOS\u{C9}", .trim, .lowercase)
        let decomposed = normalized("JOSE\u{301}", .trim, .lowercase)
        #expect(isSame(composed, "jos\u{E9}"))
        #expect(isSame(decomposed, "jose\u{301}"))
        #expect(composed == decomposed, "String holds them equal; bytes do not")
        #expect(composed.map { Array($0.utf8) } != decomposed.map { Array($0.utf8) })
    }

    @Test(arguments: [
        ("600 111 222", "600111222"), ("+34 (600) 111-222", "+34600111222"),
        ("0034600111222", "+34600111222"), ("00 34 600.111.222", "+34600111222"),
        ("(0)0-34600111222", "+34600111222"), ("0123456", "0123456"),
        ("1234567", "1234567"), ("+1234567", "+1234567"),
        ("123456789012345", "123456789012345"), ("+123456789012345", "+123456789012345"),
        ("00123456789012345", "+123456789012345"), ("0000000000", "+00000000"), ("", ""),
    ])
    func shouldAcceptTelephoneNumber(_ text: String, _ expected: String) {
        #expect(isSame(normalized(text, .e164), expected))
    }

    @Test(arguments: [
        "123456", "+123456", "00123456", "1234567890123456", "+1234567890123456", "++34600111222",
        "00+34600111222", "34600111222+", "600 111 22x", " ( ) ", "+", "00", "0", "600\t111222",
        "600\u{A0}111222", "６００１１１２２２", "600/111222", "ext 1234567",
    ])
    func shouldRefuseTelephoneNumber(_ text: String) {
        #expect(normalized(text, .e164) == nil)
    }

    @Test func shouldApplyStepsInTheirOrder() {
        #expect(isSame(normalized("\u{A0}0034600111222\u{A0}", .trim, .e164), "+34600111222"))
        #expect(normalized("\u{A0}0034600111222\u{A0}", .e164, .trim) == nil)
    }

    @Test func differentialPlanAgainstOneStepAfterTheOther() {
        let pieces = [
            " ", "\u{A0}", "\u{3000}", "A", "z", "İ", "Σ", "é", "E\u{301}", "0", "00", "+", "34",
            "600111222", "(", ")", "-", ".", "\u{0}", "😀",
        ]
        var random = SplitMix(state: 11)
        for _ in 0..<20_000 {
            let count = Int(random.next() % 8)
            let text = (0..<count).map { _ in pieces[Int(random.next() % 20)] }.joined()
            let steps = (0..<Int(random.next() % 6)).map { _ in
                NormalizationStep.allCases[Int(random.next() % 3)]
            }
            let expected = steps.reduce(Optional(text)) { text, step in
                text.flatMap { slowly($0, step) }
            }
            let plan = NormalizationPlan(steps)
            let actual = ValueNormalizer.normalized(text.utf8, by: plan)
            #expect(actual == expected.map { Array($0.utf8) }, "\(text.debugDescription) \(steps)")
        }
    }

    @Test func shouldNormalizeInTheMiddleOfABuffer() throws {
        var bytes = Array("email:\u{A0} İA@B.C ".utf8)
        let plan = NormalizationPlan([.trim, .lowercase])
        let end = try #require(
            ValueNormalizer.normalize(&bytes, from: 6, to: bytes.count, by: plan))
        #expect(Array(bytes[..<end]) == Array("email:i\u{307}a@b.c".utf8))
    }

    /// A step as a person would write it over String.
    func slowly(_ text: String, _ step: NormalizationStep) -> String? {
        switch step {
        case .trim:
            var scalars = Array(text.unicodeScalars)
            while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
            let kept = scalars.drop { $0.properties.isWhitespace }
            return String(String.UnicodeScalarView(kept))
        case .lowercase: return text.lowercased()
        case .e164:
            if text.isEmpty { return text }
            var scalars = text.unicodeScalars.filter { !" .-()".unicodeScalars.contains($0) }
            if scalars.starts(with: "00".unicodeScalars) {
                scalars.removeFirst(2)
                scalars.insert("+", at: scalars.startIndex)
            }
            let digits = scalars.first == "+" ? scalars.dropFirst() : scalars[...]
            let isNumber = digits.allSatisfy { ("0"..."9").contains($0) }
            return isNumber && (7...15).contains(digits.count) ? String(scalars) : nil
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed, everywhere.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
