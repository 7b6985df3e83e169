internal import DequeModule

/// The questions that a partition's thread has taken out of its mailbox and not answered: those
/// that may be answered, those that wait for a position, and those that wait until no write is on
/// its way.
///
/// Used from the partition's thread.
struct AskQueue<Log: LogUpkeep, State: StatePort> {
    typealias Ask = Mailbox<Log, State>.Ask

    private var ready: Deque<Ask> = []
    private var waiting: [Ask] = []
    private var resting: [Ask] = []
    /// How many were answered or given up since this was last taken.
    private var finished = 0

    /// Whether some may be answered now.
    var hasReady: Bool { !ready.isEmpty }
    /// Whether some wait until no write is on its way.
    var hasResting: Bool { !resting.isEmpty }
    /// Whether there are none.
    var isEmpty: Bool { ready.isEmpty && waiting.isEmpty && resting.isEmpty }
    /// When the first of those that wait for a position gives up; nil where none waits.
    var nextDeadline: UInt64? { waiting.map(\.positionDeadline.nanoseconds).min() }

    /// Adds what the mailbox gave.
    mutating func add(_ asks: Deque<Ask>) { ready.append(contentsOf: asks) }

    /// How many were finished since the last time.
    mutating func takeFinished() -> Int {
        defer { finished = 0 }
        return finished
    }

    /// Has those answered that have waited for a position, once it is reached or no longer worth
    /// waiting for; and one of those that need rest, where there is.
    mutating func wake(
        _ runtime: PartitionRuntime<Log, State>, at now: UInt64, isClosed: Bool, isAtRest: Bool
    ) {
        if !waiting.isEmpty {
            let now = Deadline(nanoseconds: now)
            let (held, position) = (waiting, runtime.position)
            waiting.removeAll(keepingCapacity: true)
            for ask in held {
                if ask.minimumPosition <= position || ask.reply.isAnswered {
                    ready.append(ask)
                } else if ask.positionDeadline <= now || isClosed {
                    ask.reply.refuse(isClosed ? .closed : .pending)
                    finished += 1
                } else {
                    waiting.append(ask)
                }
            }
        }
        guard !resting.isEmpty, isAtRest else { return }
        run(resting.removeFirst(), runtime)
    }

    /// Answers questions for so many nanoseconds, and one more.
    mutating func answer(
        _ runtime: PartitionRuntime<Log, State>, for nanoseconds: UInt64, _ time: MonotonicTime,
        isAtRest: Bool
    ) {
        guard !ready.isEmpty else { return }
        let end = time.nanoseconds() + nanoseconds
        repeat {
            guard runtime.failure == nil, let ask = ready.popFirst() else { return }
            if ask.minimumPosition > runtime.position, !ask.reply.isAnswered {
                waiting.append(ask)
            } else if ask.needsRest, !isAtRest {
                resting.append(ask)
            } else {
                run(ask, runtime)
            }
        } while time.nanoseconds() < end
    }

    /// Refuses all of them.
    mutating func refuse(_ error: ServingError) {
        let all = Array(ready) + waiting + resting
        (ready, waiting, resting) = ([], [], [])
        for ask in all { ask.reply.refuse(error) }
        finished += all.count
    }

    /// Gives them back, for whoever serves next.
    func putBack(to mailbox: Mailbox<Log, State>) {
        mailbox.putBack(asks: Array(ready) + waiting + resting)
    }

    private mutating func run(_ ask: Ask, _ runtime: PartitionRuntime<Log, State>) {
        // Its deadline may have passed while it waited.
        if !ask.reply.isAnswered { ask.run(runtime) }
        finished += 1
    }
}
