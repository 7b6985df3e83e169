package import IdentityModel
internal import PartitionCore
internal import WireFormat

/// How a partition stands to a log that others order.
struct Following {
    /// Whether the record that the checkpoint folded last was seen in the log.
    var isContinued: Bool
    /// Whether nothing that it says may leave.
    var isMuted: Bool
}

// A partition whose log others order: a Kafka topic partition. Routers, other partitions' owners
// and its own owner write there, and it folds what it reads back, which is durable by definition.
//
//     standing by ──promote──▶ owning        what is said waits        what is said leaves
//
// Whoever opens it stands by first. It folds as the owner does and says nothing; what it would have
// said it keeps until the owner's `done` says that it has arrived. So its checkpoint, which waits
// for the same as the owner's, never comes to lie beyond a `done`. Promoted, it says first what it
// has kept: that may come twice, and numbers, versions and facts make nothing of the second time.
extension PartitionRuntime where Log == FollowedLog {
    /// Opens the partition from its checkpoint, to stand by. The log is then read from `nextOffset`
    /// on and given to `follow`.
    ///
    /// - Parameter worker: stores checkpoints.
    /// - Throws: `StoreFailure`: the checkpoint is damaged, newer, foreign, or cannot be read.
    package convenience init(
        following partition: PartitionID, state: State, settings: NodeSettings,
        worker: any BackgroundWorker = InlineWorker(), time: MonotonicTime = .system
    ) throws(StoreFailure) {
        try self.init(
            restoring: partition, log: FollowedLog(), state: state, settings: settings, feed: nil,
            following: Following(isContinued: false, isMuted: true), worker: worker, time: time)
        following?.isContinued = machine.position == 0
    }

    /// The offset of the record that `follow` takes next. At first that is the last one of the
    /// checkpoint, which shows that both belong together.
    package var nextOffset: UInt64 {
        following?.isContinued == true ? machine.position : machine.position - 1
    }

    /// Folds the log's record at `offset`, which is `nextOffset`. Where the partition `isStalled`
    /// the caller should wait first.
    ///
    /// - Throws: `StoreFailure`: the log is not the checkpoint's, has lost a record, or holds one
    ///   that cannot be folded.
    package func follow(_ record: Span<UInt8>, at offset: UInt64) throws(StoreFailure) {
        try checkUsable()
        try guarded(isRetriable: false) { () throws(StoreFailure) in
            try checkNext(offset)
            guard following?.isContinued == true else { return try checkContinued(record) }
            try fold(record, isGathering: checkpoints.isGathering)
            durableEnd = machine.position
            try turn(mayWait: false)
        }
    }

    /// Whether somebody may have the log's record passed over: nothing in it can be folded, not by
    /// a later release either. Nil is a record without a value.
    package func mayPass(_ record: Span<UInt8>?) -> Bool {
        guard let record else { return true }
        return machine.mayPass(record)
    }

    /// The delivery that has not come while later ones of its sender have; see
    /// `PartitionMachine.missing`.
    package var missing: (sender: PartitionID, number: UInt64)? { machine.missing }

    /// Passes over the log's record at `offset`, which is `nextOffset` and which `mayPass`: nothing
    /// comes of it.
    ///
    /// - Throws: `StoreFailure`: the log is not the checkpoint's, or has lost a record.
    package func pass(_ record: Span<UInt8>?, at offset: UInt64) throws(StoreFailure) {
        precondition(mayPass(record), "what can be folded is folded by everybody")
        try checkUsable()
        try guarded(isRetriable: false) { () throws(StoreFailure) in
            try checkNext(offset)
            guard following?.isContinued == true else {
                // Of what was passed over a checkpoint keeps no checksum.
                guard machine.lastRecordChecksum == 0 else { throw notContinued }
                following?.isContinued = true
                return
            }
            passRecord()
            durableEnd = machine.position
            try turn(mayWait: false)
        }
    }

    private func checkNext(_ offset: UInt64) throws(StoreFailure) {
        guard offset == nextOffset else {
            throw StoreFailure(
                .damaged, "the log gives record \(offset) where \(nextOffset) is due",
                remedy: Remedy.restoreFromLog)
        }
    }

    private var notContinued: StoreFailure {
        StoreFailure(
            .damaged, "the log does not continue the checkpoint at record \(nextOffset)",
            remedy: Remedy.restoreFromLog)
    }

    /// The record that the checkpoint folded last must be the one that the log holds there.
    private func checkContinued(_ record: Span<UInt8>) throws(StoreFailure) {
        guard RecordCodec.soundChecksum(record) == machine.lastRecordChecksum else {
            throw notContinued
        }
        do throws(StepError) {
            try machine.admit(record)
        } catch {
            throw Self.failure(error)
        }
        following?.isContinued = true
    }

    /// Owns the log from here on: what was kept may leave, and what will be said.
    package func promote() { following?.isMuted = false }

    /// Takes the changes that may leave, in order; see `takeDeliveries`.
    package func takeChanges() -> [FeedChange] {
        isMuted ? [] : outputs.takeChanges(before: durableEnd)
    }

    /// All changes before an offset in the feed have arrived where they are kept.
    package func noteKept(before offset: UInt64) {
        noteArrived { $0.changes?.noteArrived(before: offset) }
    }

    /// A record that says in the log how far all that was said has arrived: to be written once a
    /// checkpoint is stored, for what stands by.
    ///
    /// - Returns: the record and the position that it names; nil where the log says so already.
    package func doneRecord() -> (record: [UInt8], position: UInt64)? {
        let position = storedPosition
        guard position > machine.doneOffset else { return nil }
        return (RecordCodec.encode(.done(offset: position), recordHead), position)
    }
}
