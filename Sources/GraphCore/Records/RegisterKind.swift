package import IdentityModel

/// Which of a source's two registers of a pair.
package enum RegisterKind: UInt8, Sendable, BitwiseCopyable {
    /// link or unlink.
    case link = 0
    /// ban or unban.
    case ban = 1
}

extension LinkOperation {
    /// The register that the operation writes; nil for observe, which says nothing of a pair.
    package var registerKind: RegisterKind? {
        switch self {
        case .link, .unlink: .link
        case .ban, .unban: .ban
        case .observe: nil
        }
    }

    /// Whether the operation wins at equal event times: unlink over link, ban over unban.
    package var winsTies: Bool { self == .unlink || self == .ban }
}
