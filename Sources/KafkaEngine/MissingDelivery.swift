package import IdentityModel

/// A delivery that a partition does not get while its sender goes on: told to all nodes.
///
/// Senders say again what has not arrived, so a gap closes by itself. One that stays is there
/// because the record was lost in the log, or was damaged and passed over: what that sender says
/// from there on is not folded.
package struct MissingDelivery: Codable, Equatable, Sendable {
    /// The partition that has sent it.
    package let sender: UInt16
    /// Its number among those from that sender.
    package let number: UInt64

    /// The delivery of a sender with a number.
    package init(sender: PartitionID, number: UInt64) {
        self.sender = sender.rawValue
        self.number = number
    }
}

/// Watches whether a delivery that is missing stays so.
package struct MissingDeliveryWatch {
    /// Nanoseconds after which one that is missing is told.
    private let patience: UInt64
    private var watched: MissingDelivery?
    private var since: UInt64 = 0

    /// A watch that has seen nothing.
    package init(patience: UInt64) { self.patience = patience }

    /// What is missing at a time, if it has been for long.
    package mutating func look(_ missing: MissingDelivery?, at now: UInt64) -> MissingDelivery? {
        if missing != watched { (watched, since) = (missing, now) }
        return now >= since + patience ? missing : nil
    }
}
