internal import CSodium
package import IdentityModel

/// Names identifiers inside the graph: the keyed hash of a namespace and a normalised value.
///
/// Keyed, so that nobody without the store's key can look up an e-mail address in a dump of node
/// keys, and so that nobody can prepare identifiers that collide. About 31 ns for 30 bytes
/// (libsodium 1.0.18; the same algorithm in Swift took 33).
package struct NodeKeyHasher: Sendable {
    private let key: StoreKey

    /// A hasher under the store's key.
    package init(key: StoreKey) { self.key = key }

    /// The node key of `text`: the namespace's bytes, 0x3A and the **normalised** value's bytes.
    ///
    /// SipHash-2-4-128; the sixteen bytes as libsodium writes them, read big-endian.
    package func hash(_ text: Span<UInt8>) -> NodeKey {
        var words: (high: UInt64, low: UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &words) { output in
            withUnsafeBytes(of: key.words) { key in
                text.withUnsafeBytes { input in
                    // An empty span may have no address; nothing is read from the stand-in.
                    let start = input.baseAddress ?? key.baseAddress!
                    // The result is always 0: the function has no way to fail.
                    _ = crypto_shorthash_siphashx24(
                        output.baseAddress!, start, UInt64(input.count), key.baseAddress!)
                }
            }
        }
        return NodeKey(high: UInt64(bigEndian: words.high), low: UInt64(bigEndian: words.low))
    }
}
