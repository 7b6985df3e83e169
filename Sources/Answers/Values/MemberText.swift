package import GraphCore

extension MemberView {
    /// The identifier as "namespace:value".
    package var text: [UInt8] { namespace + [UInt8(ascii: ":")] + value }

    /// The identifier for JSON; its bytes are UTF-8 by the decoders' checks.
    package var string: String { String(decoding: text, as: UTF8.self) }
}
