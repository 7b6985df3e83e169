package import IdentityModel

/// What anchors are compared by: the lesser names the customer.
package struct AnchorRank: Comparable, Sendable {
    /// The priority of the member's namespace.
    package let priority: UInt32
    /// The least time of any link or observe that named the member.
    package let firstSeen: EventTime
    /// The member's key.
    package let key: NodeKey

    /// The rank of a member.
    package init(priority: UInt32, firstSeen: EventTime, key: NodeKey) {
        self.priority = priority
        self.firstSeen = firstSeen
        self.key = key
    }

    package static func < (left: AnchorRank, right: AnchorRank) -> Bool {
        if left.priority != right.priority { return left.priority < right.priority }
        if left.firstSeen != right.firstSeen { return left.firstSeen < right.firstSeen }
        return left.key < right.key
    }
}
