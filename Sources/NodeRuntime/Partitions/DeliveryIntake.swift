internal import IdentityModel

/// What a partition's log is known to hold of each sender: the next delivery goes into it, one that
/// is there already does not.
struct DeliveryIntake {
    /// What becomes of deliveries that come together.
    enum Verdict: Equatable {
        /// The sender's next is among them: they go into the log.
        case next
        /// The log holds them already, since they were sent again.
        case known
        /// One before them is missing: they are dropped, and will be sent again behind that one.
        case early
    }

    /// By sender: the number of the last delivery in the log.
    private var logged: [UInt64]

    /// The intake of a partition that has folded its whole log.
    ///
    /// - Parameter seen: by sender, the number of the last delivery that was applied.
    init(seen: [UInt64]) { logged = seen }

    /// What becomes of the sender's deliveries with these numbers.
    func judge(_ numbers: ClosedRange<UInt64>, from sender: PartitionID) -> Verdict {
        let last = logged[Int(sender.rawValue)]
        if numbers.upperBound <= last { return .known }
        return numbers.lowerBound <= last + 1 ? .next : .early
    }

    /// The log holds the sender's delivery with that number, and all before.
    mutating func noteLogged(_ number: UInt64, from sender: PartitionID) {
        logged[Int(sender.rawValue)] = number
    }
}
