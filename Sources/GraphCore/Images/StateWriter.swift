package import IdentityModel

/// Where a checkpoint's changes go. The last word on a key is the one that counts.
package protocol StateWriter {
    /// What the home of a node keeps now. Of a home in rows, it is the head.
    mutating func writeHome(_ image: HomeImage)
    /// What was said of the one pair that `image` holds, of a home in rows.
    mutating func writePair(_ image: HomeImage)
    /// What a component is now. Of a component in rows, it is the head.
    mutating func writeComponent(_ image: ComponentImage)
    /// A component that is no more. The rows of its members were removed one by one.
    mutating func removeComponent(_ id: ComponentID)
    /// The one member that `image` holds, without its edges, of a component in rows.
    mutating func writeMember(_ image: ComponentImage, rank: AnchorRank)
    /// A member that is no longer in a component in rows.
    mutating func removeMember(_ key: NodeKey, of id: ComponentID)
    /// A rank that no member of a component in rows has any more.
    mutating func removeRank(_ rank: AnchorRank, of id: ComponentID)
    /// An edge of a component in rows.
    mutating func writeEdge(_ edge: StoredEdge, of id: ComponentID)
    /// An edge that is no longer in a component in rows.
    mutating func removeEdge(_ a: NodeKey, _ b: NodeKey, of id: ComponentID)
    /// The name behind a namespace's number.
    mutating func writeNamespace(_ number: UInt32, _ name: [UInt8])
    /// The name behind a source's number.
    mutating func writeSource(_ number: UInt32, _ name: [UInt8])
    /// A component that was touched since the last tick.
    mutating func writeTouched(_ component: TouchedComponent)
    /// A component that is told, or no more.
    mutating func removeTouched(_ id: ComponentID)
    /// Where a component that departed has gone.
    mutating func writePointer(_ pointer: ForwardingPointer)
    /// A pointer that was collected.
    mutating func removePointer(from id: ComponentID)
    /// The messages that wait at a node's home.
    mutating func writeParked(_ parked: ParkedMessages)
    /// No message waits at a node's home any more.
    mutating func removeParked(_ node: NodeKey)
    /// A page that came and waits for the others of its transfer.
    mutating func writeStaged(_ page: StatePage)
    /// A page that waits no more.
    mutating func removeStaged(_ transfer: ComponentID, index: UInt32)
    /// A page of a transfer that goes out.
    mutating func writeOutgoing(_ page: StatePage)
    /// A page of a transfer that has gone out.
    mutating func removeOutgoing(_ transfer: ComponentID, index: UInt32)
}
