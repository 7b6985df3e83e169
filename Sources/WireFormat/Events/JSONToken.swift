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

/// Where a value lies in its line. Lines are at most 1 MiB, so 32 bits are enough.
struct JSONToken {
    /// What the value is.
    var kind = JSONKind.absent
    private var start: UInt32 = 0
    private var end: UInt32 = 0

    /// A key that was not there.
    static let absent = JSONToken()

    init() {}

    @inline(__always)
    init(_ kind: JSONKind, _ start: Int, _ end: Int) {
        self.kind = kind
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
    }

    /// The value's bytes; of a string, what stands between its quotes.
    @inline(__always)
    var range: Range<Int> { Int(start)..<Int(end) }

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
