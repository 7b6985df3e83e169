internal import GraphCore
internal import IdentityModel
internal import PartitionCore
internal import WireFormat

/// Makes checkpoints while a partition goes on, as a running machine is moved to another host: what
/// changed is copied bit by bit, what changes meanwhile is copied again, until so little is left
/// that the rest can be copied at once. That is the cut: the batch is then the state at that
/// position, and goes into the store beside the owner's thread.
///
///     resting ──due──▶ gathering ──little left──▶ held ──all arrived──▶ storing ──▶ resting
///                                                      storing ──no room: later──▶ storing
///
/// It is held for as long as something that the records before the cut said has not arrived: once
/// it is stored they are never folded again, and nobody else could say it. One partition whose
/// changes are kept beside its log holds nothing.
/// From the first slice until it is stored, what the batch holds is nowhere but there and in
/// memory, and counts as clean: nothing may be evicted. A read error, or any failure but a lack of
/// room, is thrown at the owner's next call.
struct Checkpointer<Log: LogUpkeep, State: StatePort> {
    private enum Phase {
        case resting
        case gathering
        case held(CheckpointJob<Log, State>, PartitionHeader)
        case storing(CheckpointJob<Log, State>)
    }

    /// Records that no stored checkpoint holds.
    private struct Tail {
        var events: UInt64 = 0
        /// What folding them again must read of the store.
        var reads: UInt64 = 0
        var bytes: UInt64 = 0
        var records: UInt64 = 0
        /// When the oldest of them was folded.
        var since: UInt64 = 0
    }

    private let partition: PartitionID
    private let log: Log
    private let state: State
    private let feed: (any FeedPort)?
    private let settings: NodeSettings
    private let worker: any BackgroundWorker
    private let time: MonotonicTime
    private var phase = Phase.resting
    /// What is being gathered; between two checkpoints empty memory for the next.
    private var batch = CheckpointBatch()
    /// Records before the last cut and behind the last stored checkpoint.
    private var cutTail = Tail()
    /// Records behind the last cut.
    private var freshTail = Tail()
    /// What waited when the last slice was taken.
    private var waiting = 0
    /// How many entities the next slices are to take, for what has changed since the first.
    private var owed = 0
    private var retryTime: UInt64 = 0
    /// Whether somebody has asked for a checkpoint of what was folded by then.
    private var isRequested = false
    /// The position of the checkpoint that was cut last.
    private var cutPosition: UInt64
    /// The position of the checkpoint that is stored.
    private(set) var storedPosition: UInt64
    /// What was done and how long it took.
    private(set) var statistics = CheckpointStatistics()

    /// How long nothing is tried after there was no room, in nanoseconds.
    static var retryNanoseconds: UInt64 { 1_000_000_000 }
    /// How many entities are drained between two looks at bytes and time.
    private static var stepEntities: Int { 8 }
    /// How much memory a batch keeps for the next one, in bytes.
    private static var keptBytes: Int { 64 << 20 }

    init(
        _ partition: PartitionID, log: Log, state: State, feed: (any FeedPort)?,
        settings: NodeSettings, worker: any BackgroundWorker, time: MonotonicTime,
        storedPosition: UInt64
    ) {
        self.partition = partition
        self.storedPosition = storedPosition
        cutPosition = storedPosition
        self.log = log
        self.state = state
        self.feed = feed
        self.settings = settings
        self.worker = worker
        self.time = time
    }

    /// Records behind the last stored checkpoint.
    var tailRecords: UInt64 { cutTail.records + freshTail.records }

    /// Whether what is clean in memory is in the store too.
    var mayEvict: Bool { if case .resting = phase { true } else { false } }

    /// Whether slices are to be taken.
    var isGathering: Bool { if case .gathering = phase { true } else { false } }

    /// Whether one was cut and waits for what was said to arrive.
    var isHeld: Bool { if case .held = phase { true } else { false } }

    /// Whether one was cut and there is no room to store it.
    var lacksRoom: Bool {
        guard case .storing(let job) = phase, case .failed(let failure) = job.outcome
        else { return false }
        return failure.code == .noSpace
    }

