internal import CSodium
internal import IdentityModel

/// The sixteen secret bytes under which a store hashes its identifiers.
///
/// A store keeps one key for life: under another key every identifier would have another name. The
/// bytes leave this type only through `hexadecimal`; printing, interpolating, dumping or mirroring
/// a key shows its fingerprint.
package struct StoreKey: Equatable, Sendable {
    /// The sixteen bytes in memory, in two words so that the key is a plain value.
    let words: (first: UInt64, second: UInt64)

    /// The number of bytes in a key.
    package static let byteCount = 16
    /// The number of digits in a key's text.
    package static let hexadecimalDigitCount = 32

    private init(words: (UInt64, UInt64)) { self.words = words }

    /// Whether both are the same sixteen bytes.
    package static func == (left: StoreKey, right: StoreKey) -> Bool { left.words == right.words }

    /// Reads a key as `node-key` holds it: exactly 32 lower-case hexadecimal digits.
    ///
    /// The error says what is wrong and never quotes the text.
    package init(hexadecimal text: some StringProtocol) throws(StoreKeyError) {
        if let words = HexadecimalText.words(text) {
            self.init(words: (words.high.bigEndian, words.low.bigEndian))
            return
        }
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"):
                continue
            case UInt8(ascii: "A")...UInt8(ascii: "F"):
                throw .upperCaseDigit(index: index)
            default:
                throw .notADigit(index: index)
            }
        }
        throw .wrongDigitCount(text.utf8.count)
    }

    /// Reads a key file's bytes: the digits and, if there is one, the end of their line.
    package init(fileContent: some Sequence<UInt8>) throws(StoreKeyError) {
        var bytes = Array(fileContent)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        try self.init(hexadecimal: String(decoding: bytes, as: UTF8.self))
    }

    /// A new key of the operating system's randomness, through libsodium.
    package static func random() -> StoreKey {
        precondition(sodium_init() >= 0, "libsodium found no source of randomness")
        var words: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &words) { bytes in
            randombytes_buf(bytes.baseAddress!, bytes.count)
        }
        return StoreKey(words: words)
    }

    /// The key as 32 lower-case hexadecimal digits: **the secret itself**, for `node-key` only.
    package var hexadecimal: String {
        HexadecimalText.print(UInt64(bigEndian: words.first))
            + HexadecimalText.print(UInt64(bigEndian: words.second))
    }

    /// Tells keys apart without giving them away: the first word of the SipHash-2-4-128 under the
    /// key of the bytes "kindred key fingerprint".
    package var fingerprint: UInt64 {
        let text = Array("kindred key fingerprint".utf8)
        return NodeKeyHasher(key: self).hash(text.span).high
    }

    /// The fingerprint as sixteen lower-case hexadecimal digits, as users see it.
    package var fingerprintText: String { HexadecimalText.print(fingerprint) }
}

extension StoreKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The fingerprint, never the bytes.
    package var description: String { "StoreKey(\(fingerprintText))" }
    /// The fingerprint, never the bytes.
    package var debugDescription: String { description }
    /// Shows the fingerprint in place of the stored words.
    package var customMirror: Mirror {
        Mirror(self, children: ["fingerprint": fingerprintText], displayStyle: .struct)
    }
}
