/// Brings a value to its namespace's one form, bytes in and bytes out.
///
/// The steps are part of a store's identity and mean exactly this:
/// - `trim` drops Unicode White_Space at both ends.
/// - `lowercase` is `String.lowercased()`: each scalar's full lower-case mapping, without regard to
///   its neighbours (a final Σ becomes σ) or a locale (İ becomes i and U+0307), and without
///   composing: NFC and NFD forms stay two values.
/// - `e164` drops U+0020 . - ( ) wherever they stand, turns a leading 00 into +, and then asks for
///   an optional + and 7 to 15 ASCII digits. An empty value stays empty, so that it is refused as
///   empty rather than as a bad telephone number.
///
/// ASCII is normalised in place without allocating; `lowercase` of other text goes through String.
package enum ValueNormalizer {
    /// The fewest digits of a telephone number.
    package static let phoneDigitsMinimum = 7
    /// The most digits of a telephone number, after E.164.
    package static let phoneDigitsMaximum = 15

    /// Normalises the value `bytes[start..<end]`, valid UTF-8, where it stands.
    ///
    /// Returns the new end of the value, which still begins at `start`; nil where `e164` refuses
    /// it. What stands behind the value in `bytes` may be overwritten, and `bytes` grows where a
    /// lower-case form is longer.
    @inline(__always)
    package static func normalize(
        _ bytes: inout [UInt8], from start: Int, to end: Int, by plan: NormalizationPlan
    ) -> Int? {
        plan == .none ? end : apply(plan, &bytes, start, end)
    }

    /// The normalised form of `value`, valid UTF-8; nil where `e164` refuses it.
    package static func normalized(
        _ value: some Sequence<UInt8>, by plan: NormalizationPlan
    ) -> [UInt8]? {
        var bytes = Array(value)
        guard let end = normalize(&bytes, from: 0, to: bytes.count, by: plan) else { return nil }
        bytes.removeSubrange(end...)
        return bytes
    }

    private static func apply(
        _ plan: NormalizationPlan, _ bytes: inout [UInt8], _ start: Int, _ initialEnd: Int
    ) -> Int? {
        precondition(start <= initialEnd && initialEnd <= bytes.count, "the value lies in bytes")
        var end = initialEnd
        var rest = plan.packed
        while let step = NormalizationPlan.step(in: rest) {
            rest >>= 2
            switch step {
            case .trim: end = trim(&bytes, start, end)
            case .lowercase: end = lowercase(&bytes, start, end)
            case .e164:
                guard let shorter = telephone(&bytes, start, end) else { return nil }
                end = shorter
            }
        }
        return end
    }

    private static func trim(_ bytes: inout [UInt8], _ start: Int, _ end: Int) -> Int {
        if start == end { return end }
        // Printing ASCII at both ends, as nearly always: nothing to drop.
        if bytes[start] &- 0x21 < 0x5E, bytes[end - 1] &- 0x21 < 0x5E { return end }
        let kept = trimmed(bytes.span, start, end)
        if kept.lowerBound > start {
            var span = bytes.mutableSpan
            for offset in 0..<kept.count { span[start + offset] = span[kept.lowerBound + offset] }
        }
        return start + kept.count
    }

    private static func trimmed(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Range<Int> {
        var first = start
        var last = end
        while true {
            let length = WhiteSpace.suffixLength(bytes, first, last)
            if length == 0 { break }
            last -= length
        }
        while true {
            let length = WhiteSpace.prefixLength(bytes, first, last)
            if length == 0 { break }
            first += length
        }
        return first..<last
    }

    private static func lowercase(_ bytes: inout [UInt8], _ start: Int, _ end: Int) -> Int {
        var span = bytes.mutableSpan
        let isASCII = ASCIIWord.lowercase(&span, start, end)
        return isASCII ? end : lowercaseUnicode(&bytes, start, end)
    }

    /// ASCII letters may be lower-case already: mapping them again changes nothing.
    private static func lowercaseUnicode(_ bytes: inout [UInt8], _ start: Int, _ end: Int) -> Int {
        let lowered = String(decoding: bytes[start..<end], as: UTF8.self).lowercased()
        var index = start
        for byte in lowered.utf8 {
            if index < bytes.count { bytes[index] = byte } else { bytes.append(byte) }
            index += 1
        }
        return index
    }

    private static func telephone(_ bytes: inout [UInt8], _ start: Int, _ end: Int) -> Int? {
        if start == end { return end }
        var span = bytes.mutableSpan
        var last = start
        for index in start..<end {
            let byte = span[index]
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "("),
                UInt8(ascii: ")"):
                continue
            default:
                span[last] = byte
                last += 1
            }
        }
        let zero = UInt8(ascii: "0")
        if last - start >= 2, span[start] == zero, span[start + 1] == zero {
            span[start] = UInt8(ascii: "+")
            for index in (start + 2)..<last { span[index - 1] = span[index] }
            last -= 1
        }
        let digits = last > start && span[start] == UInt8(ascii: "+") ? start + 1 : start
        guard last - digits >= phoneDigitsMinimum, last - digits <= phoneDigitsMaximum else {
            return nil
        }
        for index in digits..<last where span[index] &- zero > 9 { return nil }
        return last
    }
}
