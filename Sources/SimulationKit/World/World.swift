internal import GraphCore
internal import IdentityModel
internal import PartitionCore
internal import RetailWorkload
internal import WireFormat

/// All that is around the machines: logs, channels, replicas, checkpoints, and what goes wrong.
///
/// It performs `StepResult`'s ordering contract. *Witnesses* are replicas that never fail and fold
/// each record once it is durable: what they do is what the logs mean. Every other replica's
/// deliveries are compared with theirs.
final class World {
    static let snapshotsKept = 3

    let scenario: Scenario
    let mutant: ContractMutant?
    let foundry: Foundry
    let identifiers: Identifiers
    /// What chance does in the turn under way.
    var chance = SplitMix64(seed: 0)
    var logs: [SimulatedRecords]
    var network = Network()
    var feed: SimulatedFeed
    var witnesses: [Replica] = []
    /// By partition, by record: what folding it gives rise to.
    var ledger: [[StepResult]]
    var snapshots: [[Snapshot]]
    var owners: [Replica] = []
    /// Empty where one process is all there is.
    var standbys: [Replica] = []
    var zombies: [Replica] = []
    /// Events that are in the logs, durable, by their numbers.
    var accepted: [Int] = []
    /// Lost before they were acknowledged: the client says them again.
    var refused: [Int] = []
    /// What is told of the run; nil where nobody asked.
    var trace: TraceWriter?
    private var watch: Watch
    private var watched = WatchedStep()
    private var builder = EventRecordBuilder()
    private var replicaCount = 0
    /// By partition: whether its nodes were all upgraded.
    private var isUpgraded: [Bool]
    /// Records that witnesses have folded.
    private var foldedCount = 0

    init(_ scenario: Scenario, mutant: ContractMutant?, isTraced: Bool) throws(Violation) {
        self.scenario = scenario
        self.mutant = mutant
        let count = scenario.partitions
        foundry = Foundry(
            partitions: count, limits: scenario.limits, deliveries: scenario.deliveries)
        identifiers = Identifiers.atLeast(scenario.workload.nodes)
        logs = Array(repeating: SimulatedRecords(), count: count)
        ledger = Array(repeating: [], count: count)
        isUpgraded = Array(repeating: false, count: count)
        feed = SimulatedFeed(partitions: count)
        snapshots = Array(repeating: [Snapshot()], count: count)
        watch = Watch(nodes: scenario.workload.nodes, partitions: count)
        if isTraced {
            trace = TraceWriter()
            trace?.tell(scenario.headline)
        }
        for partition in 0..<count {
            witnesses.append(try replica(partition, from: Snapshot(), isWitness: true))
            owners.append(try restored(partition))
            if !scenario.isEmbedded { standbys.append(try restored(partition)) }
        }
        guard let rules = scenario.rules.first else { return }
        for partition in 0..<count {
            try append(Identifiers.record(of: rules), to: partition)
            try sync(partition)
        }
    }

    /// The partitions.
    var all: Range<Int> { 0..<scenario.partitions }

    /// Whether the schedule may do that.
    func allows(_ fault: Faults) -> Bool { scenario.faults.contains(fault) }

    /// A new replica, from one of the snapshots that are kept.
    func restored(_ partition: Int) throws(Violation) -> Replica {
        try replica(partition, from: chance.pick(snapshots[partition]))
    }

    private func replica(
        _ partition: Int, from snapshot: Snapshot, isWitness: Bool = false
    ) throws(Violation) -> Replica {
        replicaCount += 1
        let isOld = !isWitness && !isUpgraded[partition] && scenario.logic.isOld(replicaCount)
        return try Replica(
            partition, number: replicaCount, from: snapshot, foundry, isOld: isOld)
    }

    /// The partition's log tells that the logic of the next release is in force.
    func raiseLogic(_ partition: Int) throws(Violation) {
        try append(
            RecordCodec.encode(
                .logic(version: LogicPlan.new.upperBound), Identifiers.head), to: partition)
    }

    /// Owners whose programs lack the logic of their logs end, and the next release takes over.
    ///
    /// - Returns: whether there were any.
    func upgrade() throws(Violation) -> Bool {
        var isAny = false
        for partition in all where owners[partition].isOutdated {
            isUpgraded[partition] = true
            try restart(partition)
            isAny = true
        }
        return isAny
    }

    // MARK: Logs

    /// Adds a record of events to the log of their home.
    func say(_ events: [Int], to partition: Int) throws(Violation) {
        for event in events { identifiers.append(scenario.events[event], to: &builder) }
        try append(builder.finish(Identifiers.head), events: events, to: partition)
    }

    /// Adds a record to a log.
    func append(_ record: [UInt8], events: [Int] = [], to partition: Int) throws(Violation) {
        logs[partition].append(record, events: events)
        if !scenario.isEmbedded { try sync(partition) }
    }

    /// What is in a log is durable now: the witness folds it, and the owner may release.
    func sync(_ partition: Int) throws(Violation) {
        logs[partition].durable = logs[partition].end
        try testify(partition)
        _ = try release(owners[partition])
    }

    /// The witness folds what is durable.
    private func testify(_ partition: Int) throws(Violation) {
        let witness = witnesses[partition]
        while witness.position < logs[partition].durable {
            let position = witness.position
            let entry = try logs[partition].entry(position)
            let result = try witness.fold(entry.bytes)
            trace?.folded(partition, position, entry.bytes, result)
            ledger[partition].append(result)
            accepted += entry.events
            foldedCount += 1
            if scenario.size == .small {
                watched.reset()
                witness.store(watched: &watched)
                try watch.note(watched)
            } else if foldedCount % Self.watchPeriod == 0 {
                try lookAtAll()
            }
        }
    }

