internal import IdentityModel

/// What a partition's log is known to hold of each sender: the next delivery goes into it, one that
/// is there already does not.
struct DeliveryIntake {
    /// What becomes of a delivery that comes.
    enum Verdict: Equatable {
        /// It is the sender's next: it goes into the log.
        case next
        /// The log holds it already, since it was sent again.
        case known
        /// One before it is missing: it is dropped, and will be sent again behind that one.
        case early
    }

    /// By sender: the number of the last delivery in the log.
    private var logged: [UInt64]

    /// The intake of a partition that has folded its whole log.
    ///
    /// - Parameter seen: by sender, the number of the last delivery that was applied.
    init(seen: [UInt64]) { logged = seen }

    /// What becomes of the sender's delivery with that number.
    func judge(_ number: UInt64, from sender: PartitionID) -> Verdict {
        switch logged[Int(sender.rawValue)] {
        case let last where number <= last: .known
        case number - 1: .next
        default: .early
        }
    }

    /// The sender's next delivery is in the log.
    mutating func noteLogged(from sender: PartitionID) { logged[Int(sender.rawValue)] += 1 }
}
