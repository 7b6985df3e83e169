internal import DequeModule

#if KillPoints
internal import GraphCore
#endif

/// What a partition's thread does while its node serves: takes requests out of the mailbox, makes
/// writes durable in groups, folds them, and answers questions in between.
///
///     appends ──▶ staged in the log ──sync (another thread)──▶ settling ──fold──▶ answered
///
/// While one group is synced the one before it is folded and questions are answered, and the next
/// one gathers in the mailbox; so the slower a disk syncs, the larger the groups. Nothing is folded
/// before it is durable, so no answer can tell of what a power loss may take back. A write is
/// answered once it is folded: whoever asks this node next sees it.
///
/// What other partitions say goes into the log with the next group, whatever else waits, and is
/// folded in its turn; see `PartitionPost`.
///
/// Used from one thread.
final class PartitionLoop<Log: LogPort, State: StatePort> {
    private typealias Box = Mailbox<Log, State>

    /// A write, or what others have said, of which some records are staged and not folded.
    private struct Settling {
        let append: Box.Append?
        var remaining: Int
    }

    private let runtime: PartitionRuntime<Log, State>
    private let mailbox: Mailbox<Log, State>
    private let limits: ServingLimits
    private let syncer: any BackgroundWorker
    private let sync: GroupSync<Log, State>
    private let time: MonotonicTime
    /// The way to the other partitions; nil where there are none.
    private let post: PartitionPost<Log, State>?
    private var pointers: PointerCollection
    private var ticks: TickPolicy
    private var asks = AskQueue<Log, State>()
    /// Writes that are being synced.
    private var syncing: [Settling] = []
    /// The offset before which the log is synced.
    private var syncEnd: UInt64 = 0
    /// Writes that are durable.
    private var settling: Deque<Settling> = []
    private var wish = Mailbox<Log, State>.Wish()
    private var isClosed = false
    private var nextTend: UInt64 = 0
    /// Whether there is room for a store that refuses to write for the lack of it.
    private let hasRoom: (() -> Bool)?
    private var nextRoomCheck: UInt64 = 0
    /// Whether serving ends as soon as no write is on its way, for the store to be opened again.
    private var isReopening = false

    init(
        _ runtime: PartitionRuntime<Log, State>, _ mailbox: Mailbox<Log, State>,
        _ exchange: DeliveryExchange<Log, State>?, limits: ServingLimits,
        syncer: any BackgroundWorker, time: MonotonicTime, hasRoom: (() -> Bool)?
    ) {
        post = exchange.map { PartitionPost(runtime, $0, limits) }
        pointers = PointerCollection(runtime)
        ticks = TickPolicy(at: time.nanoseconds(), every: limits.tickNanoseconds)
        self.hasRoom = hasRoom
        self.runtime = runtime
        self.mailbox = mailbox
        self.limits = limits
        self.syncer = syncer
        self.time = time
        sync = GroupSync(runtime.log, mailbox)
        nextTend = time.nanoseconds() + limits.tendNanoseconds
    }

    /// Serves until the mailbox is closed and all that was in it is answered, or the store fails
    /// or is to be opened again.
    func run() -> ServingEnd {
        while turn() {}
        syncer.wait()
        if let failure = runtime.failure ?? post?.failure { return .failed(failure) }
        return isReopening ? .reopen : .closed
    }