    /// How many records of a large run lie between two looks at what changed.
    private static let watchPeriod = 32

    /// Stores what all witnesses changed, and looks at it.
    func lookAtAll() throws(Violation) {
        watched.reset()
        for witness in witnesses { witness.store(watched: &watched) }
        try watch.note(watched)
    }

    // MARK: Replicas

    /// The owner folds, also what is not durable yet, and releases what it may.
    func advance(_ partition: Int) throws(Violation) -> Bool {
        let owner = owners[partition]
        let hasMoved = try owner.fold(logs[partition], before: logs[partition].end) {
            replica throws(Violation) in letGo(replica)
        }
        let hasReleased = try release(owner)
        if mutant == .changesCutAtBatchEnds, hasMoved, owner.waiting.isEmpty {
            let first = owner.changeOffset
            put(try owner.tellUnasked(), from: first, of: owner)
        }
        return hasMoved || hasReleased
    }

    /// Every so many records an owner lets go of memory. It does not store all before each time: so
    /// its state may still hold what has gone, and lack what has come.
    private func letGo(_ replica: Replica) {
        let period = scenario.habits.evictionPeriod
        guard period > 0, allows(.evictions), replica.position % period == 0 else { return }
        if replica.position / period % scenario.storePeriod == 0 { replica.store() }
        replica.evict(toBytes: scenario.habits.cacheBytes)
    }

    /// A standby folds, and forgets what its log says has arrived.
    func follow(_ standby: Replica) throws(Violation) {
        let log = logs[standby.partition]
        let start = standby.position
        _ = try standby.fold(log, before: log.durable) { _ in }
        for position in start..<standby.position {
            let record = decoded(try log.entry(position).bytes)
            guard case .done(let offset) = record else { continue }
            standby.forget(before: Int(offset))
        }
        if mutant == .standbyForgetsAll { standby.waiting.removeAll() }
    }

    private func decoded(_ bytes: [UInt8]) -> Record? {
        do throws(WireError) { return try RecordCodec.decode(bytes.span).record } catch {
            return nil
        }
    }

    /// One that was succeeded and does not know it folds and sends on.
    func haunt(_ index: Int) throws(Violation) {
        let zombie = zombies[index]
        let log = logs[zombie.partition]
        guard zombie.position >= log.base else {
            zombies.remove(at: index)
            return
        }
        _ = try zombie.fold(log, before: log.durable) { _ in }
        _ = try release(zombie)
    }

    /// Lets go of what came of durable records.
    func release(_ replica: Replica) throws(Violation) -> Bool {
        let durable = logs[replica.partition].durable
        var count = 0
        while count < replica.waiting.count,
            mutant == .releaseBeforeDurable || replica.waiting[count].position < durable
        {
            try emit(replica, replica.waiting[count])
            count += 1
        }
        replica.waiting.removeFirst(count)
        return count > 0
    }

    private func emit(_ replica: Replica, _ out: WaitingStep) throws(Violation) {
        let partition = replica.partition
        if out.position < ledger[partition].count {
            try require(
                out.result == ledger[partition][out.position],
                "a replay of \(partition):\(out.position) says "
                    + TraceWriter.difference(out.result, ledger[partition][out.position]))
        }
        for delivery in out.result.deliveries {
            network.put(
                .delivery(delivery, logic: replica.logicVersion), from: partition, replica.number,
                to: Int(delivery.to.rawValue))
        }
        put(out.result.changes, from: out.firstChange, of: replica)
    }

    private func put(_ changes: [CustomerChange], from first: UInt64, of replica: Replica) {
        guard !changes.isEmpty else { return }
        network.put(
            .changes(from: first, changes), from: replica.partition, replica.number,
            to: Network.feed)
    }

    // MARK: Channels

    /// The oldest of a queue arrives: once, twice, or never; of deliveries several, if there are,
    /// in one record.
    ///
    /// - Returns: the partition that it arrived at; nil for none.
    func deliver(_ index: Int, times: Int, together: Int) throws(Violation) -> Int? {
        let queue = network.ready[index]
        let isFeed = queue.receiver == Network.feed
        let parcels = network.take(index, atMost: isFeed ? 1 : together)
        guard times > 0 else {
            let receiver = isFeed ? "the feed" : "\(queue.receiver)"
            tell("dropped: the next \(parcels.count) from \(queue.sender) to \(receiver)")
            if owners[queue.sender].number == queue.replica {
                owners[queue.sender].isBroken = true
            }
            return nil
        }
        var deliveries: [Delivery] = []
        var head = Identifiers.head
        for parcel in parcels {
            switch parcel {
            case .delivery(let delivery, let logic):
                deliveries.append(delivery)
                head.logicVersion = max(head.logicVersion, logic)
            case .changes(let first, let changes):
                for _ in 0..<times { try feed.take(changes, from: first, of: queue.sender) }
            }
        }
        let bundles = DeliveryBundle.bundles(
            of: deliveries, from: PartitionID(UInt16(queue.sender)), head)
        for bundle in bundles {
            for _ in 0..<times { try append(bundle.record, to: queue.receiver) }
        }
        return isFeed ? nil : queue.receiver
    }

    /// The owner has its log say that what has changed is to be told.
    func tick(_ partition: Int) throws(Violation) {
        try append(RecordCodec.encode(.tick(.minimum), Identifiers.head), to: partition)
    }

    /// Tells what was done to the run, if anybody asked.
    func tell(_ sentence: @autoclosure () -> String) { trace?.tell(sentence()) }
}
