import IdentityModel

/// One pass from left to right over the bytes of a JSON text (RFC 8259): it checks everything,
/// allocates nothing, and recurses nowhere.
///
/// A function that meets a fault records it, the first and only one, and returns false. The text
/// is valid UTF-8: that is checked before. A surrogate that is escaped without its other half is
/// malformed, as Foundation's JSONDecoder holds too: no UTF-8 can say it.
struct JSONScanner {
    /// The next byte.
    var position = 0
    /// What stopped the scan.
    private(set) var fault: JSONFault?

    /// The bytes of `null`, first byte lowest; so too those below.
    private static let null: UInt64 = 0x6C6C_756E
    private static let `true`: UInt64 = 0x6575_7274
    private static let `false`: UInt64 = 0x65_736C_6166

    /// How a member or an element ends.
    enum Separator {
        case comma
        case close
        case fault
    }

    /// Records a fault at the next byte; returns false.
    @inline(never)
    mutating func fail(
        _ explanation: StaticString, _ reason: RejectReason = .malformedJSON
    ) -> Bool {
        fault = JSONFault(reason: reason, offset: position, explanation: explanation)
        return false
    }

    /// The next byte, or 0 at the end, which is no byte of JSON outside a string.
    @inline(__always)
    func peek(_ bytes: Span<UInt8>) -> UInt8 { position < bytes.count ? bytes[position] : 0 }

    /// Moves over white space as JSON has it: space, tab, line feed, carriage return.
    @inline(__always)
    mutating func skipWhiteSpace(_ bytes: Span<UInt8>) {
        while position < bytes.count {
            let byte = bytes[position]
            if byte > 0x20 { return }
            guard byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D else { return }
            position += 1
        }
    }

    /// Reads a key and its colon, and stops before the value.
    @inline(__always)
    mutating func scanKey(_ bytes: Span<UInt8>, into key: inout JSONToken) -> Bool {
        guard peek(bytes) == UInt8(ascii: "\"") else { return fail("a key in quotes is due") }
        guard scanString(bytes, into: &key) else { return false }
        skipWhiteSpace(bytes)
        guard peek(bytes) == UInt8(ascii: ":") else { return fail("a colon is due after a key") }
        position += 1
        skipWhiteSpace(bytes)
        return true
    }

    /// Reads what stands behind a member: a comma and the next key's place, or the object's end.
    @inline(__always)
    mutating func scanSeparator(_ bytes: Span<UInt8>, close: UInt8) -> Separator {
        skipWhiteSpace(bytes)
        let byte = peek(bytes)
        if byte == UInt8(ascii: ",") {
            position += 1
            skipWhiteSpace(bytes)
            return .comma
        }
        if byte == close {
            position += 1
            return .close
        }
        _ = fail("a comma or the end of the object or array is due")
        return .fault
    }

    /// Reads any value, which lies in `depth` arrays and objects.
    @inline(__always)
    mutating func scanValue(
        _ bytes: Span<UInt8>, depth: Int, into token: inout JSONToken
    ) -> Bool {
        let byte = peek(bytes)
        if byte == UInt8(ascii: "\"") { return scanString(bytes, into: &token) }
        if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
            let start = position
            guard skipContainer(bytes, depth: depth) else { return false }
            token = JSONToken(byte == UInt8(ascii: "{") ? .object : .array, start, position)
            return true
        }
        return scanScalar(bytes, into: &token)
    }

    /// Reads a value that is no array, object or string.
    mutating func scanScalar(_ bytes: Span<UInt8>, into token: inout JSONToken) -> Bool {
        switch peek(bytes) {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            scanNumber(bytes, into: &token)
        case UInt8(ascii: "n"):
            scanWord(bytes, JSONScanner.null, 4, .null, into: &token)
        case UInt8(ascii: "t"):
            scanWord(bytes, JSONScanner.true, 4, .boolean, into: &token)
        case UInt8(ascii: "f"):
            scanWord(bytes, JSONScanner.false, 5, .boolean, into: &token)
        default:
            fail("a JSON value is due")
        }
    }

    private mutating func scanWord(
        _ bytes: Span<UInt8>, _ word: UInt64, _ length: Int, _ kind: JSONKind,
        into token: inout JSONToken
    ) -> Bool {
        let end = position + length
        guard end <= bytes.count, ByteWord.packed(bytes, position..<end) == word else {
            return fail("a JSON value is due")
        }
        token = JSONToken(kind, position, end)
        position = end
        return true
    }

    private mutating func scanNumber(_ bytes: Span<UInt8>, into token: inout JSONToken) -> Bool {
        let start = position
        var kind = JSONKind.integer
        let isNegative = peek(bytes) == UInt8(ascii: "-")
        if isNegative { position += 1 }
        if peek(bytes) == UInt8(ascii: "0") {
            position += 1
            if isNegative { kind = .number }
        } else {
            guard skipDigits(bytes) else { return fail("a digit is due") }
        }
        if peek(bytes) == UInt8(ascii: ".") {
            kind = .number
            position += 1
            guard skipDigits(bytes) else { return fail("a digit is due after the point") }
        }
        if peek(bytes) | 0x20 == UInt8(ascii: "e") {
            kind = .number
            position += 1
            let sign = peek(bytes)
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            guard skipDigits(bytes) else { return fail("a digit is due in the exponent") }
        }
        token = JSONToken(kind, start, position)
        return true
    }

    /// Moves over digits; false if there is none.
    private mutating func skipDigits(_ bytes: Span<UInt8>) -> Bool {
        let start = position
        while peek(bytes) &- UInt8(ascii: "0") < 10 { position += 1 }
        return position > start
    }
}