    /// Counts a record that was folded.
    mutating func note(events: UInt64, reads: UInt64, bytes: Int) {
        if freshTail.records == 0 { freshTail.since = time.nanoseconds() }
        freshTail.events += events
        freshTail.reads += reads
        freshTail.bytes += UInt64(bytes)
        freshTail.records += 1
    }

    /// Makes a checkpoint due: one that is begun from here on.
    mutating func request() { isRequested = true }

    // MARK: Between records

    /// Takes over what the worker has finished.
    ///
    /// - Throws: `StoreFailure` of the worker, but for a lack of room, which `checkRoom` throws.
    mutating func collect() throws(StoreFailure) {
        guard case .storing(let job) = phase else { return }
        switch job.outcome {
        case .running: break
        case .failed(let failure): if failure.code != .noSpace { throw failure }
        case .stored:
            #if KillPoints
            KillPoint.checkpointStored.pass()
            #endif
            phase = .resting
            storedPosition = cutPosition
            cutTail = Tail()
            statistics.checkpoints += 1
            batch = job.takeBatch()
            batch.reset(keepingBytes: Self.keptBytes)
        }
    }

    /// Before a record is taken: refuses it while there is no room to store what was cut. The batch
    /// is kept, and every now and then its storing is tried again.
    mutating func checkRoom() throws(StoreFailure) {
        try collect()
        guard case .storing(let job) = phase, case .failed(let failure) = job.outcome
        else { return }
        let now = time.nanoseconds()
        guard now >= retryTime else { throw failure }
        retryTime = now + Self.retryNanoseconds
        try storeAgain(job)
    }

    /// Behind a record, or when there is none: begins, goes on, cuts, as it is due; waits where
    /// the tail or memory may not grow further, if it may.
    mutating func turn(
        _ machine: inout PartitionMachine, _ outputs: OutputGate, mayWait: Bool
    ) throws(StoreFailure) {
        try collect()
        switch phase {
        case .resting:
            guard isDue(machine) else { return }
            begin(&machine)
            gather(&machine, outputs)
        case .gathering: gather(&machine, outputs)
        case .held, .storing: break
        }
        try collect()
        guard isOverLimit(machine) else { return }
        if case .gathering = phase {
            statistics.forcedCuts += 1
            measured { $0.cut(&machine, outputs) }
        }
        if mayWait { try waitForStore() }
    }

    /// Whether the tail or memory may not grow before what was cut is stored.
    func isStalled(_ machine: borrowing PartitionMachine) -> Bool {
        switch phase {
        case .resting, .gathering: return false
        case .held: break
        case .storing(let job): guard case .running = job.outcome else { return false }
        }
        return isOverLimit(machine)
    }

    /// Goes on with a cut that was held, if all that it waits for has arrived.
    mutating func noteArrived(_ outputs: OutputGate) {
        guard case .held(let job, let header) = phase, outputs.hasArrived(header) else { return }
        #if KillPoints
        KillPoint.checkpointFreed.pass()
        #endif
        phase = .storing(job)
        worker.begin(job)
    }

    /// Stores all that was folded so far, and returns when that is done. All that was said has
    /// arrived by then: nothing of this would wait for it.
    mutating func finish(
        _ machine: inout PartitionMachine, _ outputs: OutputGate
    ) throws(StoreFailure) {
        precondition(
            outputs.hasArrived(machine.checkpointHeader),
            "a checkpoint is waited for once all that was said has arrived")
        try settle()
        guard freshTail.records > 0 else { return }
        if case .resting = phase { begin(&machine) }
        cut(&machine, outputs)
        try settle()
    }

    /// Waits until the worker has ended, however it went.
    func waitForWorker() { worker.wait() }

    // MARK: When

    private func isDue(_ machine: borrowing PartitionMachine) -> Bool {
        guard freshTail.records > 0 else { return false }
        if isRequested { return true }
        let policy = settings.checkpoints
        let changedBytes = machine.graph.changeCount * MemoryBudget.bytesPerChange
        return policy.isDue(events: freshTail.events, reads: freshTail.reads)
            || freshTail.bytes >= policy.tailBytes
            || changedBytes >= settings.memory.changedBytes / 2
            || machine.graph.usedByteCount > settings.memory.graphBytes
            || time.nanoseconds() - freshTail.since >= policy.ageNanoseconds
    }

