/// How much one question between nodes, and its answer, may be.
package enum WireLimits {
    /// The longest question, in bytes: 4 MiB, which name some hundred thousand keys.
    package static let questionBytes = 4 << 20
    /// The longest answer, in bytes: 64 MiB. The largest page that a node serves has ten thousand
    /// members, or as many links with their evidence.
    package static let answerBytes = 64 << 20
}
