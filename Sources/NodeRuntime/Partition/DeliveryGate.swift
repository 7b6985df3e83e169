internal import DequeModule
package import IdentityModel
package import PartitionCore

/// What a partition has said to others: what may not leave yet, and what has arrived.
///
/// It keeps two rules of `StepResult`'s ordering contract. **Release**: a delivery leaves only once
/// the record that gave rise to it is as durable as asked. **Checkpoint**: one at a position is
/// stored only once all deliveries of the records before it have arrived, which is what `sent` of
/// its header and `hasArrived` say.
///
///     folded ──its record is durable──▶ may leave ──taken──▶ under way ──logged there──▶ arrived
package struct DeliveryGate: Sendable {
    /// A delivery, and where the record stands that gave rise to it.
    private struct Held {
        let position: UInt64
        let delivery: Delivery
    }

    private var held: Deque<Held> = []
    /// By receiver: the last number that its log is known to hold, with all before.
    private var arrived: [UInt64]

    /// The bytes of the bodies of deliveries that were not taken.
    package private(set) var heldBytes = 0

    /// A gate of a partition whose checkpoint is stored: what it had sent by then has arrived.
    package init(sent: [UInt64], partitionCount: UInt16) {
        arrived = sent
        // One partition has nobody to talk to.
        let others = partitionCount > 1 ? Int(partitionCount) : 0
        while arrived.count < others { arrived.append(0) }
    }

    /// Adds what the record at a position gave rise to; positions rise.
    package mutating func add(_ deliveries: [Delivery], at position: UInt64) {
        for delivery in deliveries {
            heldBytes += delivery.body.count
            held.append(Held(position: position, delivery: delivery))
        }
    }

    /// Takes, in order, what came of records before a position: those that are durable.
    package mutating func take(before position: UInt64) -> [Delivery] {
        var taken: [Delivery] = []
        while let first = held.first, first.position < position {
            taken.append(first.delivery)
            heldBytes -= first.delivery.body.count
            held.removeFirst()
        }
        return taken
    }

    /// The receiver's log holds that number, and all before.
    package mutating func noteArrived(at receiver: PartitionID, number: UInt64) {
        let place = Int(receiver.rawValue)
        precondition(place < arrived.count, "there is no partition \(place) to have got it")
        arrived[place] = max(arrived[place], number)
    }

    /// All that records before a position said has arrived: what is held of it need not leave.
    package mutating func noteDone(before position: UInt64) {
        for delivery in take(before: position) {
            noteArrived(at: delivery.to, number: delivery.number)
        }
    }

    /// Whether all has arrived up to these numbers, by receiver.
    package func hasArrived(_ sent: [UInt64]) -> Bool {
        for (place, number) in sent.enumerated() {
            guard hasArrived(number, at: PartitionID(UInt16(place))) else { return false }
        }
        return true
    }

    /// Whether a receiver's log is known to hold that number, and all before.
    package func hasArrived(_ number: UInt64, at receiver: PartitionID) -> Bool {
        let place = Int(receiver.rawValue)
        return number == 0 || place < arrived.count && arrived[place] >= number
    }
}
