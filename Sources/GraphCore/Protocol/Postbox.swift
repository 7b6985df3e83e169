package import IdentityModel

/// A message that leaves for another partition.
package struct OutgoingMessage: Equatable, Sendable {
    /// The partition that it is for.
    package let to: PartitionID
    /// What it says.
    package let message: GraphMessage

    /// A message with its destination.
    package init(to: PartitionID, message: GraphMessage) {
        self.to = to
        self.message = message
    }
}

/// What a step has said and nobody has heard yet.
struct Postbox {
    /// Messages for other partitions, in the order in which they were said.
    var outgoing: [OutgoingMessage] = []
    private var own: [GraphMessage] = []
    private var head = 0

    /// Whether no message to oneself waits: then what would be said to oneself last may be done at
    /// once, and nothing has changed its place.
    var isOwnEmpty: Bool { head == own.count }

    /// Adds a message to oneself, behind all others.
    mutating func appendOwn(_ message: GraphMessage) { own.append(message) }

    /// Takes the oldest message to oneself.
    mutating func popOwn() -> GraphMessage? {
        guard head < own.count else {
            own.removeAll(keepingCapacity: true)
            head = 0
            return nil
        }
        head += 1
        return own[head - 1]
    }
}
