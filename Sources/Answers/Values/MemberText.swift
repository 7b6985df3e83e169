package import GraphCore
internal import IdentityModel

extension MemberView {
    /// Whether its name has come; else another partition's word of it is still on its way.
    var isNamed: Bool { !namespace.isEmpty && firstSeen != .never }

    /// The identifier as "namespace:value"; its key while its name has not come.
    package var text: [UInt8] {
        isNamed ? namespace + [UInt8(ascii: ":")] + value : Array(key.hexadecimal.utf8)
    }

    /// The identifier for JSON; its bytes are UTF-8 by the decoders' checks.
    package var string: String { String(decoding: text, as: UTF8.self) }
}
