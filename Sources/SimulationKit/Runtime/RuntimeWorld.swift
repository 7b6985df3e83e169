internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import PartitionCore
internal import RetailWorkload
internal import WireFormat

/// The partitions of one process as a node runs them: the real turn of `PartitionRuntime`, over
/// ports in memory, with workers that do their steps when chance says so, and a process that dies
/// between any two of them, with the power or without.
final class RuntimeWorld {
    typealias Runtime = PartitionRuntime<JointLog, SimulatedState>

    /// Somebody's deliveries on their way to a log.
    struct Letter {
        var sender: Int
        var receiver: Int
        var bundle: DeliveryBundle
    }

    let scenario: Scenario
    let mutant: ContractMutant?
    let log: JointLog
    let feed: JointFeed
    let states: [SimulatedState]
    private(set) var runtimes: [Runtime] = []
    private var workers: [HeldWorker] = []
    /// By sender times partitions plus receiver: what is on its way, the oldest first.
    private(set) var letters: [[Letter]]
    /// What has arrived and its sender was not told.
    private var receipts: [Letter] = []
    /// By receiver times partitions plus sender: the last number in the receiver's log.
    private var logged: [UInt64] = []
    /// By partition: before which record its log is synced.
    private var synced: [UInt64]
    /// By channel: what was said, by number. Where nothing that left can be lost it stays so.
    private var said: [[[UInt8]]]
    private let settings: NodeSettings
    private let identifiers: Identifiers
    private var builder = EventRecordBuilder()

    init(_ scenario: Scenario, mutant: ContractMutant?) throws(Violation) {
        self.scenario = scenario
        self.mutant = mutant
        let count = scenario.partitions
        log = JointLog(partitions: count, syncsNothing: mutant == .syncDoesNothing)
        feed = JointFeed(partitions: count)
        states = (0..<count).map { _ in SimulatedState() }
        letters = Array(repeating: [], count: count * count)
        said = Array(repeating: [], count: count * count)
        synced = Array(repeating: 0, count: count)
        identifiers = Identifiers.atLeast(scenario.workload.nodes)
        settings = NodeSettings(
            partitionCount: UInt16(count), namespaces: Identifiers.namespaces,
            configurationDigest: Identifiers.head.configurationDigest,
            durability: scenario.isEmbedded ? .fsync : .os,
            checkpoints: CheckpointPolicy(tailEvents: 3, tailBytes: 400),
            slice: CheckpointSlice(events: 1, entities: 2, bytes: 64, cutEntities: 1),
            memory: scenario.faults.contains(.evictions) ? scenario.memory : .unlimited,
            graphLimits: scenario.limits, deliveryLimits: scenario.deliveries)
        try open()
        guard let rules = scenario.rules.first else { return }
        for partition in 0..<count { try stage(Identifiers.record(of: rules), to: partition) }
        try sync()
    }

    private var all: Range<Int> { 0..<scenario.partitions }
    private var isSyncedFirst: Bool { settings.durability == .fsync }

    /// Runs what the runtime may refuse: here it never has a reason to.
    private func run<Answer>(
        _ body: () throws(StoreFailure) -> Answer
    ) throws(Violation) -> Answer {
        do throws(StoreFailure) {
            return try body()
        } catch {
            throw Violation("the runtime fails: \(error.reason)")
        }
    }

    // MARK: A process's life

    /// Opens all partitions, as after a start.
    private func open() throws(Violation) {
        workers = all.map { _ in HeldWorker() }
        runtimes = []
        let feed = ChangeFeed(self.feed, partitions: scenario.partitions)
        for partition in all {
            let worker = workers[partition]
            runtimes.append(
                try run { () throws(StoreFailure) in
                    try Runtime(
                        PartitionID(UInt16(partition)), log: log, state: states[partition],
                        settings: settings, feed: feed, worker: worker,
                        time: MonotonicTime { 0 })
                })
            synced[partition] = 0
        }
        logged = []
        for receiver in all {
            for sender in all {
                let seen = runtimes[receiver].seen(from: PartitionID(UInt16(sender)))
                let sent = runtimes[sender].sent(to: PartitionID(UInt16(receiver)))
                try require(
                    seen <= sent,
                    "the log of \(sender) has lost its tail: \(receiver) has seen \(seen)"
                        + " of \(sent)")
                logged.append(seen)
            }
        }
    }

    /// The process dies; with the power, the end of the log that was not synced may go too.
    ///
    /// - Returns: the events that were lost.
    func die(withPower: Bool, _ chance: inout SplitMix64) throws(Violation) -> [Int] {
        runtimes = []
        workers = []
        for channel in letters.indices { letters[channel] = [] }
        receipts = []
        log.nextEvents = []
        var lost: [Int] = []
        if withPower {
            lost = log.losePower(keeping: chance.next(below: log.unsyncedCount + 1))
            feed.losePower(keeping: chance.next(below: feed.unsyncedCount + 1))
        }
        try open()
        return lost
    }

    /// Whether a record waits to be folded.
    var hasStaged: Bool { runtimes.contains { $0.stagedCount > 0 } }

    // MARK: Steps of a turn

