package import IdentityModel

/// What a step says to one other partition, to be sealed for the receiver's log: see
/// `DeliveryBundle`.
package struct Delivery: Equatable, Sendable {
    /// The receiver.
    package let to: PartitionID
    /// Counts what the sender has sent to this receiver, from 1.
    package let number: UInt64
    /// What `MessageWriter` has made of the messages.
    package let body: [UInt8]

    /// A delivery with its members.
    package init(to: PartitionID, number: UInt64, body: [UInt8]) {
        self.to = to
        self.number = number
        self.body = body
    }
}
