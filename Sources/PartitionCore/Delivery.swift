package import IdentityModel

/// What a step says to one other partition: a sealed record for the receiver's log.
package struct Delivery: Equatable, Sendable {
    /// The receiver.
    package let to: PartitionID
    /// Counts what the sender has sent to this receiver, from 1.
    package let number: UInt64
    /// The record.
    package let record: [UInt8]

    /// A delivery with its members.
    package init(to: PartitionID, number: UInt64, record: [UInt8]) {
        self.to = to
        self.number = number
        self.record = record
    }
}
