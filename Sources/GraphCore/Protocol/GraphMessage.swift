package import IdentityModel

/// What partitions say to each other (DESIGN, section 3; `Tests/Model` has it as code that runs).
/// Values: a message can be parked, staged or sent again as it is.
package enum GraphMessage: Equatable, Sendable {
    /// To the component that holds the node.
    case forMember(MemberMessage)
    /// To the node's home: send it on to the component that holds the node. `asked` is the
    /// directory version that it left home with last, 0 for none: if the directory is no newer, to
    /// ask that component again would be in vain, and the message is parked.
    case resolve(MemberMessage, asked: UInt32)
    /// On its way from the node's home, whose directory was at that version.
    case via(MemberMessage, version: UInt32)
    /// To a home: these nodes are members of that component now.
    case assign(Assignment)
    /// To the greater component's host: the whole state of the lesser.
    case absorb(ComponentState)
    /// To the greater component's host: a part of the state of a large one.
    case page(StatePage)
    /// To the sender of pages: so many of the transfer are staged; send the next one.
    case next(transfer: ComponentID, index: UInt32)
}

/// Tells a home where some of its nodes are now.
package struct Assignment: Equatable, Sendable {
    /// The component.
    package var component: ComponentID
    /// Its members of that home, in the order in which they moved.
    package var nodes: [AssignedNode]

    /// An assignment with its members.
    package init(component: ComponentID, nodes: [AssignedNode]) {
        self.component = component
        self.nodes = nodes
    }
}

/// A node that has moved.
package struct AssignedNode: Equatable, Sendable {
    /// The node.
    package var key: NodeKey
    /// Counts its moves, so that a late message changes nothing.
    package var version: UInt32

    /// A node with its version.
    package init(key: NodeKey, version: UInt32) {
        self.key = key
        self.version = version
    }
}

/// Members and edges on their way from one host to another.
package struct ComponentState: Equatable, Sendable {
    /// The component that they are to join.
    package var target: ComponentID
    /// The link that carried the move.
    package var via: LinkPosition
    /// The members, ordered by key; none counts edges.
    package var members: [MemberImage]
    /// The members' values, one after the other.
    package var values: [UInt8]
    /// The members' profile fragments, one after the other.
    package var fragments: [UInt8]
    /// The edges of which a member is the lesser end, ordered by (lesser end, greater end).
    package var edges: [StoredEdge]

    /// A state that holds nothing yet.
    package init(target: ComponentID, via: LinkPosition) {
        self.target = target
        self.via = via
        members = []
        values = []
        fragments = []
        edges = []
    }
}

/// One page of a large state. Pages are staged where they were addressed until the last is there.
package struct StatePage: Equatable, Sendable {
    /// Names the move: the id of the component that departed, or one minted to send it on.
    package var transfer: ComponentID
    /// Which page, from 0.
    package var index: UInt32
    /// Whether it is the last.
    package var isLast: Bool
    /// The partition that waits for `next`.
    package var back: PartitionID
    /// Its part of the state.
    package var state: ComponentState

    /// A page with its members.
    package init(
        transfer: ComponentID, index: UInt32, isLast: Bool, back: PartitionID,
        state: ComponentState
    ) {
        self.transfer = transfer
        self.index = index
        self.isLast = isLast
        self.back = back
        self.state = state
    }
}