    /// Does a little of everything that there is to do; where there is nothing, waits for it.
    ///
    /// - Returns: whether there may be more.
    func turn() -> Bool {
        // Before the mailbox is emptied: what was told before all came to rest is in it.
        let othersRest = post?.isQuiet ?? true
        let isStalled = !settling.isEmpty && !mayFold
        let hasPlace = !isStalled && runtime.stagedCount < limits.stagedRecords
        // Where changes are owed what is taken is refused.
        let takesAppends =
            syncing.isEmpty && !asks.hasResting && (hasPlace || runtime.owesChanges) && !isReopening
            && post?.takesAppends() ?? true
        wish.takesAppends = takesAppends
        wish.knowsClosed = isClosed
        wish.finishedAsks = asks.takeFinished()
        wish.end = waitEnd(isStalled: isStalled)
        let contents = mailbox.take(wish)
        wish = Mailbox<Log, State>.Wish()
        isClosed = contents.isClosed
        let isDrained = isClosed && takesAppends && contents.appends.isEmpty
        asks.add(contents.asks)
        post?.take(contents.bundles, contents.arrivals)
        noteSynced(contents.synced)
        stage(contents.appends, mayCollect: takesAppends && !isClosed)
        if isDrained { post?.noteDrained() }
        // Asked again: what has just become durable may wait, too.
        if mayFold { foldNext() }
        if settling.isEmpty || !mayFold { post?.send() }
        if runtime.owesChanges { noteOwed() }
        asks.wake(runtime, at: time.nanoseconds(), isClosed: isClosed, isAtRest: isAtRest)
        asks.answer(runtime, for: limits.askNanoseconds, time, isAtRest: isAtRest)
        tend()
        if let failure = runtime.failure ?? post?.failure {
            post?.fail(failure)
            mailbox.fail(failure)
            return false
        }
        if mayGiveUp, let failure = post?.givenUp {
            mailbox.fail(failure)
            return false
        }
        isReopening = isReopening || post?.isReopening ?? false
        if isReopening, isAtRest {
            post?.reopen()
            asks.putBack(to: mailbox)
            return false
        }
        return !(isDrained && isAtRest && asks.isEmpty && othersRest)
    }

    /// Whether the tail, memory and what others are owed may grow by another record.
    private var mayFold: Bool { !runtime.isStalled && !(post?.isBlocked ?? false) }

    /// Whether nobody will make room for what is under way before the end.
    private var mayGiveUp: Bool { isClosed || hasRoom == nil }

    /// Whether no write is on its way.
    private var isAtRest: Bool { syncing.isEmpty && settling.isEmpty }

    private func waitEnd(isStalled: Bool) -> UInt64 {
        let isEnding = isClosed && syncing.isEmpty
        guard !asks.hasReady, settling.isEmpty || isStalled, !isEnding || post != nil,
            !asks.hasResting || !isAtRest
        else { return 0 }
        // What is waited for beside the mailbox: a checkpoint, or the other partitions' rest.
        var end = isStalled || isEnding ? time.nanoseconds() + limits.stallNanoseconds : nextTend
        if let due = ticks.nextDue(runtime) { end = min(end, due) }
        return min(end, asks.nextDeadline ?? end)
    }

    // MARK: Writes

    /// Appends a group to the log, and begins to sync it.
    private func stage(_ appends: [Box.Append], mayCollect: Bool) {
        let mayStage = syncing.isEmpty
        if mayStage { stageDeliveries() }
        if mayStage { stageTick() }
        if mayCollect { stageCollection() }
        for append in appends {
            // Nobody waits for it any more, and nothing of it was written.
            guard !append.reply.isAnswered else {
                finish(append)
                continue
            }
            var staged = 0
            do throws(StoreFailure) {
                for record in append.records {
                    #if KillPoints
                    KillPoint.writeTaken.pass()
                    #endif
                    _ = try runtime.stage(record)
                    post?.noteStaged()
                    staged += 1
                }
            } catch {
                // Once something has failed, that is why.
                append.reply.refuse(.store(runtime.failure ?? error))
                noteRefusal(error)
            }
            if staged == 0 {
                finish(append)
            } else {
                syncing.append(Settling(append: append, remaining: staged))
            }
        }
        guard mayStage, !syncing.isEmpty else { return }
        syncEnd = runtime.stagedEnd
        if runtime.settings.durability == .os {
            noteSynced(.success(()))
        } else {
            syncer.wait()
            syncer.begin(sync)
        }
    }

