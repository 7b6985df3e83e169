internal import IdentityModel
internal import PartitionCore

/// Deliveries on their way into a partition's log.
struct IncomingBundle: Sendable {
    /// Who says it.
    let sender: PartitionID
    /// What is said.
    let bundle: DeliveryBundle
}

/// A partition's log holds a sender's delivery of that number, and all before.
struct Arrival: Sendable {
    /// The partition whose log it is.
    let receiver: PartitionID
    /// The number.
    let number: UInt64
}

/// What the threads of a store's partitions share: the way from each to each other, and whether
/// anything is on its way at all.
///
/// A record is *outstanding* from before it is in a log until it is folded, and so is a delivery
/// from when it is made: it is counted before the record that made it ceases to be; those that
/// leave in one record count as one from then on. So where nothing is outstanding and nothing comes
/// from outside, all partitions are at rest, and stay so.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class DeliveryExchange<Log: LogPort, State: StatePort>: @unchecked Sendable {
    private let mailboxes: [Mailbox<Log, State>]
    private let mutex = Mutex()
    private var outstanding = 0
    /// The partitions that have more in their logs than they should have without folding it.
    private var backlogged: Set<PartitionID> = []  // membership only
    /// How many partitions take nothing from outside any more.
    private var drained = 0
    private var reopens = false
    private var givesUp = false
    private var failed: StoreFailure?

    /// The exchange of the partitions with these mailboxes.
    init(_ mailboxes: [Mailbox<Log, State>]) { self.mailboxes = mailboxes }

    /// How many partitions there are.
    var partitionCount: Int { mailboxes.count }

    /// Begins anew: the partitions were opened again, or for the first time.
    func reset() {
        mutex.locked {
            (outstanding, drained, backlogged) = (0, 0, [])
            (reopens, givesUp, failed) = (false, false, nil)
        }
        for mailbox in mailboxes { mailbox.clearDeliveries() }
    }

    // MARK: From one to another

    /// Hands deliveries to their receiver; never refused.
    func send(_ bundle: DeliveryBundle, from sender: PartitionID) {
        mailboxes[Int(bundle.to.rawValue)].offer(IncomingBundle(sender: sender, bundle: bundle))
    }

    /// Tells a sender what is in the receiver's log.
    func tell(_ sender: PartitionID, _ arrival: Arrival) {
        mailboxes[Int(sender.rawValue)].offer(arrival)
    }

    // MARK: What is on its way

    /// So many records or deliveries are outstanding from here on.
    func begin(_ count: Int) { mutex.locked { outstanding += count } }

    /// So many cease to be.
    func end(_ count: Int) {
        mutex.locked {
            outstanding -= count
            precondition(outstanding >= 0, "what ends has begun")
        }
    }

    /// Whether nothing is outstanding now: what came before has had all its effects.
    var isAtRest: Bool { mutex.locked { outstanding == 0 } }

    /// Whether nothing comes from outside any more, and all partitions are at rest.
    var isQuiet: Bool { mutex.locked { drained == mailboxes.count && outstanding == 0 } }

    /// One more partition takes nothing from outside any more; what it took is in its log.
    func noteDrained() { mutex.locked { drained += 1 } }

    // MARK: What concerns all

    /// Whether some partition should fold before more comes from outside.
    var isBacklogged: Bool { mutex.locked { !backlogged.isEmpty } }

    /// Says whether a partition should.
    func noteBacklog(of partition: PartitionID, isOver: Bool) {
        mutex.locked {
            if isOver { backlogged.insert(partition) } else { backlogged.remove(partition) }
        }
    }

    /// Why all partitions are to end, since one has failed.
    var failure: StoreFailure? { mutex.locked { failed } }

    /// One has failed.
    func fail(_ failure: StoreFailure) { mutex.locked { failed = failed ?? failure } }

    /// Whether the partitions are to end though not all is at rest.
    var isGivingUp: Bool { mutex.locked { givesUp } }

    /// They are.
    func giveUp() { mutex.locked { givesUp = true } }

    /// Whether all partitions are to be opened again.
    var isReopening: Bool { mutex.locked { reopens } }

    /// All partitions are to be opened again.
    func reopen() { mutex.locked { reopens = true } }
}
