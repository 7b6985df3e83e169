internal import IdentityModel

// What is said to a partition, and what it says: the entrance of messages and their way out.
extension IdentityGraph {
    /// Folds a message of another partition, and all that it says to itself on the way.
    ///
    /// - Throws: `StateError`; the graph is then unusable and must be opened again.
    package mutating func apply(
        _ message: GraphMessage, reader: some StateReader
    ) throws(StateError) {
        try handle(message, reader)
        try hearOneself(reader)
    }

    /// Whether there are messages for other partitions.
    package var hasOutgoing: Bool { !postbox.outgoing.isEmpty }

    /// Takes the messages for other partitions, in the order in which they were said.
    package mutating func takeOutgoing() -> [OutgoingMessage] {
        var taken: [OutgoingMessage] = []
        swap(&taken, &postbox.outgoing)
        return taken
    }

    /// The partition that this graph is.
    var oneself: PartitionID { configuration.partition }

    /// Whether there are other partitions.
    @inline(__always)
    var hasOthers: Bool { configuration.partitionCount > 1 }

    /// To another partition: in this step's delivery. To oneself: in this step, first in first out.
    mutating func send(to partition: PartitionID, _ message: GraphMessage) {
        if partition == oneself {
            postbox.appendOwn(message)
        } else {
            postbox.outgoing.append(OutgoingMessage(to: partition, message: message))
        }
    }

    /// Folds what the graph has said to itself, until nothing is left of it.
    mutating func hearOneself(_ reader: some StateReader) throws(StateError) {
        while let message = postbox.popOwn() { try handle(message, reader) }
    }

    private mutating func handle(
        _ message: GraphMessage, _ reader: some StateReader
    ) throws(StateError) {
        switch message {
        case .forMember(let message): try receive(message, left: 0, reader)
        case .via(let message, let version): try receive(message, left: version, reader)
        case .resolve(let message, let asked): try resolve(message, asked: asked, reader)
        case .assign(let assignment): try take(assignment, reader)
        case .absorb(let state): try absorb(state, reader)
        case .page(let page): try take(page, reader)
        case .next(let transfer, let index): try sendPage(of: transfer, index)
        }
    }

    /// A message for a member. `left` is the directory version with which it left the member's
    /// home; 0 where it did not come from there.
    private mutating func receive(
        _ message: MemberMessage, left: UInt32, _ reader: some StateReader
    ) throws(StateError) {
        let component = try find(message, left: left, reader)
        guard component != noOrdinal else { return }
        let node = self.node(message.node)
        switch message.content {
        case .seen(let time, let namespace, let value, let observation):
            see(node, in: component, namespace: namespace, value: value.span, at: time)
            try take(observation, by: node, in: component)
        case .edge(let other, let version, let isLive):
            let pair = link(node, self.node(other))
            try changeEdge(pair, of: component, version: version, isLive: isLive, reader)
        case .join(let other, let version, let asker, let rank):
            let join = JoinRequest(
                a: other, b: message.node, version: version, component: asker, rank: rank)
            try answer(join, by: component, reader)
        case .joinBack(let other, let version, let asked, let rank):
            let join = JoinRequest(
                a: message.node, b: other, version: version, component: asked, rank: rank)
            try comply(join, by: component, reader)
        case .retry(let other):
            try joinAgain(component, message.node, other, reader)
        }
    }
}
