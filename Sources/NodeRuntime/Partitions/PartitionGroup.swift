internal import DequeModule
package import GraphCore
package import IdentityModel
internal import PartitionCore
package import WireFormat

/// All partitions of a store, on one thread: opens them, takes what they say to each other from one
/// to the other, and answers for them together.
///
/// It is *at rest* when every delivery has arrived and every record in the logs is folded. Opening
/// brings it there, where there is room, and so does every call that writes; what answers for the
/// whole graph (digest, counters, checkpoints that are read) is asked at rest.
///
/// For commands, and for a node before and after it serves. Used from one thread.
package final class PartitionGroup<Log: LogPort, State: StatePort> {
    /// The partitions, by number.
    package let runtimes: [PartitionRuntime<Log, State>]
    private let log: Log
    let settings: NodeSettings
    private var intakes: [DeliveryIntake]
    /// What may leave and is in no receiver's log yet, by sender.
    private var unsent: [Deque<DeliveryBundle>]

    /// Opens every partition, each on a thread of its own, looks whether a log has lost its tail,
    /// and has what is under way arrive. Where nothing can be written for a lack of room it stays
    /// under way.
    ///
    /// - Parameters:
    ///   - states: by partition, as many as the settings say.
    ///   - feed: where changes are kept, if they are.
    ///   - worker: makes what stores a partition's checkpoints.
    /// - Throws: `StoreFailure`.
    package init(
        log: Log, states: [State], settings: NodeSettings, feed: ChangeFeed? = nil,
        worker: @escaping @Sendable () -> any BackgroundWorker = { InlineWorker() }
    ) throws(StoreFailure) {
        precondition(states.count == settings.partitionCount, "each partition has its state")
        self.log = log
        self.settings = settings
        runtimes = try Self.open(log, states, settings, feed, worker)
        intakes = []
        unsent = states.map { _ in [] }
        for runtime in runtimes { intakes.append(DeliveryIntake(seen: runtime.seen)) }
        try checkTails()
        #if KillPoints
        KillPoint.tailsFolded.pass()
        #endif
        do throws(StoreFailure) {
            if runtimes.count > 1 { try settle() }
        } catch  where error.code == .noSpace {}
        #if KillPoints
        KillPoint.opened.pass()
        #endif
    }

    private static func open(
        _ log: Log, _ states: [State], _ settings: NodeSettings, _ feed: ChangeFeed?,
        _ worker: @escaping @Sendable () -> any BackgroundWorker
    ) throws(StoreFailure) -> [PartitionRuntime<Log, State>] {
        // unsafe: ports take calls from several threads, and each state is used by one here.
        nonisolated(unsafe) let (log, states) = (log, states)
        let opened = SystemThread.each(states.count) { place in
            do throws(StoreFailure) {
                let runtime = try PartitionRuntime(
                    PartitionID(UInt16(place)), log: log, state: states[place],
                    settings: settings, feed: feed, worker: worker())
                return Result<PartitionRuntime<Log, State>, StoreFailure>.success(runtime)
            } catch {
                return .failure(error)
            }
        }
        var runtimes: [PartitionRuntime<Log, State>] = []
        for result in opened { runtimes.append(try result.get()) }
        return runtimes
    }

    /// Takes over from threads of the partitions' own: what those have said to each other has
    /// arrived, or is said again once the partitions are opened again.
    func resume() { intakes = runtimes.map { DeliveryIntake(seen: $0.seen) } }

    /// Nobody has heard what its sender, whose whole log is folded, never said.
    private func checkTails() throws(StoreFailure) {
        for receiver in runtimes {
            for sender in runtimes
            where receiver.seen(from: sender.partition) > sender.sent(to: receiver.partition) {
                let (one, other) = (sender.partition.rawValue, receiver.partition.rawValue)
                throw StoreFailure(
                    .damaged,
                    "the log of partition \(one) has lost its tail: partition \(other) has heard "
                        + "\(receiver.seen(from: sender.partition)) deliveries of it, and it has "
                        + "sent \(sender.sent(to: receiver.partition))",
                    remedy: Remedy.rebuild)
            }
        }
    }

    // MARK: Writing

    /// Appends records, each to the log of a partition, and brings the group to rest. When it
    /// returns they are acknowledged and folded, and all that they gave rise to is.
    ///
    /// - Throws: `StoreFailure`, as `PartitionRuntime.append` does.
    package func append(
        _ records: [(partition: PartitionID, record: [UInt8])]
    ) throws(StoreFailure) {
        guard runtimes.count > 1 else {
            for (_, record) in records { _ = try runtimes[0].append(record) }
            return
        }
        for (partition, record) in records {
            _ = try runtimes[Int(partition.rawValue)].stage(record)
        }
        try foldStaged()
        try settle()
        try tick { $0.untoldCount >= TickPolicy.untoldLimit }
    }

    /// Has partitions tell what has changed.
    func tick(
        where isDue: (PartitionRuntime<Log, State>) -> Bool
    ) throws(StoreFailure) {
        for runtime in runtimes where isDue(runtime) { _ = try runtime.stage(runtime.tickRecord) }
        try foldStaged()
    }

    /// Has all that is under way arrive and be folded, and all that comes of it.
    ///
    /// - Throws: `StoreFailure`; after one for a lack of room the rest is still under way.
    package func settle() throws(StoreFailure) {
        try makeDurable()
        repeat { try foldStaged() } while try deliver()
    }

    /// Takes what may leave into the logs of its receivers, and says whether there was anything.
    private func deliver() throws(StoreFailure) -> Bool {
        var isMore = false
        for (place, sender) in runtimes.enumerated() {
            unsent[place].append(contentsOf: sender.bundles(of: sender.takeDeliveries()))
            while let bundle = unsent[place].first {
                isMore = true
                try take(bundle, from: sender)
                unsent[place].removeFirst()
            }
        }
        return isMore
    }

    private func take(
        _ bundle: DeliveryBundle, from sender: PartitionRuntime<Log, State>
    ) throws(StoreFailure) {
        let place = Int(bundle.to.rawValue)
        switch intakes[place].judge(bundle.numbers, from: sender.partition) {
        case .known:
            #if KillPoints
            KillPoint.repeatDropped.pass()
            #endif
            break
        case .early:
            throw StoreFailure(
                .damaged,
                "partition \(sender.partition.rawValue) says what runs ahead of what partition "
                    + "\(place) has heard of it", remedy: Remedy.rebuild)
        case .next:
            _ = try runtimes[place].stage(bundle.record)
            intakes[place].noteLogged(bundle.numbers.upperBound, from: sender.partition)
            #if KillPoints
            KillPoint.underwayArriving.pass()
            #endif
        }
        sender.noteArrived(at: bundle.to, number: bundle.numbers.upperBound)
    }

    private func foldStaged() throws(StoreFailure) {
        try makeDurable()
        for runtime in runtimes {
            while runtime.stagedCount > 0 { try runtime.foldStaged(mayWait: true) }
        }
    }

    /// Where power losses count, one sync makes all logs durable before anything leaves.
    private func makeDurable() throws(StoreFailure) {
        guard settings.durability == .fsync, runtimes.contains(where: \.hasUnsynced)
        else { return }
        try runtimes[0].sync()
        for runtime in runtimes { runtime.noteDurable(before: runtime.stagedEnd) }
    }

    /// Whether every delivery has arrived, and every record in the logs is folded.
    package var isAtRest: Bool { runtimes.allSatisfy { $0.hasArrived && $0.stagedCount == 0 } }

    /// Sees that the group is at rest, before the whole graph is asked for.
    ///
    /// - Throws: `StoreFailure` `noSpace`: what was under way when it was opened found no room.
    package func requireRest() throws(StoreFailure) {
        guard !isAtRest else { return }
        throw .noRoomForDeliveries
    }

    /// Stores a checkpoint of each partition behind whose last one anything lies, at rest; returns
    /// when they are stored.
    ///
    /// - Throws: `StoreFailure`.
    package func checkpoint() throws(StoreFailure) {
        if runtimes.count > 1 { try settle() }
        try requireRest()
        do throws(StoreFailure) {
            try tick { $0.awaitsTick }
        } catch  where error.code == .noSpace {}
        if runtimes.count > 1 { try collectPointers() }
        for runtime in runtimes { try runtime.checkpoint() }
    }

    /// Collects the forwarding pointers of partitions that get a checkpoint: nothing is under way
    /// that would follow one. Without room they stay.
    private func collectPointers() throws(StoreFailure) {
        let changed = runtimes.filter { $0.tailRecords > 0 }
        do throws(StoreFailure) {
            var isMore = true
            while isMore {
                isMore = false
                for runtime in changed {
                    guard let next = runtime.collectingRecord(atMost: .max) else { continue }
                    _ = try runtime.stage(next.record)
                    isMore = true
                }
                try foldStaged()
            }
        } catch  where error.code == .noSpace {}
    }

    /// Makes every record so far outlive a power loss.
    ///
    /// - Throws: `StoreFailure`.
    package func sync() throws(StoreFailure) { for runtime in runtimes { try runtime.sync() } }

    /// Lets go: waits for the workers, and refuses all further work.
    package func close() { for runtime in runtimes { runtime.close() } }

    // MARK: Asking

    /// How many partitions there are.
    package var partitionCount: UInt16 { settings.partitionCount }

    /// The partition that is home to a node.
    package func home(of node: NodeKey) -> PartitionRuntime<Log, State> {
        let home = PartitionID.home(of: node, among: settings.partitionCount)
        return runtimes[Int(home.rawValue)]
    }

    /// What a record's head says here.
    package var recordHead: RecordHead { runtimes[0].recordHead }

    /// Why the group refuses all further work; nil while it does not.
    package var failure: StoreFailure? {
        for runtime in runtimes { if let failure = runtime.failure { return failure } }
        return nil
    }

    /// Events folded so far, repeats included.
    package var eventCount: UInt64 { runtimes.reduce(0) { $0 + $1.eventCount } }

    /// Records behind the stored checkpoints.
    package var tailRecords: UInt64 { runtimes.reduce(0) { $0 + $1.tailRecords } }

    /// The memory that the graphs take, in bytes.
    package var memoryBytes: Int { runtimes.reduce(0) { $0 + $1.memoryBytes } }

    /// The logical digest of the whole graph.
    package var digest: Digest {
        var sum = Digest.zero
        for runtime in runtimes { sum += runtime.digest }
        return sum
    }

    /// What the graph holds and has done.
    package var counters: GraphCounters {
        var sum = GraphCounters()
        for runtime in runtimes { sum += runtime.counters }
        return sum
    }

    /// What checkpoints did and cost.
    package var checkpointStatistics: CheckpointStatistics {
        var sum = CheckpointStatistics()
        for runtime in runtimes { sum += runtime.checkpointStatistics }
        return sum
    }
}
