internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import PartitionCore
internal import ProfileCore
internal import WireFormat

/// A partition's state at a position: what a replica is restored from.
struct Snapshot {
    /// Its stored keys and values, header included.
    var table = EntryTable()
    /// The offset of the first record that is not folded into it.
    var position = 0
    /// By receiver: the number of the last delivery that was made of the records before.
    var sent: [UInt64] = []
    /// How many changes were told of the records before.
    var changes: UInt64 = 0
    /// The version of the machine's logic in force.
    var logicVersion = PartitionMachine.firstLogic
    /// The number of the last component id that was given.
    var minted: UInt64 = 0
}

/// What a record gave rise to, and may not leave yet.
struct WaitingStep {
    var position: Int
    /// The feed's offset of its first change.
    var firstChange: UInt64
    var result: StepResult
}

/// A machine on its way through its log, over a state of its own, and what it has not released.
final class Replica {
    /// Which partition it is.
    let partition: Int
    /// Which of all replicas it is.
    let number: Int
    /// What it has stored. Its own: nobody is restored from it.
    let state: SimulatedState
    /// The machine.
    private(set) var machine: PartitionMachine
    /// The offset of the record that it folds next. The machine's own; to ask it copies it whole.
    private(set) var position: Int
    /// How many changes were told. As above.
    private(set) var changeOffset: UInt64
    private let reader: StoredState<SimulatedState>
    /// What may not leave yet, the oldest first.
    var waiting: [WaitingStep] = []
    /// Snapshots that are not stored yet, the oldest first.
    var candidates: [Snapshot] = []
    /// It was told that a delivery failed.
    var isBroken = false
    /// Whether its program is of the release before.
    let isOld: Bool
    /// Whether it stands before a record by whose logic its program cannot fold.
    private(set) var isOutdated = false

    /// A replica that a snapshot gives; a program that lacks the snapshot's logic gives way to one
    /// that does not.
    init(
        _ partition: Int, number: Int, from snapshot: Snapshot, _ foundry: Foundry,
        isOld: Bool = false
    ) throws(Violation) {
        self.isOld = isOld && LogicPlan.old.contains(snapshot.logicVersion)
        self.partition = partition
        self.number = number
        state = SimulatedState(snapshot.table)
        reader = StoredState(state)
        machine = try foundry.machine(partition, over: state, isOld: self.isOld)
        position = Int(machine.position)
        changeOffset = machine.changeOffset
        try require(position == snapshot.position, "a snapshot opens at another position")
    }

    /// Folds the next record.
    func fold(_ record: [UInt8]) throws(Violation) -> StepResult {
        do throws(StepError) {
            let result = try machine.step(record.span, reader: reader)
            position += 1
            changeOffset += UInt64(result.changes.count)
            return result
        } catch {
            throw Violation("a step failed at \(partition):\(position): \(error)")
        }
    }

    /// Whether its program may not fold a record that later ones fold.
    private func lacksLogic(of record: [UInt8]) -> Bool {
        guard isOld else { return false }
        do throws(StepError) {
            try machine.admit(record.span)
            return false
        } catch .unknownLogic {
            return true
        } catch {
            return false
        }
    }

    /// Folds the records before `limit`, and keeps what they give rise to; stops where its program
    /// lacks the logic.
    ///
    /// - Returns: whether it came further.
    func fold(
        _ log: SimulatedRecords, before limit: Int, _ between: (Replica) throws(Violation) -> Void
    ) throws(Violation) -> Bool {
        let start = position
        while position < limit {
            let place = position
            let first = changeOffset
            let record = try log.entry(place).bytes
            isOutdated = lacksLogic(of: record)
            if isOutdated { break }
            let result = try fold(record)
            if !result.deliveries.isEmpty || !result.changes.isEmpty {
                waiting.append(WaitingStep(position: place, firstChange: first, result: result))
            }
            try between(self)
        }
        return position > start
    }

    /// Writes all that changed into its state, header and all.
    func store() {
        var writer = state.beginWriting()
        machine.graph.drainChanges(to: &writer)
        writer.writeHeader(machine.checkpointHeader)
        state.endWriting(writer)
        machine.graph.noteStored()
    }

    /// Writes all that changed into its state, and shows the watch what it was.
    func store(watched step: inout WatchedStep) {
        var writer = WatchedWriter(base: state.beginWriting(), step: step)
        step = WatchedStep()
        machine.graph.drainChanges(to: &writer)
        writer.base.writeHeader(machine.checkpointHeader)
        state.endWriting(writer.base)
        machine.graph.noteStored()
        step = writer.step
    }

    /// Its state as it is now.
    func snapshot() -> Snapshot {
        store()
        let header = machine.checkpointHeader
        return Snapshot(
            table: state.table, position: position, sent: header.sent, changes: header.changes,
            logicVersion: header.logicVersion, minted: header.counters.minted)
    }

    /// Lets go of memory that its state holds too.
    func evict(toBytes limit: Int) {
        machine.graph.evict(toBytes: limit)
    }

    /// All that came of records before a position has arrived.
    func forget(before position: Int) {
        let kept = waiting.firstIndex { $0.position >= position } ?? waiting.count
        waiting.removeFirst(kept)
    }

    /// The number of the last delivery of a partition that was applied.
    func seen(from sender: Int) -> UInt64 { machine.seen(from: PartitionID(UInt16(sender))) }

    /// The number of the last delivery that was made for a partition.
    func sent(to receiver: Int) -> UInt64 { machine.sent(to: PartitionID(UInt16(receiver))) }

    /// The version of the machine's logic in force.
    var logicVersion: UInt64 { machine.logicVersion }

    /// The version of the survivorship rules in force.
    var rulesVersion: UInt64 { machine.rules.version }

    /// Whether a tick would find something to tell.
    var awaitsTick: Bool { machine.graph.awaitsTick }

    /// Tells what has changed without a record, as no replica may.
    func tellUnasked() throws(Violation) -> [CustomerChange] {
        try ask { graph, reader throws(StateError) in try graph.tellChanges(reader: reader) }
    }

    /// A change as a feed keeps it.
    func stored(_ change: CustomerChange) throws(Violation) -> [UInt8] {
        try ask { graph, _ throws(StateError) in
            ChangeForm.encode(change) { graph.namespaceName($0) }
        }
    }

    /// Forwarding pointers that a record may collect, the oldest first.
    func collectablePointers(limit: Int) -> [ComponentID] {
        machine.graph.collectablePointers(limit: limit)
    }

    /// Forgets pointers without a record, as no replica may.
    func collect(_ ids: [ComponentID]) { machine.graph.collect(ids) }

    /// Asks the graph.
    func ask<Answer>(
        _ body: (inout IdentityGraph, StoredState<SimulatedState>) throws(StateError) -> Answer
    ) throws(Violation) -> Answer {
        do throws(StateError) {
            return try body(&machine.graph, reader)
        } catch {
            throw Violation("a question failed: \(error.reason)")
        }
    }
}
