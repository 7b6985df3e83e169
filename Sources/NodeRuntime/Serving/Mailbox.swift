internal import DequeModule

/// What any thread hands to one partition's thread: questions and writes, each of a bounded number.
/// What is over it is refused at once and costs nothing.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class Mailbox<Log: LogUpkeep, State: StatePort>: @unchecked Sendable {
    /// A question, run on the partition's thread.
    struct Ask {
        let reply: any PendingReply
        /// The position that must have been reached.
        let minimumPosition: UInt64
        /// Until when that is waited for.
        let positionDeadline: Deadline
        /// Whether nothing may be on its way into the log meanwhile.
        let needsRest: Bool
        let run: @Sendable (PartitionRuntime<Log, State>) -> Void
    }

    /// A write: records that the log is to have.
    struct Append {
        let reply: Reply<UInt64>
        let records: [[UInt8]]
        let byteCount: Int
    }

    /// What the partition's thread would have.
    struct Wish {
        /// Questions that were taken and have been answered since the last time.
        var finishedAsks = 0
        /// Writes that were taken and have been answered since.
        var finishedAppends = 0
        /// The bytes of their records.
        var finishedBytes = 0
        /// Whether writes are wanted.
        var takesAppends = false
        /// Whether the mailbox is known to be closed.
        var knowsClosed = false
        /// Until when to wait if there is nothing; 0: not at all.
        var end: UInt64 = 0
    }

    /// What came.
    struct Contents {
        var asks: Deque<Ask> = []
        var appends: [Append] = []
        /// What other partitions say.
        var bundles: Deque<IncomingBundle> = []
        /// What has arrived at other partitions.
        var arrivals: [Arrival] = []
        /// How the sync ended that was begun; nil: it has not.
        var synced: Result<Void, StoreFailure>?
        /// Whether nothing more is let in.
        var isClosed = false
    }

    private enum Condition {
        /// Requests are let in.
        case open
        /// None are; those that were let in are answered.
        case closed
        /// None are, and those that were let in are refused.
        case failed(StoreFailure)
    }

    private let limits: ServingLimits
    private let mutex = Mutex()
    private var condition = Condition.open
    private var asks: Deque<Ask> = []
    private var appends: Deque<Append> = []
    private var bundles: Deque<IncomingBundle> = []
    private var arrivals: [Arrival] = []
    private var synced: Result<Void, StoreFailure>?
    /// Those that wait and those that the thread has taken and not finished.
    private var (askCount, appendCount, appendBytes) = (0, 0, 0)
    /// All that nobody has answered; some that somebody has.
    private var outstanding: [any PendingReply] = []
    private var isWaiting = false
    /// Wakes a thread that waits elsewhere; see `ring`.
    private var bell: (@Sendable () -> Void)?

    init(_ limits: ServingLimits) { self.limits = limits }

    // MARK: Any thread

    /// Hands a question over, or refuses it.
    func offer(_ ask: Ask) {
        refuse(
            ask.reply,
            admit(ask.reply) {
                guard askCount < limits.asks else { return .overloaded }
                askCount += 1
                asks.append(ask)
                return nil
            })
    }

    /// Hands a write over, or refuses it.
    func offer(_ append: Append) {
        refuse(
            append.reply,
            admit(append.reply) {
                // One that is larger than all room would wait for ever: it may come alone.
                guard
                    appendCount == 0
                        || appendCount < limits.appends
                            && appendBytes + append.byteCount <= limits.appendBytes
                else { return .overloaded }
                appendCount += 1
                appendBytes += append.byteCount
                appends.append(append)
                return nil
            })
    }

    /// Hands over what another partition says. It is never refused, also once the mailbox is
    /// closed: the senders bound how much it is.
    func offer(_ bundle: IncomingBundle) {
        mutex.locked {
            bundles.append(bundle)
            wake()
        }
    }

    /// Tells what has arrived at another partition.
    func offer(_ arrival: Arrival) {
        mutex.locked {
            arrivals.append(arrival)
            wake()
        }
    }

    /// Forgets what other partitions have said: they say it again when they are opened again.
    func clearDeliveries() { mutex.locked { (bundles, arrivals) = ([], []) } }

    /// How many questions and writes there are that are not finished.
    var waiting: (asks: Int, appends: Int) { mutex.locked { (askCount, appendCount) } }

    /// Says how the sync ended that the partition's thread has begun.
    func noteSynced(_ result: Result<Void, StoreFailure>) {
        mutex.locked {
            synced = result
            wake()
        }
    }

    /// From here on everything is refused that has not been offered.
    func close() {
        mutex.locked {
            if case .open = condition { condition = .closed }
            wake()
        }
    }

    /// Refuses all that waits, and all that comes.
    func fail(_ failure: StoreFailure) {
        let unanswered = mutex.locked {
            condition = .failed(failure)
            (asks, appends) = ([], [])
            defer { outstanding = [] }
            return outstanding
        }
        for reply in unanswered { reply.refuse(.store(failure)) }
    }

    /// Refuses what is over its deadline, wherever it is.
    func sweep(_ now: Deadline) {
        let overdue = mutex.locked {
            outstanding.removeAll { $0.isAnswered }
            return outstanding.filter { $0.deadline <= now }
        }
        for reply in overdue { reply.refuse(.deadlinePassed) }
    }

    private func admit(
        _ reply: any PendingReply, _ body: () -> ServingError?
    ) -> ServingError? {
        mutex.locked {
            switch condition {
            case .open: break
            case .closed: return .closed
            case .failed(let failure): return .store(failure)
            }
            if let error = body() { return error }
            outstanding.append(reply)
            wake()
            return nil
        }
    }

    private func refuse(_ reply: any PendingReply, _ error: ServingError?) {
        if let error { reply.refuse(error) }
    }

    private func wake() {
        bell?()
        guard isWaiting else { return }
        isWaiting = false
        mutex.signal()
    }

    // MARK: The partition's thread

    /// Has `bell` called from now on whenever something comes, from any thread; it must not block.
    /// For a thread that does not wait in `take`.
    func ring(_ bell: (@Sendable () -> Void)?) { mutex.locked { self.bell = bell } }

    /// Gives back questions that were taken, for whoever serves next: they come first.
    func putBack(asks taken: [Ask]) {
        mutex.locked { asks = Deque(taken + Array(asks)) }
    }

    /// Takes what has come; where nothing has, waits until something does or the wish's end.
    func take(_ wish: Wish) -> Contents {
        mutex.locked {
            askCount -= wish.finishedAsks
            appendCount -= wish.finishedAppends
            appendBytes -= wish.finishedBytes
            if wish.end > 0, !hasSomething(wish) {
                isWaiting = true
                mutex.wait(until: wish.end)
                isWaiting = false
            }
            var contents = Contents()
            swap(&contents.asks, &asks)
            swap(&contents.bundles, &bundles)
            swap(&contents.arrivals, &arrivals)
            if wish.takesAppends { contents.appends = takeGroup() }
            contents.synced = synced
            synced = nil
            contents.isClosed = isClosed
            return contents
        }
    }

    private func hasSomething(_ wish: Wish) -> Bool {
        !asks.isEmpty || !bundles.isEmpty || !arrivals.isEmpty || synced != nil
            || wish.takesAppends && !appends.isEmpty
            || isClosed && !wish.knowsClosed
    }

    private var isClosed: Bool { if case .open = condition { false } else { true } }

    private func takeGroup() -> [Append] {
        var (group, bytes): ([Append], Int) = ([], 0)
        while bytes < limits.groupBytes, let append = appends.popFirst() {
            bytes += append.byteCount
            group.append(append)
        }
        return group
    }
}
