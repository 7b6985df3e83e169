internal import DequeModule
internal import IdentityModel
internal import PartitionCore
internal import WireFormat

#if KillPoints
internal import GraphCore
#endif

/// What a partition's thread sends to the others and takes from them while its node serves.
///
///     folded ──▶ unsent ──the receiver has taken enough──▶ mailbox ──▶ its log ──▶ arrived
///
/// Nobody waits for anybody: what comes goes into the log before anything else is done, however
/// much waits to be folded. What bounds memory is what is let in: a partition folds nothing while
/// too much of its own is unsent, sends a receiver nothing while too much is under way to it, and
/// no partition takes anything from outside while one has too much in its log that is not folded.
///
/// Used from one thread.
final class PartitionPost<Log: LogPort, State: StatePort> {
    /// Deliveries that were sent together and have not arrived.
    private struct Sent {
        /// The number of the last.
        let number: UInt64
        let byteCount: Int
    }

    private let runtime: PartitionRuntime<Log, State>
    private let exchange: DeliveryExchange<Log, State>
    private let limits: ServingLimits
    private var intake: DeliveryIntake
    /// What has come and is not in the log.
    private var incoming: Deque<IncomingBundle> = []
    /// By receiver: what may leave.
    private var unsent: [Deque<Delivery>]
    private var unsentBytes = 0
    /// By receiver: what has left and not arrived.
    private var underway: [Deque<Sent>]
    private var underwayBytes: [Int]
    /// Records that were folded since something was last sent.
    private var foldedCount = 0
    private var isOver = false
    private var isDrained = false

    init(
        _ runtime: PartitionRuntime<Log, State>, _ exchange: DeliveryExchange<Log, State>,
        _ limits: ServingLimits
    ) {
        self.runtime = runtime
        self.exchange = exchange
        self.limits = limits
        intake = DeliveryIntake(seen: runtime.seen)
        unsent = Array(repeating: [], count: exchange.partitionCount)
        underway = Array(repeating: [], count: exchange.partitionCount)
        underwayBytes = Array(repeating: 0, count: exchange.partitionCount)
    }

    // MARK: What comes

    /// Takes what has come; nothing of it is in the log yet.
    func take(_ bundles: Deque<IncomingBundle>, _ arrivals: [Arrival]) {
        incoming.append(contentsOf: bundles)
        for arrival in arrivals {
            let place = Int(arrival.receiver.rawValue)
            while let first = underway[place].first, first.number <= arrival.number {
                underwayBytes[place] -= first.byteCount
                underway[place].removeFirst()
            }
            runtime.noteArrived(at: arrival.receiver, number: arrival.number)
            #if KillPoints
            KillPoint.receiptTaken.pass()
            #endif
        }
    }

    /// Adds what has come to the log, and tells the senders.
    ///
    /// - Throws: `StoreFailure`; after one for a lack of room the rest is kept for another time.
    func stage() throws(StoreFailure) {
        var arrived = [UInt64](repeating: 0, count: exchange.partitionCount)
        defer { tell(arrived) }
        while let first = incoming.first {
            let numbers = first.bundle.numbers
            switch intake.judge(numbers, from: first.sender) {
            case .known: exchange.end(1)
            case .next:
                #if KillPoints
                KillPoint.deliveryTaken.pass()
                #endif
                _ = try runtime.stage(first.bundle.record)
                intake.noteLogged(numbers.upperBound, from: first.sender)
                #if KillPoints
                KillPoint.deliveryLogged.pass()
                #endif
            case .early: preconditionFailure("a sender's deliveries come in their order")
            }
            arrived[Int(first.sender.rawValue)] = numbers.upperBound
            incoming.removeFirst()
        }
    }

    private func tell(_ arrived: [UInt64]) {
        for (sender, number) in arrived.enumerated() where number > 0 {
            exchange.tell(
                PartitionID(UInt16(sender)),
                Arrival(receiver: runtime.partition, number: number))
        }
    }

    /// Whether something has come that is not in the log.
    var hasIncoming: Bool { !incoming.isEmpty }

    // MARK: What goes

    /// A record was folded: what it said may leave, with what the next ones say if that comes soon.
    func noteFolded() {
        let deliveries = runtime.takeDeliveries()
        exchange.begin(deliveries.count)
        for delivery in deliveries {
            unsent[Int(delivery.to.rawValue)].append(delivery)
            unsentBytes += delivery.body.count
        }
        exchange.end(1)
        foldedCount += 1
        if foldedCount >= limits.bundledRecords { send() }
    }

    /// Sends what the receivers take. To be called before the thread waits.
    func send() {
        foldedCount = 0
        guard unsentBytes > 0 else { return }
        for place in unsent.indices {
            while underwayBytes[place] < limits.underwayBytes, !unsent[place].isEmpty {
                send(takeUnsent(place), to: place)
            }
        }
    }

    /// Takes what leaves together.
    private func takeUnsent(_ place: Int) -> [Delivery] {
        var (taken, byteCount): ([Delivery], Int) = ([], 0)
        while let next = unsent[place].first,
            taken.isEmpty || byteCount + next.body.count <= RecordLimits.bundleBytes
        {
            byteCount += next.body.count
            taken.append(unsent[place].removeFirst())
        }
        unsentBytes -= byteCount
        return taken
    }

    private func send(_ deliveries: [Delivery], to place: Int) {
        let bundles = runtime.bundles(of: deliveries)
        exchange.end(deliveries.count - bundles.count)
        for bundle in bundles {
            let byteCount = bundle.record.count
            underwayBytes[place] += byteCount
            underway[place].append(Sent(number: bundle.numbers.upperBound, byteCount: byteCount))
            #if KillPoints
            KillPoint.deliveryReleased.pass()
            #endif
            exchange.send(bundle, from: runtime.partition)
            #if KillPoints
            KillPoint.deliverySent.pass()
            #endif
        }
    }

    /// A record from outside is in the log.
    func noteStaged() { exchange.begin(1) }

    // MARK: Limits

    /// Whether nothing should be folded before more has been sent.
    var isBlocked: Bool { unsentBytes > limits.unsentBytes }

    /// Whether writes from outside may be taken; tells the others how it stands here.
    func takesAppends() -> Bool {
        let isOverNow = runtime.stagedBytes > limits.backlogBytes
        if isOverNow != isOver {
            isOver = isOverNow
            exchange.noteBacklog(of: runtime.partition, isOver: isOver)
        }
        return !exchange.isBacklogged
    }

    // MARK: All partitions

    /// Whether all partitions are at rest, for good. To be asked before the mailbox is emptied:
    /// what was told before they came to rest is in it.
    var isQuiet: Bool { exchange.isQuiet }
    /// Nothing comes from outside any more, and what has come is in the log.
    func noteDrained() {
        guard !isDrained else { return }
        isDrained = true
        exchange.noteDrained()
    }
    /// Why all partitions end, since one has failed.
    var failure: StoreFailure? { exchange.failure }
    /// Why all partitions end before they are at rest: there is no room for what is under way. It
    /// is made again when they are opened again.
    var givenUp: StoreFailure? { exchange.isGivingUp ? .noRoomForDeliveries : nil }
    /// There is no room for what is under way.
    func giveUp() { exchange.giveUp() }
    /// Whether all partitions are to be opened again.
    var isReopening: Bool { exchange.isReopening }
    /// This one has failed.
    func fail(_ failure: StoreFailure) { exchange.fail(failure) }
    /// All partitions are to be opened again.
    func reopen() { exchange.reopen() }
}
