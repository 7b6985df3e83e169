internal import DequeModule
package import GraphCore
package import IdentityModel
package import PartitionCore
package import ProfileCore
package import WireFormat

/// Runs one partition: folds the records of its log, checkpoints behind, answers.
///
/// It performs what the machine computes and keeps `StepResult`'s ordering contract. Who orders the
/// log makes two ways of writing, and nothing else differs: of a log of its own it appends records
/// and then folds them (`+Appending`, over a `LogPort`); one that others order it follows
/// (`+Following`, over a `FollowedLog`). A checkpoint is gathered bit by bit between records and
/// stored by a worker beside (see `Checkpointer`).
///
/// What its records say is made by folding them, again after each opening, and waits at a gate (see
/// `OutputGate`): whoever owns the partitions takes what may leave to where it belongs, in order,
/// and says what has arrived there.
///
/// Used from one thread. After a failure nothing is certain but what is stored: it refuses all
/// further work, and the partition is to be opened again. A lack of room is none: what was asked is
/// refused, questions are answered, and writing goes on when there is room again.
///
///     usable ──rehearse──▶ rehearsed     questions only
///        └──any failure──▶ failed ◀── any failure
package final class PartitionRuntime<Log: LogUpkeep, State: StatePort> {
    /// The partition's number.
    package let partition: PartitionID
    /// Where its records are.
    package let log: Log
    let state: State
    private let reader: StoredState<State>
    /// What it was opened with.
    package let settings: NodeSettings
    /// Changed here alone; figures of it are read in `PartitionRuntime+Figures`.
    private(set) var machine: PartitionMachine
    var checkpoints: Checkpointer<Log, State>
    /// What the folded records say, and what of it has arrived.
    var outputs: OutputGate
    /// Keeps the changes that ticks tell, where they are kept beside the log.
    var feed: FeedKeeper?
    /// The offset before which the log's records are as durable as asked.
    var durableEnd: UInt64
    private(set) var condition = Condition.usable
    /// Records that are in the log and wait to be folded, the oldest first. Of a log that others
    /// order none ever is.
    var staged: Deque<[UInt8]> = []
    /// The bytes of staged records.
    var stagedBytes = 0
    /// How it stands to a log that others order; nil where the log is its own.
    var following: Following?
    /// Why the partition refuses all further work; nil while it does not.
    package private(set) var failure: StoreFailure?

    /// What the partition may still be asked to do.
    enum Condition {
        /// Anything.
        case usable
        /// Questions and further rehearsals: memory is ahead of the log.
        case rehearsed
        /// Nothing.
        case failed
    }

    /// The partition as its checkpoint left it: nothing of the log is folded yet.
    ///
    /// - Throws: `StoreFailure`.
    init(
        restoring partition: PartitionID, log: Log, state: State, settings: NodeSettings,
        feed: ChangeFeed?, following: Following?, worker: any BackgroundWorker,
        time: MonotonicTime
    ) throws(StoreFailure) {
        self.partition = partition
        self.log = log
        self.state = state
        self.settings = settings
        self.following = following
        reader = StoredState(state)
        machine = try Self.restore(partition, state, settings)
        machine.isHeard = feed != nil || following != nil
        #if KillPoints
        KillPoint.headerRead.pass()
        #endif
        outputs = OutputGate(
            deliveries: DeliveryGate(
                sent: machine.checkpointHeader.sent, partitionCount: settings.partitionCount),
            changes: following == nil ? nil : ChangeGate(partition, told: machine.changeOffset))
        durableEnd = machine.position
        checkpoints = Checkpointer(
            partition, log: log, state: state, feed: feed?.port, settings: settings,
            worker: worker, time: time, storedPosition: machine.position)
        guard let feed else { return }
        // The tail's changes are told by folding it, and must not outlive it.
        if settings.durability == .fsync { try log.sync() }
        self.feed = try FeedKeeper(
            partition, feed: feed, retention: settings.feedRetention,
            told: machine.changeOffset, machine.rules)
    }

    // MARK: Writing

    /// What a record's head says here.
    package var recordHead: RecordHead {
        RecordHead(
            logicVersion: machine.logicVersion,
            configurationDigest: settings.configurationDigest)
    }

    /// The version of the machine's logic in force.
    package var logicVersion: UInt64 { machine.logicVersion }

    /// A record that brings a version of the logic into force, which every program must know that
    /// folds the log.
    package func logicRecord(_ version: UInt64) -> [UInt8] {
        RecordCodec.encode(.logic(version: version), recordHead)
    }

    /// How many forwarding pointers of departed components the partition keeps.
    package var pointerCount: Int { machine.graph.pointerCount }

    /// A record that collects the oldest forwarding pointers: so many of them at most, and as many
    /// as one record holds. It is to be staged, and folded before the next is asked for.
    ///
    /// - Returns: the record, and how many it collects; nil where none may be collected.
    func collectingRecord(atMost limit: Int) -> (record: [UInt8], count: Int)? {
        let ids = machine.graph.collectablePointers(limit: min(limit, RecordLimits.collected))
        guard !ids.isEmpty else { return nil }
        return (RecordCodec.encode(.collect(ids), recordHead), ids.count)
    }

    /// Whether a tick would find something to tell.
    package var awaitsTick: Bool { machine.graph.awaitsTick }
    /// How much awaits the next tick; see `IdentityGraph.untoldCount`.
    package var untoldCount: Int { machine.graph.untoldCount }

    /// The survivorship rules in force.
    package var rules: SurvivorshipRules { machine.rules }

    /// Whether fragments of older rules may be left.
    package var isSweeping: Bool { machine.graph.sweep != nil }
    /// A record that puts rules in force; their version must be greater than that of the present
    /// ones.
    package func rulesRecord(_ rules: SurvivorshipRules) -> [UInt8] {
        RecordCodec.encode(rules: rules.encode(), version: rules.version, recordHead)
    }

    /// How many changes were told so far: the feed's offset of the next one.
    package var changeOffset: UInt64 { machine.changeOffset }

    /// A record that has what has changed be told.
    package var tickRecord: [UInt8] { RecordCodec.encode(.tick(TickPolicy.now), recordHead) }

    /// Whether changes that were told wait for room in the feed. Nothing more is taken or stored
    /// before the partition is opened again; questions are answered.
    package var owesChanges: Bool { feed?.owes ?? false }

    /// Whether nothing may be folded now: the tail or memory may not grow before the checkpoint on
    /// its way is stored, or changes are owed.
    package var isStalled: Bool {
        if owesChanges { return true }
        guard let following else { return checkpoints.isStalled(machine) }
        // What a standby's checkpoint waits for comes in the log alone. And nobody else refuses
        // records while there is no room: `tend` tries again.
        return checkpoints.lacksRoom
            || checkpoints.isStalled(machine) && !(following.isMuted && checkpoints.isHeld)
    }

    /// To be called now and then while no record comes: a checkpoint on its way goes on, and one
    /// that is due for its age is begun. Waits for nothing.
    ///
    /// - Throws: `StoreFailure`.
    package func tend() throws(StoreFailure) {
        try checkNotFailed()
        guard condition == .usable else { return }
        try guarded { () throws(StoreFailure) in
            do throws(StoreFailure) {
                try checkpoints.checkRoom()
            } catch  where error.code == .noSpace { return }
            try turn(mayWait: false)
        }
    }

    /// Folds a record in memory alone, to see what it would do. Nothing may be appended or
    /// checkpointed after it: the runtime is good for questions and further rehearsals only.
    ///
    /// - Throws: `StoreFailure`.
    package func rehearse(_ record: [UInt8]) throws(StoreFailure) {
        try checkNotFailed()
        condition = .rehearsed
        machine.isHeard = false
        try guarded { () throws(StoreFailure) in try fold(record.span) }
    }

    /// Stores a checkpoint if anything lies behind the last one; returns when it is stored. To be
    /// asked for once all that was said has arrived.
    ///
    /// - Throws: `StoreFailure`.
    package func checkpoint() throws(StoreFailure) {
        try checkUsable()
        try guarded { () throws(StoreFailure) in
            if owesChanges { throw .noRoomForChanges }
            try checkpoints.finish(&machine, outputs)
        }
        #if KillPoints
        KillPoint.partitionClosed.pass()
        #endif
    }

    /// Asks for a checkpoint of all that was folded so far, which is made as others are: beside the
    /// writer. It is there once `storedPosition` has reached what `position` is now.
    package func requestCheckpoint() { checkpoints.request() }

    /// Whether `tend` would go on with a checkpoint.
    package var hasCheckpointToGather: Bool { checkpoints.isGathering && !owesChanges }

    /// Lets go: waits for the worker, and refuses all further work.
    package func close() {
        checkpoints.waitForWorker()
        condition = .failed
    }

    // MARK: What is said

    /// Whether nothing that it says may leave: it stands by, and the log's owner says the same.
    package var isMuted: Bool { following?.isMuted ?? false }

    /// Takes the deliveries that may leave, in order: those of records that are folded and as
    /// durable as asked. After an opening these are all behind the stored checkpoint, and where
    /// `fsync` is asked they wait for a `sync`: nobody knows how much of the log's tail was synced.
    package func takeDeliveries() -> [Delivery] {
        isMuted ? [] : outputs.deliveries.take(before: durableEnd)
    }

    /// What was taken, as records for the logs of the receivers.
    package func bundles(of deliveries: [Delivery]) -> [DeliveryBundle] {
        DeliveryBundle.bundles(of: deliveries, from: partition, recordHead)
    }

    /// A receiver's log holds the delivery with that number, and all before. It need not be synced:
    /// before a checkpoint is stored the logs are, all at once.
    package func noteArrived(at receiver: PartitionID, number: UInt64) {
        noteArrived { $0.deliveries.noteArrived(at: receiver, number: number) }
    }

    /// Notes what has arrived; a checkpoint that has waited for it goes on.
    func noteArrived(_ body: (inout OutputGate) -> Void) {
        body(&outputs)
        checkpoints.noteArrived(outputs)
    }

    /// Whether all that the folded records say has arrived.
    package var hasArrived: Bool { outputs.hasArrived(machine.checkpointHeader) }

    /// The number of the last delivery that the folded records say to a partition; 0 for none.
    package func sent(to receiver: PartitionID) -> UInt64 { machine.sent(to: receiver) }

    /// The number of the last delivery of a partition that was applied; 0 for none.
    package func seen(from sender: PartitionID) -> UInt64 { machine.seen(from: sender) }

    /// By sender, the number of the last delivery that was applied.
    var seen: [UInt64] {
        (0..<settings.partitionCount).map { machine.seen(from: PartitionID($0)) }
    }

    /// The bytes of deliveries that were not taken.
    package var heldDeliveryBytes: Int { outputs.deliveries.heldBytes }

    // MARK: Asking

    /// Asks the graph; `body` gets it together with the reader that questions need.
    ///
    /// - Throws: `StoreFailure`.
    package func ask<Answer>(
        _ body: (inout IdentityGraph, StoredState<State>) throws(StateError) -> Answer
    ) throws(StoreFailure) -> Answer {
        try checkNotFailed()
        try guarded { () throws(StoreFailure) in try checkpoints.collect() }
        do throws(StateError) {
            evictIfOver()
            return try body(&machine.graph, reader)
        } catch {
            fail(StoreFailure(error))
            throw StoreFailure(error)
        }
    }

    // MARK: Parts

    /// Refuses all further work, for a reason: what is to be done beside this has failed.
    func fail(_ failure: StoreFailure) {
        condition = .failed
        self.failure = self.failure ?? failure
    }

    /// Folds a record; while a checkpoint is gathered, a slice of it is taken every few events.
    func fold(
        _ record: Span<UInt8>, isGathering: Bool = false
    ) throws(StoreFailure) {
        let events = isGathering ? settings.slice.events : Int.max
        let (position, reads) = (machine.position, machine.graph.storedReadCount)
        let doneOffset = machine.doneOffset
        var changes: [CustomerChange] = []
        do throws(StepError) {
            let result = try machine.step(record, reader: reader, pausingEvery: events) {
                checkpoints.takeSlice(&$0)
            }
            if machine.doneOffset == doneOffset {
                checkpoints.note(
                    events: UInt64(result.eventCount),
                    reads: machine.graph.storedReadCount - reads, bytes: record.count)
            }
            if !result.deliveries.isEmpty {
                outputs.deliveries.add(result.deliveries, at: position)
            }
            changes = result.changes
        } catch {
            throw Self.failure(error)
        }
        if machine.doneOffset > doneOffset {
            // Not counted: a checkpoint for its sake would have another follow, for ever.
            noteArrived { $0.noteDone(before: min(machine.doneOffset, position)) }
        }
        feed?.note(machine.rules)
        if !changes.isEmpty { try keep(changes, at: position) }
    }

    /// Passes over a record of which nothing comes.
    func passRecord() { machine.pass() }

    /// Takes what the record at a position told to where changes are kept, or may leave from.
    private func keep(
        _ changes: [CustomerChange], at position: UInt64
    ) throws(StoreFailure) {
        let first = machine.changeOffset - UInt64(changes.count)
        outputs.changes?.add(changes, from: first, at: position) { machine.graph.namespaceName($0) }
        do throws(StoreFailure) {
            // The record is as durable as asked: records are, before they are folded.
            try feed?.keep(changes, at: first) { machine.graph.namespaceName($0) }
        } catch  where error.code == .noSpace {}
    }

    /// What is to be done between two records: memory, and checkpoints.
    func turn(mayWait: Bool) throws(StoreFailure) {
        // A checkpoint would store that changes were told which are not kept.
        guard !owesChanges else { return }
        evictIfOver()
        try checkpoints.turn(&machine, outputs, mayWait: mayWait)
        evictIfOver()
    }

    /// Lets go of what has not changed since the last checkpoint, while the graph takes too much;
    /// not while a checkpoint is on its way, which is where what looks unchanged may be.
    func evictIfOver() {
        guard checkpoints.mayEvict, machine.graph.usedByteCount > settings.memory.graphBytes
        else { return }
        machine.graph.evict(toBytes: settings.memory.graphTargetBytes)
    }

    /// Runs what may fail. After a failure the partition is done with, but for a lack of room that
    /// left nothing half done.
    func guarded(
        isRetriable: Bool = true, _ body: () throws(StoreFailure) -> Void
    ) throws(StoreFailure) {
        do throws(StoreFailure) {
            try body()
        } catch {
            if !isRetriable || error.code != .noSpace { fail(error) }
            throw error
        }
    }

    private func checkNotFailed() throws(StoreFailure) {
        guard condition != .failed else {
            throw StoreFailure(
                .ioError, "the partition has failed before", remedy: "open the store again")
        }
    }

    func checkUsable() throws(StoreFailure) {
        try checkNotFailed()
        guard condition != .rehearsed else {
            throw StoreFailure(
                .readOnly, "the partition has only rehearsed",
                remedy: "open the store again to change it")
        }
    }
}
