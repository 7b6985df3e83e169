package import IdentityModel

/// What a partition keeps of components and messages that are under way, and of what the next tick
/// tells. Small, and always in memory; a checkpoint stores what changed of it, and an opened graph
/// gets all of it back.
package struct TransitState: Equatable, Sendable {
    /// Components that departed, and where to, in the order of their ids.
    package var pointers: [ForwardingPointer]
    /// Messages that wait at a node's home until the node is assigned anew, by node, each node's
    /// in the order of their arrival.
    package var parked: [ParkedMessages]
    /// Pages that came and wait for the last of their transfer, by (transfer, index).
    package var staged: [StatePage]
    /// Pages of transfers that go out and are not all staged yet, by (transfer, index).
    package var outgoing: [StatePage]
    /// Components that were touched since the last tick, in the order of their ids.
    package var touched: [TouchedComponent]

    /// Nothing under way.
    package init() {
        pointers = []
        parked = []
        staged = []
        outgoing = []
        touched = []
    }
}

/// Where a component that was hosted here has gone.
package struct ForwardingPointer: Equatable, Sendable {
    /// The component that departed.
    package var from: ComponentID
    /// The component that it was sent to.
    package var to: ComponentID

    /// A pointer with its members.
    package init(from: ComponentID, to: ComponentID) {
        self.from = from
        self.to = to
    }
}

/// The messages that wait at a node's home.
package struct ParkedMessages: Equatable, Sendable {
    /// The node.
    package var node: NodeKey
    /// The messages, each with `component` none, the oldest first.
    package var messages: [MemberMessage]

    /// Messages for a node.
    package init(node: NodeKey, messages: [MemberMessage]) {
        self.node = node
        self.messages = messages
    }
}
