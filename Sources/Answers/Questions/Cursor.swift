package import GraphCore
package import IdentityModel

/// Where a long answer goes on: opaque text for users, behind which stands the place of the last
/// thing that was shown. It names a place in the answer's order and no index, so that it stays
/// good while other things come and go.
package enum Cursor: Equatable, Sendable {
    /// Behind an identifier.
    case member(MemberPosition)
    /// Behind all identifiers and this pair; nil: before the first pair.
    case link(LinkPosition?)
    /// Behind an identifier of a path.
    case step(NodeKey)

    /// The text that the user hands back.
    package var text: String {
        switch self {
        case .member(let place):
            "m" + HexadecimalText.print(UInt64(place.priority)) + place.key.hexadecimal
        case .link(nil): "l"
        case .link(let place?): "l" + place.a.hexadecimal + place.b.hexadecimal
        case .step(let key): "s" + key.hexadecimal
        }
    }

    /// Reads a cursor; nil for text that is none.
    package init?(_ text: String) {
        let digits = text.dropFirst()
        switch (text.first, digits.utf8.count) {
        case ("m", 48):
            let padded = String(repeating: "0", count: 16) + digits.prefix(16)
            guard let priority = HexadecimalText.words(padded).flatMap({ UInt32(exactly: $0.low) }),
                let key = NodeKey(hexadecimal: digits.suffix(32))
            else { return nil }
            self = .member(MemberPosition(priority: priority, key: key))
        case ("l", 0): self = .link(nil)
        case ("l", 64):
            guard let a = NodeKey(hexadecimal: digits.prefix(32)),
                let b = NodeKey(hexadecimal: digits.suffix(32))
            else { return nil }
            self = .link(LinkPosition(a: a, b: b))
        case ("s", 32):
            guard let key = NodeKey(hexadecimal: digits) else { return nil }
            self = .step(key)
        default: return nil
        }
    }
}
