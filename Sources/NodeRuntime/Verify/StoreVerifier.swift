package import IdentityModel

/// Checks a partition's whole state store against its own evidence.
///
/// It recomputes from the registers which pairs are live, from those which identifiers are one
/// customer, and from that all that the store says besides: components, anchors, directory,
/// edges, counters, digests. It shares the stored forms and the definition of the digests with the
/// graph, and nothing else: what it checks, it does not trust.
///
/// It reads the checkpoint alone. What lies in the log's tail is not in it yet, so a running
/// partition is checkpointed before it is verified. It is meant for stores of one partition:
/// homes and components of several refer to each other across stores.
///
/// One pass over the store in the order of its keys, which is header, names, homes, components.
/// Memory: about 50 bytes an identifier and 29 a pair, beside the largest component. Measured, with
/// 4.6 M identifiers and 4.7 M pairs read from memory: 109 bytes an identifier at the peak, and 1.6
/// microseconds of one core each, most of it spent waiting for memory.
package struct StoreVerifier {
    /// The partition that the store belongs to.
    let partition: PartitionID
    /// The store's namespaces.
    let namespaces: NamespaceTable
    /// The store's keyed hash.
    let keyOf: (_ text: Span<UInt8>) -> NodeKey

    /// Above every key of the state store: no family starts with 0xff.
    private static let end = [UInt8](repeating: 0xff, count: 64)

    /// A verifier for stores of these settings.
    ///
    /// - Parameters:
    ///   - partition: the partition that the store belongs to.
    ///   - namespaces: those that the store was made with.
    ///   - keyOf: the node key of a namespace's bytes, 0x3A and a normalised value's bytes.
    package init(
        partition: PartitionID, namespaces: NamespaceTable,
        keyOf: @escaping (_ text: Span<UInt8>) -> NodeKey
    ) {
        self.partition = partition
        self.namespaces = namespaces
        self.keyOf = keyOf
    }

    /// Walks the whole store. Whatever is wrong in it is a finding, never an error.
    ///
    /// - Throws: `StoreFailure`, only where the store itself could not be read.
    package func verify(_ state: some StatePort) throws(StoreFailure) -> VerifyReport {
        var walk = VerifyWalk(self)
        try state.scan(from: [], to: Self.end) { key, value in
            walk.take(key, value)
            return true
        }
        return walk.finish()
    }
}
