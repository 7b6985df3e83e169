internal import IdentityModel

/// A connected set of nodes that this partition hosts.
struct ComponentRecord: BitwiseCopyable {
    var id: ComponentID
    /// The largest size that the component ever had. It never falls, so a stale rank is a lower
    /// bound, and no two components can depart into each other.
    var rank: UInt64
    /// The sum of the members' hashes.
    var memberSum: Digest
    /// The member that names the customer; the entrance to the ring of members.
    var anchor: Ordinal
    var count: UInt32
    /// How many pages of it the store holds; 0 when it was never stored.
    var storedPages: UInt32
    var isDirty: Bool
    /// Whether the logical digest holds its part now.
    var isInDigest: Bool
    /// Whether the graph's `anchorHeaps` holds its members.
    var hasAnchorHeap: Bool
    /// Whether the component was looked at since the last sweep for memory.
    var wasUsed: Bool

    static let blank = ComponentRecord(
        id: .none, rank: 0, memberSum: .zero, anchor: noOrdinal, count: 0, storedPages: 0,
        isDirty: false, isInDigest: false, hasAnchorHeap: false,
        wasUsed: false)
}
