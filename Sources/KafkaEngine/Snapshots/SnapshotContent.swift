internal import GraphCore
package import NodeRuntime
internal import WireFormat

/// What a snapshot of a partition says of the state that it is a copy of.
package struct SnapshotContent: Codable, Equatable, Sendable {
    /// The offset of the first record of the log that is not folded into it.
    package let position: UInt64
    /// The machine's logic in force there.
    package let logicVersion: UInt64
    /// The logical digest of its part of the graph: 32 digits.
    package let digest: String
    /// The digest of all that it holds (`FullDigest`): 32 digits.
    package let fullDigest: String

    private enum CodingKeys: String, CodingKey {
        case position, digest
        case logicVersion = "logic_version"
        case fullDigest = "full_digest"
    }

    /// A content with its members.
    package init(position: UInt64, logicVersion: UInt64, digest: String, fullDigest: String) {
        self.position = position
        self.logicVersion = logicVersion
        self.digest = digest
        self.fullDigest = fullDigest
    }

    /// Reads what a state says of itself; nil where it has no checkpoint. Reads all of it.
    ///
    /// - Parameter goesOn: false once it is not wanted any more.
    /// - Throws: `StoreFailure`.
    package init?(of state: some StatePort, goesOn: () -> Bool) throws(StoreFailure) {
        guard let header = try StoredHeader.read(state) else { return nil }
        position = header.position
        logicVersion = header.logicVersion
        var sum = header.evidenceDigest
        sum += header.componentDigest
        digest = sum.hexadecimal
        fullDigest = try FullDigest.of(state, goesOn: goesOn).hexadecimal
    }
}