    /// Appends what other partitions say to the log.
    private func stageDeliveries() {
        guard let post, post.hasIncoming, runtime.failure == nil else { return }
        let before = runtime.stagedCount
        do throws(StoreFailure) {
            try post.stage()
        } catch {
            noteRefusal(error)
            if mayGiveUp, error.code == .noSpace { post.giveUp() }
        }
        let staged = runtime.stagedCount - before
        if staged > 0 { syncing.append(Settling(append: nil, remaining: staged)) }
    }

    /// Appends a tick, where one is due.
    private func stageTick() {
        guard runtime.failure == nil, let due = ticks.nextDue(runtime) else { return }
        let now = time.nanoseconds()
        guard now >= due else { return }
        do throws(StoreFailure) {
            _ = try runtime.stage(runtime.tickRecord)
        } catch {
            // Not again at once: what finds no room now finds none a moment later.
            ticks.noteStaged(before: 0, at: now)
            return noteRefusal(error)
        }
        post?.noteStaged()
        ticks.noteStaged(before: runtime.stagedEnd, at: now)
        #if KillPoints
        KillPoint.tickStaged.pass()
        #endif
        syncing.append(Settling(append: nil, remaining: 1))
    }

    /// Appends a record that collects forwarding pointers, where one is due.
    private func stageCollection() {
        guard let post, runtime.failure == nil, let next = pointers.next(runtime) else { return }
        do throws(StoreFailure) {
            _ = try runtime.stage(next.record)
        } catch { return noteRefusal(error) }
        post.noteStaged()
        pointers.noteStaged(next.count, before: runtime.stagedEnd)
        #if KillPoints
        KillPoint.pointersCollected.pass()
        #endif
        syncing.append(Settling(append: nil, remaining: 1))
    }

    /// A log that has once found no room takes nothing more before it is opened again, though there
    /// may be room by then.
    private func noteRefusal(_ failure: StoreFailure) {
        guard failure.code == .noSpace || failure.code == .readOnly else { return }
        let now = time.nanoseconds()
        guard now >= nextRoomCheck else { return }
        nextRoomCheck = now + limits.roomCheckNanoseconds
        isReopening = hasRoom?() ?? false
    }

    /// What was told finds no room in the change feed, which takes nothing more before it is opened
    /// again either. What is in the log and not folded is folded then; whoever waits for it is told
    /// to send it again.
    private func noteOwed() {
        noteRefusal(.noRoomForChanges)
        if mayGiveUp { post?.giveUp() }
        for one in settling {
            guard let append = one.append else { continue }
            append.reply.refuse(.store(.noRoomForChanges))
            finish(append)
        }
        settling.removeAll()
    }

    private func noteSynced(_ result: Result<Void, StoreFailure>?) {
        switch result {
        case nil: return
        case .success:
            runtime.noteDurable(before: syncEnd)
            settling.append(contentsOf: syncing)
            syncing.removeAll(keepingCapacity: true)
        case .failure(let failure): runtime.fail(failure)
        }
    }

    /// Folds one record that is durable.
    private func foldNext() {
        guard !settling.isEmpty, runtime.failure == nil else { return }
        // What fails is told by the runtime's failure.
        try? runtime.foldStaged(mayWait: false)
        post?.noteFolded()
        settling[0].remaining -= 1
        guard settling[0].remaining == 0, runtime.failure == nil else { return }
        guard let append = settling.removeFirst().append else { return }
        append.reply.answer(.success(runtime.position))
        #if KillPoints
        KillPoint.writeAnswered.pass()
        #endif
        finish(append)
    }

    private func finish(_ append: Box.Append) {
        wish.finishedAppends += 1
        wish.finishedBytes += append.byteCount
    }

    private func tend() {
        guard runtime.failure == nil, time.nanoseconds() >= nextTend else { return }
        // What fails is told by the runtime's failure.
        try? runtime.tend()
        // What was begun goes on at once where nothing else is to be done.
        let pause = runtime.hasCheckpointToGather ? 0 : limits.tendNanoseconds
        nextTend = time.nanoseconds() + pause
    }
}
