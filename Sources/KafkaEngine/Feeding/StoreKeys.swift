package import IdentityModel
package import NodeKeys
internal import NodeRuntime

/// What gives identifiers their keys in a store: whoever makes records for it must have the same.
package struct StoreKeys: Sendable {
    /// What the store's key is known by.
    package let keyFingerprint: UInt64
    /// The digest of all that gives identifiers their keys.
    package let configurationDigest: UInt64
    /// The namespaces.
    package let namespaces: NamespaceTable
    /// The hash that names identifiers.
    package let hasher: NodeKeyHasher

    /// Those of a key and a table of namespaces.
    package init(_ key: StoreKey, _ namespaces: NamespaceTable) {
        keyFingerprint = key.fingerprint
        configurationDigest = NodeSettings.digest(
            keyFingerprint: key.fingerprint, namespaces: namespaces)
        self.namespaces = namespaces
        hasher = NodeKeyHasher(key: key)
    }
}