    private func isOverLimit(_ machine: borrowing PartitionMachine) -> Bool {
        if case .resting = phase { return false }
        let policy = settings.checkpoints
        let memory = settings.memory
        return policy.isLongest(
            events: cutTail.events + freshTail.events,
            reads: cutTail.reads + freshTail.reads)
            || cutTail.bytes + freshTail.bytes >= policy.longestTailBytes
            || machine.graph.usedByteCount > memory.graphBytes + memory.marginBytes
    }

    // MARK: Parts

    private mutating func begin(_ machine: inout PartitionMachine) {
        phase = .gathering
        // The one before is stored: what went out of it is no longer there to be read.
        machine.graph.noteStored()
        isRequested = false
        waiting = machine.graph.changeCount
        owed = 0
        #if KillPoints
        KillPoint.checkpointBegun.pass()
        #endif
    }

    /// Takes a slice, and the cut where little is left.
    private mutating func gather(
        _ machine: inout PartitionMachine, _ outputs: OutputGate
    ) {
        takeSlice(&machine.graph)
        guard machine.graph.changeCount <= settings.slice.cutEntities else { return }
        measured { $0.cut(&machine, outputs) }
    }

    /// Gathers some of what has changed.
    mutating func takeSlice(_ graph: inout IdentityGraph) {
        measured { $0.drainSlice(&graph) }
        statistics.slices += 1
    }

    private mutating func drainSlice(_ graph: inout IdentityGraph) {
        let slice = settings.slice
        let (bytes, end) = (batch.byteCount, time.nanoseconds() + slice.nanoseconds)
        owed += CheckpointSlice.pace * (graph.changeCount - waiting)
        var (taken, isDone) = (0, false)
        repeat {
            let step = min(Self.stepEntities, max(owed, slice.entities - taken))
            isDone = graph.drainChanges(to: &batch, atMost: step)
            taken += step
            owed = max(0, owed - step)
        } while !isDone
            && (owed > 0 || taken < slice.entities && batch.byteCount - bytes < slice.bytes)
            && time.nanoseconds() < end
        waiting = graph.changeCount
        #if KillPoints
        KillPoint.checkpointSliced.pass()
        #endif
    }

    /// Takes all that is left, and hands the batch to the worker once it may be stored.
    private mutating func cut(_ machine: inout PartitionMachine, _ outputs: OutputGate) {
        machine.graph.drainChanges(to: &batch)
        let header = machine.checkpointHeader
        batch.writeHeader(header)
        cutPosition = machine.position
        let job = CheckpointJob(
            batch, at: machine.position, of: partition, log: log, state: state, feed: feed)
        batch = CheckpointBatch()
        (cutTail, freshTail) = (freshTail, Tail())
        phase = .held(job, header)
        #if KillPoints
        KillPoint.checkpointCut.pass()
        #endif
        noteArrived(outputs)
        #if KillPoints
        if case .held = phase { KillPoint.checkpointHeld.pass() }
        #endif
    }

    private mutating func measured(_ body: (inout Self) -> Void) {
        let start = time.nanoseconds()
        body(&self)
        statistics.pauses.record(nanoseconds: time.nanoseconds() - start)
    }

    /// Back-pressure: the writer waits for the worker.
    private mutating func waitForStore() throws(StoreFailure) {
        guard case .storing = phase else { return }
        let start = time.nanoseconds()
        worker.wait()
        statistics.waits.record(nanoseconds: time.nanoseconds() - start)
        try collect()
    }

    /// Waits for what is on its way; where it lacked room, tries again.
    private mutating func settle() throws(StoreFailure) {
        guard case .storing(let job) = phase else { return }
        worker.wait()
        try collect()
        if case .failed = job.outcome { try storeAgain(job) }
    }

    private mutating func storeAgain(_ job: CheckpointJob<Log, State>) throws(StoreFailure) {
        job.resume()
        worker.begin(job)
        worker.wait()
        try collect()
        if case .failed(let failure) = job.outcome { throw failure }
    }
}
