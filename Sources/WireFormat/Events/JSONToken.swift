import IdentityModel

/// What a JSON value is, as far as an event's fields ask.
enum JSONKind: UInt8 {
    /// The key was not there.
    case absent
    /// `null`, which everywhere means the same as an absent key.
    case null
    /// A string without a backslash.
    case string
    /// A string with at least one escape.
    case escapedString
    /// `0`, or an optional minus and digits that do not begin with 0.
    case integer
    /// Any other number: -0, or one with a fraction or an exponent.
    case number
    /// `true` or `false`.
    case boolean
    /// An array, checked but not kept.
    case array
    /// An object; its members are kept for the two ends only.
    case object
}

/// What a value is and where it lies in its line, in one word: a token is written and read again
/// so soon that parts of it would stall the processor's store buffer (measured: 15% of decoding).
struct JSONToken {
    /// The kind in the lowest 8 bits, then 28 bits of the start, then 28 of the end.
    private let packed: UInt64

    private static let startShift: UInt64 = 8
    private static let endShift: UInt64 = 36
    private static let placeMask: UInt64 = 0xFFF_FFFF

    /// A key that was not there.
    static let absent = JSONToken(.absent, 0, 0)

    /// A value of `kind` in `start..<end` of a text of less than 256 MiB.
    @inline(__always)
    init(_ kind: JSONKind, _ start: Int, _ end: Int) {
        packed =
            UInt64(kind.rawValue) | UInt64(truncatingIfNeeded: start) << JSONToken.startShift
            | UInt64(truncatingIfNeeded: end) << JSONToken.endShift
    }

    /// What the value is.
    @inline(__always)
    var kind: JSONKind {
        guard let kind = JSONKind(rawValue: UInt8(truncatingIfNeeded: packed)) else {
            preconditionFailure("a token holds a kind")
        }
        return kind
    }

    /// The value's bytes; of a string, what stands between its quotes.
    @inline(__always)
    var range: Range<Int> {
        let start = packed >> JSONToken.startShift & JSONToken.placeMask
        let end = packed >> JSONToken.endShift
        return Int(truncatingIfNeeded: start)..<Int(truncatingIfNeeded: end)
    }

    /// Whether there is no value: no key, or null.
    @inline(__always)
    var isAbsent: Bool { kind == .absent || kind == .null }

    /// Whether it is a string, escaped or not.
    @inline(__always)
    var isString: Bool { kind == .string || kind == .escapedString }
}

/// The first fault that a scan met.
struct JSONFault {
    /// `malformedJSON` or `tooDeep`.
    let reason: RejectReason
    /// Where, from 0.
    let offset: Int
    /// What stands there wrongly, or what should.
    let explanation: StaticString

    /// The refusal that a person reads.
    var rejected: Rejected {
        Rejected(reason, "byte \(offset + 1) of the line: \(explanation)")
    }
}
