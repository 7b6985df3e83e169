package import GraphCore
package import NodeRuntime

/// The digest of all that a partition's checkpoint holds, byte by byte: the graph, and what the
/// machine counts, has sent and has seen. Replicas at one position have the same.
package enum FullDigest {
    /// Above every key of a state: no family starts with 0xff.
    private static let end = [UInt8](repeating: 0xff, count: 64)

    /// Reads a state from end to end. May take long.
    ///
    /// - Parameter goesOn: false once the digest is not wanted any more.
    /// - Throws: `StoreFailure`.
    package static func of(
        _ state: some StatePort, goesOn: () -> Bool
    ) throws(StoreFailure) -> Digest {
        var digest = Digest.zero
        var isWanted = true
        try state.scan(from: [], to: end) { key, value in
            // Chained, not added: that an entry stands in another place is seen, too.
            digest = Mixing.digest(
                digest.first, digest.second, Mixing.hash(key), Mixing.hash(value))
            isWanted = goesOn()
            return isWanted
        }
        guard isWanted else { throw SnapshotFiles.notWanted }
        return digest
    }
}
