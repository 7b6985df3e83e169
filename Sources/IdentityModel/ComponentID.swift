/// A partition's number, from 0. Sixteen bits on the wire and on disk.
package struct PartitionID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The number.
    package let rawValue: UInt16

    /// The partition of that number.
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package static func < (left: PartitionID, right: PartitionID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Names a connected set of identifiers inside the graph; internal, and gone when it merges away.
///
/// Sixteen bits of the partition that minted it (its host) and forty-eight of that partition's own
/// sequence. Ids order by (sequence, partition), as the partition protocol's ranks need.
package struct ComponentID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The host in the upper sixteen bits, the sequence below.
    package let rawValue: UInt64

    /// The greatest sequence a partition can mint: 2^48 - 1.
    package static let maximumSequence: UInt64 = (1 << 48) - 1
    /// No component. Sequence 0 is never minted.
    package static let none = ComponentID(rawValue: 0)

    /// An id as stored.
    @inline(__always)
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The id that `partition` mints as its `sequence`-th; `sequence` is at most `maximumSequence`.
    @inline(__always)
    package init(partition: PartitionID, sequence: UInt64) {
        precondition(sequence <= Self.maximumSequence, "a partition's component ids are used up")
        rawValue = UInt64(partition.rawValue) << 48 | sequence
    }

    /// The partition that holds the component.
    package var host: PartitionID { PartitionID(UInt16(truncatingIfNeeded: rawValue >> 48)) }
    /// The host's own count when it minted this id.
    package var sequence: UInt64 { rawValue & Self.maximumSequence }

    // Inlinable, as what compares ids most is in other modules.
    @inlinable
    package static func == (left: ComponentID, right: ComponentID) -> Bool {
        left.rawValue == right.rawValue
    }

    package static func < (left: ComponentID, right: ComponentID) -> Bool {
        left.sequence != right.sequence
            ? left.sequence < right.sequence : left.host < right.host
    }
}

extension PartitionID {
    /// The home of a node among `count` partitions: where its directory entry and the evidence of
    /// its pairs are kept, for ever. Node keys are keyed hashes, so that homes are even.
    @inline(__always)
    package static func home(of node: NodeKey, among count: UInt16) -> PartitionID {
        PartitionID(UInt16(truncatingIfNeeded: node.low % UInt64(count)))
    }
}
