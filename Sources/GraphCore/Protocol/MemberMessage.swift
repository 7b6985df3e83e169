package import IdentityModel

/// A message that is for a member, wherever the member is: it finds its way by directory and
/// pointers.
package struct MemberMessage: Equatable, Sendable {
    /// Where the member is believed to be; `none` while its home is being asked.
    package var component: ComponentID
    /// The member.
    package var node: NodeKey
    /// What is said to its component.
    package var content: Content

    /// What a component is told.
    package enum Content: Equatable, Sendable {
        /// From the evidence: an event of that time named the node. The value travels with it,
        /// since a host that is not the node's home has no other way to learn it. The namespace is
        /// this graph's own number. What was observed of the node for its profile comes with it, if
        /// anything was; to the graph that is opaque.
        case seen(
            at: EventTime, namespace: UInt32, value: [UInt8], observation: [UInt8] = [])
        /// From the evidence at the home of the node, which is the pair's lesser end: the pair
        /// turned live or dead. The version counts the pair's turns.
        case edge(to: NodeKey, version: UInt32, isLive: Bool)
        /// To the component of the pair's greater end, which is the node: the component of the
        /// lesser end asks to become one with it. It carries the asker's rank as of then; ranks
        /// never fall, so a late one is a lower bound.
        case join(from: NodeKey, version: UInt32, asker: ComponentID, rank: UInt64)
        /// The answer to a join whose asker is the lesser: it is to depart to `asked`. The node is
        /// the pair's lesser end.
        case joinBack(to: NodeKey, version: UInt32, asked: ComponentID, rank: UInt64)
        /// What was to join the node's component over the pair found that side gone: it is to ask
        /// again. The node is the pair's lesser end.
        case retry(to: NodeKey)
    }

    /// A message with its members.
    package init(component: ComponentID, node: NodeKey, content: Content) {
        self.component = component
        self.node = node
        self.content = content
    }
}
