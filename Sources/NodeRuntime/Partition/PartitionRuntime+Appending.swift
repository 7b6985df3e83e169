internal import DequeModule
package import IdentityModel
internal import PartitionCore
internal import WireFormat

#if KillPoints
internal import GraphCore
#endif

// A partition that orders its log itself: a record is in the log before it is folded, and `append`
// returns (and so acknowledges) when it is as durable as asked.
extension PartitionRuntime where Log: LogPort {
    /// Opens the partition: reads its checkpoint and folds the log's tail.
    ///
    /// - Parameters:
    ///   - feed: where the changes that it tells are kept; where there is none they are counted.
    ///   - worker: stores checkpoints; for a long life one with a thread.
    /// - Throws: `StoreFailure`: the store is damaged, newer, foreign, or cannot be read.
    package convenience init(
        _ partition: PartitionID, log: Log, state: State, settings: NodeSettings,
        feed: ChangeFeed? = nil, worker: any BackgroundWorker = InlineWorker(),
        time: MonotonicTime = .system
    ) throws(StoreFailure) {
        try self.init(
            restoring: partition, log: log, state: state, settings: settings, feed: feed,
            following: nil, worker: worker, time: time)
        try foldTail()
        try self.feed?.finishOpening(told: machine.changeOffset)
    }

    // MARK: Writing

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

    /// Whether records are in the log that are not as durable as asked.
    var hasUnsynced: Bool { durableEnd < stagedEnd }

    /// Makes every record so far outlive a power loss.
    ///
    /// - Throws: `StoreFailure`.
    package func sync() throws(StoreFailure) {
        try checkUsable()
        try guarded { () throws(StoreFailure) in try log.sync() }
        durableEnd = stagedEnd
    }

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

    // MARK: Opening

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
}
