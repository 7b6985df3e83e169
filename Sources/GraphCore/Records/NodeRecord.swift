internal import IdentityModel

/// One node key in memory: what its home keeps of it and what its component keeps of it.
///
/// At one partition both parts are the same record. Over several, the home holds the first part,
/// the host the second, and either may hold only the key because a link names it.
struct NodeRecord: BitwiseCopyable {
    var key: NodeKey

    // The home's part: the directory, and the chain of links whose lesser end this is.
    var directoryComponent: ComponentID
    var directoryVersion: UInt32
    /// Links with this node as lesser end, through `LinkRecord.nextOut`.
    var outLinks: Ordinal

    // The member's part.
    var firstSeen: EventTime
    var component: Ordinal
    var memberVersion: UInt32
    /// The component's members form a ring.
    var nextMember: Ordinal
    var previousMember: Ordinal
    /// Live links at either end, through `LinkRecord.next`.
    var liveLinks: Ordinal
    /// The graph's own number of the namespace; 0 while only a join has named the node.
    var namespace: UInt32
    var value: UInt32
    var valueCount: UInt16
    var flags: NodeFlags
    /// How many links in memory have this node as their greater end.
    var inLinkCount: UInt32
    /// The home's part: how many pairs it has, in memory or not.
    var pairCount: UInt32
    /// The member's part: the version of the customer that it names or named; 0 for none.
    var customerVersion: UInt64

    static let blank = NodeRecord(
        key: NodeKey(high: 0, low: 0), directoryComponent: .none, directoryVersion: 0,
        outLinks: noOrdinal, firstSeen: .never, component: noOrdinal, memberVersion: 0,
        nextMember: noOrdinal, previousMember: noOrdinal, liveLinks: noOrdinal, namespace: 0,
        value: 0, valueCount: 0, flags: [], inLinkCount: 0, pairCount: 0,
        customerVersion: 0)
}

/// What is known of a node in memory.
struct NodeFlags: OptionSet, BitwiseCopyable {
    let rawValue: UInt16
    /// The home's part is here, or known to be absent from the store.
    static let homeIsResident = NodeFlags(rawValue: 1)
    /// The home's part changed since the last checkpoint.
    static let homeIsDirty = NodeFlags(rawValue: 2)
    /// A search has reached the node from the link's lesser end.
    static let reachedFromA = NodeFlags(rawValue: 4)
    /// A search has reached the node from the link's greater end.
    static let reachedFromB = NodeFlags(rawValue: 8)
    /// The node was looked at since the last sweep for memory.
    static let wasUsed = NodeFlags(rawValue: 32)
    /// The graph's `fragments` holds one of the member.
    static let hasFragment = NodeFlags(rawValue: 16)
    /// The member's row changed since the last checkpoint. Only in a component in rows.
    static let memberIsDirty = NodeFlags(rawValue: 64)
    /// The store may hold edges of the member that memory lacks.
    static let lacksEdges = NodeFlags(rawValue: 128)
    /// The store may hold pairs of the home that memory lacks.
    static let lacksPairs = NodeFlags(rawValue: 256)
    /// The home is stored in rows.
    static let homeIsInRows = NodeFlags(rawValue: 1_024)
    /// The store may hold rows of the member in its present component.
    static let rowIsStored = NodeFlags(rawValue: 2_048)
    /// The member has a value that its customer was not told to have.
    static let isUntold = NodeFlags(rawValue: 4_096)
    /// The customer that the member names, or named last, is live, as far as it was told.
    static let namesCustomer = NodeFlags(rawValue: 8_192)
    /// The store holds the home's part, though it may have changed since.
    static let homeIsStored = NodeFlags(rawValue: 16_384)
    /// A sweep has let go of all that was known of some links that start here.
    static let hasEmptyLinks = NodeFlags(rawValue: 512)
}
