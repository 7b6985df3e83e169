package import IdentityModel

/// A component as a value: its members and the edges of which a member is the lesser end.
///
/// A small one is stored as one value. One that ever grew beyond that is stored in rows: a head,
/// and a row for each member and edge, so that a change writes what has changed. In rows, an image
/// is the head alone, or the head with the members and edges that were asked for.
package struct ComponentImage: Equatable, Sendable {
    /// Which component.
    package var id: ComponentID
    /// The largest size that it ever had.
    package var rank: UInt64
    /// The member that names the customer.
    package var anchor: NodeKey
    /// Whether it is stored in rows. Once it is, it stays so.
    package var isInRows: Bool
    /// In rows: how many members it has. In one value `members` says it.
    package var memberCount: Int
    /// In rows: how many edges it has, dead ones included. In one value `edges` says it.
    package var edgeCount: Int
    /// In rows: what its members' fragments take, in units of 16 bytes; else 0.
    package var fragmentUnits: UInt32
    /// In rows: the sum over its members, as the logical digest has it; else zero.
    package var memberSum: Digest
    /// The members, ordered by key.
    package var members: [MemberImage]
    /// The members' values, one after the other.
    package var values: [UInt8]
    /// The members' profile fragments, one after the other.
    package var fragments: [UInt8]
    /// The edges, ordered by (lesser end, greater end).
    package var edges: [EdgeImage]

    /// An image of nothing, to be filled.
    package init() {
        id = .none
        rank = 0
        anchor = NodeKey(high: 0, low: 0)
        isInRows = false
        memberCount = 0
        edgeCount = 0
        fragmentUnits = 0
        memberSum = .zero
        members = []
        values = []
        fragments = []
        edges = []
    }

    /// Makes it an empty image of `id` and keeps its memory.
    package mutating func reset(_ id: ComponentID) {
        self.id = id
        rank = 0
        anchor = NodeKey(high: 0, low: 0)
        isInRows = false
        memberCount = 0
        edgeCount = 0
        fragmentUnits = 0
        memberSum = .zero
        removeMembers()
    }

    /// Forgets its members and edges, and keeps the head and the memory.
    package mutating func removeMembers() {
        members.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        fragments.removeAll(keepingCapacity: true)
        edges.removeAll(keepingCapacity: true)
    }
}

/// What belongs to an identifier wherever it goes.
package struct MemberImage: Equatable, Sendable {
    /// Its name inside the graph.
    package var key: NodeKey
    /// The assignment version: rises with each move.
    package var version: UInt32
    /// The least time of any link or observe that named it.
    package var firstSeen: EventTime
    /// The graph's number of the namespace; 0 while only a join has named it.
    package var namespace: UInt32
    /// How many of the image's value bytes, after those of the members before, are its own.
    package var valueCount: Int
    /// The version of the customer that it names or named; 0 for none.
    package var customerVersion: UInt64
    /// Whether that customer is live, as far as it was told.
    package var namesCustomer: Bool
    /// The hash of the profile that the customer was told to have; 0 for none.
    package var toldProfile: UInt64
    /// Whether its customer was not told to have it. In messages never: what arrives is untold.
    package var isUntold: Bool
    /// How many of the image's fragment bytes, after those of the members before, are its own.
    package var fragmentCount: Int
    /// How many of the image's edges, after those of the members before, start here.
    package var edgeCount: Int

    /// A member that names no customer and has no fragment.
    package init(
        key: NodeKey, version: UInt32, firstSeen: EventTime, namespace: UInt32, valueCount: Int,
        edgeCount: Int
    ) {
        self.key = key
        self.version = version
        self.firstSeen = firstSeen
        self.namespace = namespace
        self.valueCount = valueCount
        self.edgeCount = edgeCount
        customerVersion = 0
        namesCustomer = false
        toldProfile = 0
        isUntold = false
        fragmentCount = 0
    }
}

/// An edge as its component knows it.
package struct EdgeImage: Equatable, Sendable {
    /// The greater end.
    package var other: NodeKey
    /// The pair's version that the component knows of.
    package var version: UInt32
    /// Whether it connects its ends.
    package var isLive: Bool

    /// An edge with its members.
    package init(other: NodeKey, version: UInt32, isLive: Bool) {
        self.other = other
        self.version = version
        self.isLive = isLive
    }
}