    /// Adds a record of events to the log of their home.
    func say(_ events: [Int], to partition: Int) throws(Violation) {
        for event in events { identifiers.append(scenario.events[event], to: &builder) }
        log.nextEvents = events
        try stage(builder.finish(Identifiers.head), to: partition)
    }

    /// Adds a record to a log.
    func stage(_ record: [UInt8], to partition: Int) throws(Violation) {
        _ = try run { () throws(StoreFailure) in try runtimes[partition].stage(record) }
    }

    /// Has what has changed be told.
    func tick(_ partition: Int) throws(Violation) {
        try stage(RecordCodec.encode(.tick(.minimum), Identifiers.head), to: partition)
    }

    /// Makes all logs durable.
    func sync() throws(Violation) {
        try run { () throws(StoreFailure) in try runtimes[0].sync() }
        for partition in all {
            synced[partition] = runtimes[partition].stagedEnd
            runtimes[partition].noteDurable(before: synced[partition])
        }
    }

    /// Folds the oldest staged record of a partition, where that may be.
    ///
    /// - Returns: whether there was one.
    func fold(_ partition: Int) throws(Violation) -> Bool {
        let runtime = runtimes[partition]
        guard runtime.stagedCount > 0, !runtime.isStalled,
            !isSyncedFirst || runtime.position < synced[partition]
        else { return false }
        try run { () throws(StoreFailure) in try runtime.foldStaged(mayWait: false) }
        return true
    }

    /// Takes what a partition lets leave, in records of so many bytes or of one delivery.
    ///
    /// - Returns: whether there was anything.
    func collect(_ partition: Int, bundleBytes: Int) throws(Violation) -> Bool {
        let runtime = runtimes[partition]
        let deliveries = runtime.takeDeliveries()
        if isSyncedFirst {
            for delivery in deliveries { try check(delivery, of: partition) }
        }
        let bundles = DeliveryBundle.bundles(
            of: deliveries, from: runtime.partition, runtime.recordHead, bytes: bundleBytes)
        for bundle in bundles {
            let receiver = Int(bundle.to.rawValue)
            letters[partition * scenario.partitions + receiver].append(
                Letter(sender: partition, receiver: receiver, bundle: bundle))
            if mutant == .receiptBeforeArrival {
                runtime.noteArrived(at: bundle.to, number: bundle.numbers.upperBound)
            }
        }
        return !deliveries.isEmpty
    }

    /// What was said under a number is said again under it, whatever died meanwhile.
    private func check(_ delivery: Delivery, of sender: Int) throws(Violation) {
        let channel = sender * scenario.partitions + Int(delivery.to.rawValue)
        let place = Int(delivery.number) - 1
        if place < said[channel].count {
            try require(
                said[channel][place] == delivery.body, "a delivery is said again, and otherwise")
        } else {
            try require(place == said[channel].count, "a delivery's number is left out")
            said[channel].append(delivery.body)
        }
    }

    /// The oldest letter of a channel comes into the log of its receiver, unless it is there: then
    /// it is dropped, or comes again.
    func deliver(_ channel: Int, again: Bool) throws(Violation) {
        let letter = letters[channel].removeFirst()
        let place = letter.receiver * scenario.partitions + letter.sender
        let numbers = letter.bundle.numbers
        try require(
            numbers.lowerBound <= logged[place] + 1,
            "delivery \(numbers.lowerBound) comes behind \(logged[place])")
        let isNext = numbers.upperBound > logged[place]
        if isNext || again {
            _ = try run { () throws(StoreFailure) in
                try runtimes[letter.receiver].stage(letter.bundle.record)
            }
        }
        if isNext { logged[place] = numbers.upperBound }
        receipts.append(letter)
    }

    /// A sender is told that something of it has arrived.
    ///
    /// - Returns: whether there was anything to tell.
    func tellReceipt(_ chance: inout SplitMix64) -> Bool {
        guard !receipts.isEmpty else { return false }
        let letter = receipts.remove(at: chance.next(below: receipts.count))
        runtimes[letter.sender].noteArrived(
            at: letter.bundle.to, number: letter.bundle.numbers.upperBound)
        return true
    }

    /// A worker does one step of what it has.
    func work(_ partition: Int) { workers[partition].advance() }

    /// A partition looks after its checkpoint.
    func tend(_ partition: Int) throws(Violation) {
        try run { () throws(StoreFailure) in try runtimes[partition].tend() }
    }

    /// A checkpoint is asked for.
    func requestCheckpoint(_ partition: Int) { runtimes[partition].requestCheckpoint() }

    // MARK: At the end

    /// Stores all, and opens it again.
    func restAndOpen() throws(Violation) {
        for runtime in runtimes {
            try require(runtime.hasArrived, "a runtime waits for what has arrived")
            try run { () throws(StoreFailure) in try runtime.checkpoint() }
            runtime.close()
        }
        try open()
    }

    /// Machines that fold the whole logs from their first records.
    func witnesses() throws(Violation) -> [Replica] {
        let foundry = Foundry(
            partitions: scenario.partitions, limits: scenario.limits,
            deliveries: scenario.deliveries)
        var replicas: [Replica] = []
        for partition in all {
            let replica = try Replica(partition, number: 0, from: Snapshot(), foundry)
            replicas.append(replica)
        }
        return replicas
    }
}
