package import IdentityModel

/// Why an id of a request has no customer to look for.
package enum ResolveRefusal: Equatable, Sendable {
    /// It has no colon and is no customer id.
    case badID
    /// It is no identifier, for a reason that events are refused by.
    case rejected(RejectReason)

    /// The stable word.
    package var word: String {
        switch self {
        case .badID: "bad_id"
        case .rejected(let reason): reason.rawValue
        }
    }
}

/// What an id of a request asks for.
package enum ResolveID: Equatable, Sendable {
    /// The customer of this anchor, present or past.
    case customer(NodeKey)
    /// The customer of the identifier that the parser lends with `withNormalized`.
    case identifier
    /// Nothing that could be found.
    case refused(ResolveRefusal)

    /// Reads an id: 32 lower-case hexadecimal digits are a customer's, else it is `ns:value`.
    ///
    /// `namespaceLength` is given where the namespace was a field of its own: such an id is always
    /// an identifier, and its namespace has no colon in it.
    package static func read(
        _ text: Span<UInt8>, namespaceLength: Int? = nil, by parser: inout IdentifierParser
    ) -> ResolveID {
        if namespaceLength == nil, let anchor = customer(text) { return .customer(anchor) }
        guard let rejected = parser.read(text, namespaceLength: namespaceLength) else {
            return .identifier
        }
        for index in text.indices where text[index] == UInt8(ascii: ":") {
            return .refused(.rejected(rejected.reason))
        }
        return .refused(.badID)
    }

    /// The key that 32 lower-case hexadecimal digits stand for; nil for other text.
    package static func customer(_ text: Span<UInt8>) -> NodeKey? {
        guard text.count == NodeKey.hexadecimalDigitCount else { return nil }
        let half = NodeKey.hexadecimalDigitCount / 2
        guard let high = word(text, 0..<half), let low = word(text, half..<text.count) else {
            return nil
        }
        return NodeKey(high: high, low: low)
    }

    private static func word(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        var word: UInt64 = 0
        for index in range {
            let byte = text[index]
            let digit = byte &- UInt8(ascii: "0")
            let letter = byte &- UInt8(ascii: "a")
            guard digit < 10 || letter < 6 else { return nil }
            word = word << 4 | UInt64(digit < 10 ? digit : letter + 10)
        }
        return word
    }
}
