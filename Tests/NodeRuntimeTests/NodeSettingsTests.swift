import IdentityModel
import NodeRuntime
import Testing

@Suite("Settings")
struct NodeSettingsTests {
    private static let email = Namespace(
        name: "email", priority: 20, normalization: [.trim, .lowercase], isSensitive: true)

    private static func digest(
        _ key: UInt64 = 7, _ namespaces: [Namespace] = [email], isStrict: Bool = false
    ) -> UInt64 {
        NodeSettings.digest(
            keyFingerprint: key,
            namespaces: NamespaceTable(namespaces: namespaces, isStrict: isStrict))
    }

    /// What gives identifiers their keys and customers their anchors changes the digest.
    @Test func shouldTellSettingsApartThatGiveOtherKeys() {
        let phone = Namespace(name: "phone", priority: 20)
        let digests = [
            Self.digest(), Self.digest(8), Self.digest(7, []), Self.digest(isStrict: true),
            Self.digest(7, [phone]), Self.digest(7, [Self.email, phone]),
            Self.digest(7, [phone, Self.email]),
            Self.digest(7, [Namespace(name: "email", priority: 21)]),
            Self.digest(7, [Namespace(name: "email", priority: 20)]),
            Self.digest(
                7, [Namespace(name: "email", priority: 20, normalization: [.lowercase, .trim])]),
        ]
        #expect(Set(digests).count == digests.count)
        let shown = Namespace(name: "email", priority: 20, normalization: [.trim, .lowercase])
        #expect(Self.digest(7, [shown]) == Self.digest(), "masking gives no other keys")
    }

    /// The digest stands in every record of every log: it never changes.
    @Test func shouldGiveTheDigestOfFormatOne() {
        #expect(Self.digest() == 0xcb94_c0ff_4bf1_ee5c)
        #expect(Self.digest(7, []) == 0x4b97_0190_f1cc_1eb6)
    }
}
