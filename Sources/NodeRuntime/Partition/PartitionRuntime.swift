internal import DequeModule
package import GraphCore
package import IdentityModel
package import PartitionCore
package import ProfileCore
package import WireFormat

/// Runs one partition: appends records to its log, folds them, checkpoints behind, answers.
///
/// It performs what the machine computes and keeps `StepResult`'s ordering contract: a record is
/// in the log before it is folded, `append` returns (and so acknowledges) when it is as durable as
/// asked, and a checkpoint is applied only after the log up to it was synced. A checkpoint is
/// gathered bit by bit between records and stored by a worker beside (see `Checkpointer`).
///
/// What its records say to other partitions is made by folding them, again after each opening, and
/// waits at a gate (see `DeliveryGate`): whoever owns the partitions takes what may leave to the
/// logs of its receivers, in order, and says what has arrived there.
///
/// Used from one thread. After a failure nothing is certain but what is stored: it refuses all
/// further work, and the partition is to be opened again. A lack of room is none: what was asked is
/// refused, questions are answered, and writing goes on when there is room again.
///
///     usable ──rehearse──▶ rehearsed     questions only
///        └──any failure──▶ failed ◀── any failure
package final class PartitionRuntime<Log: LogPort, State: StatePort> {
    /// The partition's number.
    package let partition: PartitionID
    /// Where its records are.
    package let log: Log
    private let state: State
    private let reader: StoredState<State>
    /// What it was opened with.
    package let settings: NodeSettings
    /// Changed here alone; figures of it are read in `PartitionRuntime+Figures`.
    private(set) var machine: PartitionMachine
    private(set) var checkpoints: Checkpointer<Log, State>
    private var deliveries: DeliveryGate
    private var feed: FeedKeeper?
    /// The offset before which the log's records are as durable as asked.
    private var durableEnd: UInt64
    private var condition = Condition.usable
    /// Records that are in the log and wait to be folded, the oldest first.
    private var staged: Deque<[UInt8]> = []
    /// Why the partition refuses all further work; nil while it does not.
    package private(set) var failure: StoreFailure?

    /// What the partition may still be asked to do.
    private enum Condition {
        /// Anything.
        case usable
        /// Questions and further rehearsals: memory is ahead of the log.
        case rehearsed
        /// Nothing.
        case failed
    }

    /// Opens the partition: reads its checkpoint and folds the log's tail.
    ///
    /// - Parameters:
    ///   - feed: where the changes that it tells are kept; where there is none they are counted.
    ///   - worker: stores checkpoints; for a long life one with a thread.
    /// - Throws: `StoreFailure`: the store is damaged, newer, foreign, or cannot be read.
    package init(
        _ partition: PartitionID, log: Log, state: State, settings: NodeSettings,
        feed: ChangeFeed? = nil, worker: any BackgroundWorker = InlineWorker(),
        time: MonotonicTime = .system
    ) throws(StoreFailure) {
        self.partition = partition
        self.log = log
        self.state = state
        self.settings = settings
        reader = StoredState(state)
        machine = try Self.restore(partition, state, settings)
        machine.isHeard = feed != nil
        #if KillPoints
        KillPoint.headerRead.pass()
        #endif
        deliveries = DeliveryGate(
            sent: machine.checkpointHeader.sent, partitionCount: settings.partitionCount)
        durableEnd = machine.position
        checkpoints = Checkpointer(
            partition, log: log, state: state, feed: feed?.port, settings: settings,
            worker: worker, time: time, storedPosition: machine.position)
        if let feed {
            // The tail's changes are told by folding it, and must not outlive it.
            if settings.durability == .fsync { try log.sync() }
            self.feed = try FeedKeeper(
                partition, feed: feed, retention: settings.feedRetention,
                told: machine.changeOffset, machine.rules)
        }
        try foldTail()
        try self.feed?.finishOpening(told: machine.changeOffset)
    }

    // MARK: Writing

    /// What a record's head says here.
    package var recordHead: RecordHead {
        RecordHead(
            logicVersion: PartitionMachine.logicVersion,
            configurationDigest: settings.configurationDigest)
    }

    /// Appends a record to the log and folds it. When it returns, the record is acknowledged. A
    /// record that the machine does not admit is refused before it is in the log, and changes
    /// nothing.
    ///
    /// - Returns: the record's offset.
    /// - Throws: `StoreFailure`; after one for a lack of room the same record may be tried again.
    package func append(_ record: [UInt8]) throws(StoreFailure) -> UInt64 {
        let offset = try stage(record)
        if settings.durability == .fsync {
            try guarded(isRetriable: false) { () throws(StoreFailure) in try log.sync() }
            durableEnd = stagedEnd
        }
        while !staged.isEmpty { try foldStaged(mayWait: true) }
        if untoldCount >= TickPolicy.untoldLimit { _ = try append(tickRecord) }
        return offset
    }

    /// Adds a record to the log and leaves it to `foldStaged`, for whoever makes several records
    /// durable at once. It is acknowledged only when it is as durable as asked.
    ///
    /// - Returns: the record's offset.
    /// - Throws: `StoreFailure`, as `append` does.
    package func stage(_ record: [UInt8]) throws(StoreFailure) -> UInt64 {
        try checkUsable()
        do throws(StepError) {
            try machine.admit(record.span)
        } catch {
            throw Self.failure(error)
        }
        let offset = stagedEnd
        try guarded { () throws(StoreFailure) in
            try checkpoints.checkRoom()
            if owesChanges { throw .noRoomForChanges }
            #if KillPoints
            KillPoint.recordAdmitted.pass()
            #endif
            try log.append(record.span, at: offset, of: partition)
        }
        #if KillPoints
        KillPoint.recordLogged.pass()
        #endif
        staged.append(record)
        stagedBytes += record.count
        if settings.durability == .os { durableEnd = stagedEnd }
        return offset
    }

    /// Folds the oldest staged record, which the caller has made as durable as asked.
    ///
    /// - Parameter mayWait: whether to wait where a checkpoint must be stored first; if not, the
    ///   partition `isStalled` from then on, and the next record should wait until it no longer is.
    /// - Throws: `StoreFailure`; none of them is retriable, since the record is in the log.
    package func foldStaged(mayWait: Bool) throws(StoreFailure) {
        try checkUsable()
        guard let record = staged.popFirst() else { preconditionFailure("nothing is staged") }
        stagedBytes -= record.count
        try guarded(isRetriable: false) { () throws(StoreFailure) in
            try fold(record.span, isGathering: checkpoints.isGathering)
            #if KillPoints
            KillPoint.recordFolded.pass()
            #endif
            try turn(mayWait: mayWait)
        }
    }

    /// The bytes of staged records.
    private(set) var stagedBytes = 0

    /// How many staged records wait to be folded.
    package var stagedCount: Int { staged.count }
    /// The offset behind the last record in the log.
    package var stagedEnd: UInt64 { machine.position + UInt64(staged.count) }

    /// The log was synced while it held all records before `offset`, by whoever makes several
    /// records durable at once.
    package func noteDurable(before offset: UInt64) {
        precondition(offset <= stagedEnd, "what is not in the log is not durable")
        durableEnd = max(durableEnd, offset)
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
    var tickRecord: [UInt8] { RecordCodec.encode(.tick(TickPolicy.now), recordHead) }

    /// Whether changes that were told wait for room in the feed. Nothing more is taken or stored
    /// before the partition is opened again; questions are answered.
    package var owesChanges: Bool { feed?.owes ?? false }

    /// Whether nothing may be folded now: the tail or memory may not grow before the checkpoint on
    /// its way is stored, or changes are owed.
    package var isStalled: Bool { owesChanges || checkpoints.isStalled(machine) }

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

    /// Makes every record so far outlive a power loss.
    ///
    /// - Throws: `StoreFailure`.
    package func sync() throws(StoreFailure) {
        try checkUsable()
        try guarded { () throws(StoreFailure) in try log.sync() }
        durableEnd = stagedEnd
    }

    /// Stores a checkpoint if anything lies behind the last one; returns when it is stored. To be
    /// asked for once all deliveries have arrived.
    ///
    /// - Throws: `StoreFailure`.
    package func checkpoint() throws(StoreFailure) {
        try checkUsable()
        try guarded { () throws(StoreFailure) in
            if owesChanges { throw .noRoomForChanges }
            try checkpoints.finish(&machine, deliveries)
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

    /// A partition of its own in memory, as this one is now, for `rehearse`: whatever is folded
    /// there changes nothing here. Stores a checkpoint first, which this one waits for. The
    /// rehearsal is good until this partition is used again.
    ///
    /// - Throws: `StoreFailure`.
    package func rehearsal() throws(StoreFailure) -> PartitionRuntime {
        precondition(staged.isEmpty, "what is staged may not be durable yet")
        try checkpoint()
        return try PartitionRuntime(partition, log: log, state: state, settings: settings)
    }

    /// Lets go: waits for the worker, and refuses all further work.
    package func close() {
        checkpoints.waitForWorker()
        condition = .failed
    }

    // MARK: Deliveries

    /// Takes the deliveries that may leave, in order: those of records that are folded and as
    /// durable as asked. After an opening these are all behind the stored checkpoint, and where
    /// `fsync` is asked they wait for a `sync`: nobody knows how much of the log's tail was synced.
    package func takeDeliveries() -> [Delivery] { deliveries.take(before: durableEnd) }

    /// A receiver's log holds the delivery with that number, and all before. It need not be synced:
    /// before a checkpoint is stored the logs are, all at once.
    package func noteArrived(at receiver: PartitionID, number: UInt64) {
        deliveries.noteArrived(at: receiver, number: number)
        checkpoints.noteArrived(deliveries)
    }

    /// Whether all that the folded records say to others has arrived.
    package var hasArrived: Bool {
        for place in 0..<settings.partitionCount {
            let receiver = PartitionID(place)
            guard deliveries.hasArrived(machine.sent(to: receiver), at: receiver)
            else { return false }
        }
        return true
    }

    /// The number of the last delivery that the folded records say to a partition; 0 for none.
    package func sent(to receiver: PartitionID) -> UInt64 { machine.sent(to: receiver) }

    /// The number of the last delivery of a partition that was applied; 0 for none.
    package func seen(from sender: PartitionID) -> UInt64 { machine.seen(from: sender) }

    /// By sender, the number of the last delivery that was applied.
    var seen: [UInt64] {
        (0..<settings.partitionCount).map { machine.seen(from: PartitionID($0)) }
    }

    /// Whether records are in the log that are not as durable as asked.
    var hasUnsynced: Bool { durableEnd < stagedEnd }

    /// The bytes of deliveries that were not taken.
    package var heldDeliveryBytes: Int { deliveries.heldBytes }

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

    private func foldTail() throws(StoreFailure) {
        let bounds = try log.bounds(of: partition)
        let position = machine.position
        guard position >= bounds.lowerBound, position <= bounds.upperBound else {
            throw StoreFailure(
                .damaged,
                "the checkpoint stands at record \(position) and the log holds records "
                    + "\(bounds.lowerBound)..<\(bounds.upperBound)",
                remedy: Remedy.rebuild)
        }
        try checkLastRecord(in: bounds)
        var failed: StoreFailure?
        var expected = position
        try log.read(from: position, of: partition) { offset, record in
            guard offset == expected else { return false }
            expected += 1
            do throws(StoreFailure) {
                try fold(record)
                if owesChanges { throw .noRoomForChanges }
            } catch { failed = error }
            #if KillPoints
            KillPoint.tailFolding.pass()
            #endif
            evictIfOver()
            return failed == nil
        }
        if let failed { throw failed }
        guard expected == bounds.upperBound else {
            throw StoreFailure(
                .damaged, "the log has lost record \(expected)", remedy: Remedy.rebuild)
        }
        if settings.durability == .os { durableEnd = machine.position }
    }

    /// The record that the checkpoint folded last must be the one that the log holds there, and of
    /// this configuration: where there is no tail, nothing else says whose the log is.
    private func checkLastRecord(in bounds: Range<UInt64>) throws(StoreFailure) {
        let position = machine.position
        guard position > bounds.lowerBound else { return }
        var continues = false
        var refusal: StepError?
        try log.read(from: position - 1, of: partition) { offset, record in
            guard offset == position - 1,
                RecordCodec.soundChecksum(record) == machine.lastRecordChecksum
            else { return false }
            continues = true
            do throws(StepError) { try machine.admit(record) } catch { refusal = error }
            return false
        }
        guard continues else {
            throw StoreFailure(
                .damaged, "the log does not continue the checkpoint at record \(position - 1)",
                remedy: Remedy.rebuild)
        }
        if let refusal { throw Self.failure(refusal) }
    }

    /// Folds a record; while a checkpoint is gathered, a slice of it is taken every few events.
    private func fold(
        _ record: Span<UInt8>, isGathering: Bool = false
    ) throws(StoreFailure) {
        let events = isGathering ? settings.slice.events : Int.max
        let (position, reads) = (machine.position, machine.graph.storedReadCount)
        var changes: [CustomerChange] = []
        do throws(StepError) {
            let result = try machine.step(record, reader: reader, pausingEvery: events) {
                checkpoints.takeSlice(&$0)
            }
            checkpoints.note(
                events: UInt64(result.eventCount),
                reads: machine.graph.storedReadCount - reads, bytes: record.count)
            if !result.deliveries.isEmpty { deliveries.add(result.deliveries, at: position) }
            changes = result.changes
        } catch {
            throw Self.failure(error)
        }
        feed?.note(machine.rules)
        guard !changes.isEmpty else { return }
        do throws(StoreFailure) {
            // The record is as durable as asked: records are, before they are folded.
            try feed?.keep(changes, at: machine.changeOffset - UInt64(changes.count)) {
                machine.graph.namespaceName($0)
            }
        } catch  where error.code == .noSpace {}
    }

    /// What is to be done between two records: memory, and checkpoints.
    private func turn(mayWait: Bool) throws(StoreFailure) {
        // A checkpoint would store that changes were told which are not kept.
        guard !owesChanges else { return }
        evictIfOver()
        try checkpoints.turn(&machine, deliveries, mayWait: mayWait)
        evictIfOver()
    }

    /// Lets go of what has not changed since the last checkpoint, while the graph takes too much;
    /// not while a checkpoint is on its way, which is where what looks unchanged may be.
    private func evictIfOver() {
        guard checkpoints.mayEvict, machine.graph.usedByteCount > settings.memory.graphBytes
        else { return }
        machine.graph.evict(toBytes: settings.memory.graphTargetBytes)
    }

    /// Runs what may fail. After a failure the partition is done with, but for a lack of room that
    /// left nothing half done.
    private func guarded(
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

    private func checkUsable() throws(StoreFailure) {
        try checkNotFailed()
        guard condition != .rehearsed else {
            throw StoreFailure(
                .readOnly, "the partition has only rehearsed",
                remedy: "open the store again to change it")
        }
    }
}
