internal import DequeModule
package import GraphCore
package import IdentityModel
internal import WireFormat

/// What a partition has told of its customers and others are to keep: what may not leave yet, and
/// what has arrived there. The like of `DeliveryGate`, for changes.
///
/// **Release**: a change leaves only once the tick that told it is durable. **Checkpoint**: one at
/// a position is stored only once all changes of the records before it have arrived.
package struct ChangeGate: Sendable {
    /// A change, and where the tick stands that told it.
    private struct Held {
        let position: UInt64
        let change: FeedChange
    }

    private let partition: PartitionID
    private var held: Deque<Held> = []
    /// The offset in the feed before which all changes have arrived.
    private var arrivedEnd: UInt64

    /// A gate of a partition whose checkpoint is stored: what it had told by then has arrived.
    package init(_ partition: PartitionID, told offset: UInt64) {
        self.partition = partition
        arrivedEnd = offset
    }

    /// Adds the changes that the tick at a position told, of which the first has the offset `first`
    /// in the feed; positions rise.
    package mutating func add(
        _ changes: [CustomerChange], from first: UInt64, at position: UInt64,
        namespace: (UInt32) -> [UInt8]
    ) {
        for (place, change) in changes.enumerated() {
            let bytes = ChangeForm.encode(change, namespace: namespace)
            held.append(
                Held(
                    position: position,
                    change: FeedChange(
                        partition: partition, offset: first + UInt64(place), bytes: bytes)))
        }
    }

    /// Takes, in order, what ticks before a position told: those that are durable.
    package mutating func take(before position: UInt64) -> [FeedChange] {
        var taken: [FeedChange] = []
        while let first = held.first, first.position < position {
            taken.append(first.change)
            held.removeFirst()
        }
        return taken
    }

    /// All changes before an offset in the feed have arrived.
    package mutating func noteArrived(before offset: UInt64) {
        arrivedEnd = max(arrivedEnd, offset)
    }

    /// All that records before a position told has arrived.
    package mutating func noteDone(before position: UInt64) {
        if let last = take(before: position).last { noteArrived(before: last.offset + 1) }
    }

    /// Whether all changes before an offset in the feed have arrived.
    package func hasArrived(before offset: UInt64) -> Bool { arrivedEnd >= offset }
}
