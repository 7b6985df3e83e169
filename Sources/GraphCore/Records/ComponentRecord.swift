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
    /// How many members it has.
    var count: UInt32
    /// How many of them are in memory, and so in the ring. The anchor always is.
    var residentCount: UInt32
    /// How many edges start at its members, dead ones included.
    var edgeCount: UInt32
    /// What the fragments of its members take, in memory or not; in units of 16 bytes.
    var fragmentUnits: UInt32
    /// What the feed's queue knows of it; none if it was not touched since the last tick.
    var touched: Ordinal
    /// Whether the store may hold some of it.
    var isStored: Bool
    /// Whether it is stored in rows, and may so be in memory in part.
    var isInRows: Bool
    /// Whether memory may lack edges of it, which are in the store; of one in rows alone.
    var lacksEdges: Bool
    /// Whether it, or of one in rows its head, must be written at the next checkpoint.
    var isDirty: Bool
    /// Whether the logical digest holds its part now.
    var isInDigest: Bool
    /// Whether the graph's `anchorHeaps` holds its members.
    var hasAnchorHeap: Bool
    /// Whether the component was looked at since the last sweep for memory.
    var wasUsed: Bool

    static let blank = ComponentRecord(
        id: .none, rank: 0, memberSum: .zero, anchor: noOrdinal, count: 0, residentCount: 0,
        edgeCount: 0, fragmentUnits: 0, touched: noOrdinal, isStored: false, isInRows: false,
        lacksEdges: false, isDirty: false, isInDigest: false, hasAnchorHeap: false,
        wasUsed: false)
}
