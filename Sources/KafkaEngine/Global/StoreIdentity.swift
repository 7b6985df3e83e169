internal import IdentityModel
package import NodeRuntime

/// What a store is for its whole life, on every node of it: the record `store` of the global topic.
///
///     {"configuration_digest":"…","earlier_digests":[…],"format":1,
///      "key_fingerprint":"…","normalization":1,"partitions":12}
///
/// Nodes with another key would give the same person other names, and nodes with another number of
/// partitions would look for them elsewhere.
package struct StoreIdentity: Codable, Equatable, Sendable {
    /// The record's key.
    package static let key = Array("store".utf8)

    /// The format of the record.
    package let format: Int
    /// What the store's key is known by: 16 lower-case hexadecimal digits.
    package let keyFingerprint: String
    /// How many partitions the store has.
    package let partitions: UInt16
    /// The revision of what normalisation steps do.
    package let normalization: Int
    /// The digest of all that gives identifiers their keys, the namespaces among it: 16 digits.
    package let configurationDigest: String
    /// What the digest was before namespaces were added.
    package let earlierDigests: [String]

    private enum CodingKeys: String, CodingKey {
        case format, partitions, normalization
        case keyFingerprint = "key_fingerprint"
        case configurationDigest = "configuration_digest"
        case earlierDigests = "earlier_digests"
    }

    /// The identity of the store that a node was opened with.
    package init(_ node: NodeSettings, keyFingerprint: UInt64) {
        format = GlobalValue.format
        self.keyFingerprint = HexadecimalText.print(keyFingerprint)
        partitions = node.partitionCount
        normalization = NodeSettings.normalizationRevision
        configurationDigest = HexadecimalText.print(node.configurationDigest)
        earlierDigests = node.earlierDigests.map { HexadecimalText.print($0) }
    }

    /// Whether `other` is the same store with namespaces added.
    func isExtended(by other: StoreIdentity) -> Bool {
        keyFingerprint == other.keyFingerprint && partitions == other.partitions
            && normalization == other.normalization
            && configurationDigest != other.configurationDigest
            && other.earlierDigests.contains(configurationDigest)
    }

    /// Why a node of the store `own` may not take part in this one; nil: it may.
    func refusal(of own: StoreIdentity, _ topics: String) -> StoreFailure? {
        guard keyFingerprint == own.keyFingerprint else {
            return Self.failure(
                "the store of \(topics) has the key \(keyFingerprint), and this node the key "
                    + own.keyFingerprint,
                "make this node's data folder with the store's key (--key-file)")
        }
        guard partitions == own.partitions else {
            return Self.failure(
                "the store of \(topics) has \(partitions) partitions, and this node's data folder "
                    + "\(own.partitions)",
                "make the data folder with --partitions \(partitions)")
        }
        guard normalization == own.normalization else {
            return Self.failure(
                "the store of \(topics) has normalisation \(normalization), and this release "
                    + "\(own.normalization)",
                "run the same release on all nodes")
        }
        guard configurationDigest == own.configurationDigest || isExtended(by: own) else {
            return Self.failure(
                "the store of \(topics) has other namespaces than this node",
                "give all nodes the same namespaces (--namespaces), also those that were added")
        }
        return nil
    }

    /// Why records that were made under these keys are not of this store; nil: they are. To a store
    /// that got more namespaces later an edge that lacks them gives other names.
    func refusal(ofKeys own: StoreKeys, _ topics: String) -> StoreFailure? {
        let fingerprint = HexadecimalText.print(own.keyFingerprint)
        guard keyFingerprint == fingerprint else {
            return Self.failure(
                "the store of \(topics) has the key \(keyFingerprint), and this one is "
                    + fingerprint,
                "give the store's key (--key-file)")
        }
        guard normalization == NodeSettings.normalizationRevision else {
            return Self.failure(
                "the store of \(topics) has normalisation \(normalization), and this release "
                    + "\(NodeSettings.normalizationRevision)",
                "use the release of the nodes")
        }
        guard configurationDigest == HexadecimalText.print(own.configurationDigest) else {
            return Self.failure(
                "the store of \(topics) has other namespaces",
                "give those of the nodes (--namespaces)")
        }
        return nil
    }

    private static func failure(_ reason: String, _ remedy: String) -> StoreFailure {
        StoreFailure(
            .otherConfiguration, reason, remedy: remedy + ", or name this store's own prefix")
    }
}
