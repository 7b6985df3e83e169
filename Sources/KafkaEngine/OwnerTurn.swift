internal import IdentityModel
internal import KafkaLog
internal import NodeRuntime
internal import PartitionCore
internal import ProfileCore
internal import WireFormat

/// What a partition's thread does: folds what its log brings, and says what comes of it.
///
///     graph topic ──▶ follow ──▶ deliveries ──▶ graph topic, partitions of others
///                        │  └──▶ changes ─────▶ topics of changes and of profiles
///                        ├─ due: tick, done, collect, rules, logic ──▶ graph topic, its own
///                        │                                             partition
///                        └─ questions, answered between records
///
/// Every partition begins by standing by. Where it is to own, it first folds all that the log holds
/// by then: the `done`s of those who owned it before tell what need not be said again.
///
/// Used from one thread.
final class OwnerTurn<State: StatePort> {
    typealias Runtime = PartitionRuntime<FollowedLog, State>

    /// A record of the partition's own, by the token that its sending has.
    private enum OwnRecord: UInt64 { case tick, done, collect, rules, logic }

    let runtime: Runtime
    private let settings: EngineSettings
    private let time: MonotonicTime
    private let reader: KafkaReader
    private let sender: OrderedSender
    private let questions: FollowedQuestions<State>
    private var publisher: ChangesPublisher
    private var ticks: TickPolicy
    private var pointers: PointerCollection
    private let place: KafkaPartition
    /// The position of the last `done` that was sent.
    private var saidDone: UInt64
    /// The version of the rules that were sent last; 0: none.
    private var saidRules: UInt64 = 0
    /// The version of the logic that was sent last; 0: none.
    private var saidLogic: UInt64 = 0
    private var nextTend: UInt64 = 0
    /// Where the log ended when it was last read from; nil before.
    private(set) var logEnd: UInt64?
    /// A delivery that has not come for long; nil: there is none.
    private(set) var missing: MissingDelivery?
    private var missingWatch: MissingDeliveryWatch
    /// Where the log ended when it was asked for to own it; nil before.
    private var takeoverEnd: UInt64?
    private var failure: EngineFailure?

    /// Records that are folded between two looks at what else there is to do.
    private static var recordsAtOnce: Int { 64 }
    /// Milliseconds that a turn waits for a record, an acknowledgement or a question, each of which
    /// ends the wait; then it looks at what is due for its age, and whether it is to own.
    private static var idleMilliseconds: Int { 50 }
    /// Milliseconds that a turn waits for an acknowledgement where nothing may be folded before:
    /// questions do not end that wait.
    private static var busyMilliseconds: Int { 2 }
    /// Milliseconds that a broker has to say where the log ends; then it is asked again.
    private static var boundsMilliseconds: Int { 1_000 }
    /// Nanoseconds between two looks at what is due for its age: 10 ms.
    private static var tendNanoseconds: UInt64 { 10_000_000 }

    /// Opens the partition from its state, and begins to read its log from there on; answers what
    /// `host` is asked.
    ///
    /// - Throws: `EngineFailure`.
    init(
        _ partition: PartitionID, _ state: State, _ settings: EngineSettings,
        host: PartitionHost<FollowedLog, State>,
        worker: any BackgroundWorker, time: MonotonicTime = .system
    ) throws(EngineFailure) {
        self.settings = settings
        self.time = time
        let runtime = try EngineFailure.ofStore { () throws(StoreFailure) in
            try Runtime(
                following: partition, state: state, settings: settings.node, worker: worker,
                time: time)
        }
        self.runtime = runtime
        let graphLanes = (0..<Int32(settings.node.partitionCount)).map {
            KafkaPartition(settings.topics.graph, $0)
        }
        let place = graphLanes[Int(partition.rawValue)]
        self.place = place
        (reader, sender) = try EngineFailure.ofKafka { () throws(KafkaError) in
            let reader = try KafkaReader(settings.kafka)
            let sender = try OrderedSender(
                settings.kafka, lanes: graphLanes + ChangesPublisher.lanes(settings),
                waking: reader)
            try reader.start(place, at: .offset(Int64(runtime.nextOffset)))
            return (reader, sender)
        }
        questions = FollowedQuestions(of: host) { [reader] in reader.wake() }
        publisher = ChangesPublisher(firstLane: graphLanes.count, settings)
        ticks = TickPolicy(at: time.nanoseconds(), every: settings.tickNanoseconds)
        pointers = PointerCollection(runtime)
        missingWatch = MissingDeliveryWatch(patience: settings.missingNanoseconds)
        saidDone = runtime.doneOffset
    }

    /// Bytes that were sent and not heard of.
    var inFlightBytes: Int { sender.byteCount }
    /// How many producers were replaced.
    var renewals: UInt64 { sender.renewals }

    /// Does a little of everything that there is to do; where there is nothing, waits for it.
    ///
    /// - Throws: `EngineFailure`: the partition cannot go on.
    func turn(isToOwn: Bool) throws(EngineFailure) {
        let mayFold = !runtime.isStalled && sender.byteCount < settings.inFlightBytes
        try hear(waiting: mayFold ? 0 : Self.busyMilliseconds)
        if mayFold { try read() }
        if isToOwn, runtime.isMuted, try hasFoldedAll() { runtime.promote() }
        try say()
        questions.turn(runtime)
        if let failure = runtime.failure { throw .store(failure) }
        let now = time.nanoseconds()
        guard now >= nextTend || !mayFold else { return }
        try EngineFailure.ofStore { () throws(StoreFailure) in try runtime.tend() }
        nextTend = runtime.hasCheckpointToGather ? now : now + Self.tendNanoseconds
        logEnd = reader.knownEnd(of: place).map { UInt64($0) }
        missing = missingWatch.look(
            runtime.missing.map { MissingDelivery(sender: $0.sender, number: $0.number) }, at: now)
    }

    /// Hands over: what was said arrives, all is stored, and the log says so. Nothing is folded any
    /// more.
    ///
    /// - Returns: false where that took more than so many milliseconds: the next owner says again
    ///   what has not arrived.
    /// - Throws: `EngineFailure`.
    func handOver(withinMilliseconds limit: UInt64) throws(EngineFailure) -> Bool {
        guard !runtime.isMuted, runtime.failure == nil else { return true }
        let end = time.nanoseconds() + limit * 1_000_000
        try drain(until: end)
        guard runtime.hasArrived else { return false }
        try EngineFailure.ofStore { () throws(StoreFailure) in try runtime.checkpoint() }
        sayDone()
        try drain(until: end)
        return sender.count == 0
    }

    /// Lets go of everything, and says nothing more; whoever has asked is told so.
    func close() {
        questions.close(runtime.failure)
        reader.close()
        sender.close()
        runtime.close()
    }

    // MARK: Reading

    /// Folds what the log has brought; waits a little where it has brought nothing.
    private func read() throws(EngineFailure) {
        do throws(KafkaError) {
            try reader.poll(
                limit: Self.recordsAtOnce, timeoutMilliseconds: patience, event: { note($0) },
                message: { follow($0) })
        } catch {
            throw .kafka(error)
        }
        if let failure { throw failure }
    }

    /// Whether all is folded that the log held when this was first asked. What comes behind that
    /// has no end, where much comes.
    private func hasFoldedAll() throws(EngineFailure) -> Bool {
        if takeoverEnd == nil {
            do throws(KafkaError) {
                let bounds = try reader.bounds(
                    of: place, timeoutMilliseconds: Self.boundsMilliseconds)
                takeoverEnd = UInt64(bounds.upperBound)
            } catch  where error.isRetriable {
                return false
            } catch {
                throw .kafka(error)
            }
        }
        // Before the checkpoint's last record was seen nothing is known to be its log.
        let isContinued = runtime.nextOffset == runtime.position
        return isContinued && runtime.position >= takeoverEnd ?? 0
    }

    private var patience: Int {
        guard !questions.hasReady else { return 0 }
        let tick = runtime.isMuted ? nil : ticks.nextDue(runtime)
        guard let due = [tick, questions.nextDeadline].compactMap(\.self).min() else {
            return Self.idleMilliseconds
        }
        let now = time.nanoseconds()
        let wait = due > now ? Int((due - now) / 1_000_000) : 0
        return min(wait, Self.idleMilliseconds)
    }

    private func follow(_ message: borrowing KafkaMessage) {
        guard failure == nil else { return }
        let offset = UInt64(message.offset)
        do throws(EngineFailure) {
            try message.withValue { (value) throws(EngineFailure) in
                try fold(value, at: offset)
            }
        } catch { failure = error }
    }

    /// Folds a record; one that nobody can fold is passed over where all nodes are told to.
    private func fold(_ value: Span<UInt8>?, at offset: UInt64) throws(EngineFailure) {
        do throws(StoreFailure) {
            if settings.skips(PartitionID(UInt16(place.number)), offset), runtime.mayPass(value) {
                return try runtime.pass(value, at: offset)
            }
            guard let value else {
                throw StoreFailure(.damaged, "it has no value", remedy: Remedy.restoreFromLog)
            }
            try runtime.follow(value, at: offset)
        } catch {
            let mayPass = runtime.mayPass(value)
            guard mayPass || error.code == .newerFormat else { throw .store(error) }
            throw .record(
                RecordFault(offset: offset, reason: error.reason, mayPass: mayPass), error)
        }
    }

    private func note(_ event: KafkaReaderEvent) {
        switch event {
        case .reachedEnd: break
        case .failed(let error):
            // All else librdkafka tries again.
            if error.endsReading { failure = failure ?? .kafka(error) }
        }
    }

    // MARK: Saying

    /// Hands over what may leave, and what is due.
    private func say() throws(EngineFailure) {
        guard !runtime.isMuted else { return }
        for bundle in runtime.bundles(of: runtime.takeDeliveries()) {
            sender.send(
                OrderedSender.Message(value: bundle.record), on: Int(bundle.to.rawValue),
                token: bundle.numbers.upperBound)
        }
        try publisher.publish(runtime.takeChanges(), under: runtime.rules, through: sender)
        sayLogic()
        sayRules()
        sayTick()
        sayDone()
        guard let next = pointers.next(runtime) else { return }
        say(next.record, .collect)
        pointers.noteStaged(next.count, before: .max)
    }

    private func sayTick() {
        guard let due = ticks.nextDue(runtime) else { return }
        let now = time.nanoseconds()
        guard now >= due else { return }
        say(runtime.tickRecord, .tick)
        ticks.noteStaged(before: .max, at: now)
    }

    /// Puts rules in force that the nodes know and the log does not.
    private func sayRules() {
        let rules = settings.rules()
        guard rules.version > max(saidRules, runtime.rules.version) else { return }
        say(runtime.rulesRecord(rules), .rules)
        saidRules = rules.version
    }

    /// Brings a version of the logic into force that the store is at and the log is not.
    private func sayLogic() {
        let version = settings.recordHead.logicVersion
        guard version > max(saidLogic, runtime.logicVersion) else { return }
        say(runtime.logicRecord(version), .logic)
        saidLogic = version
    }

    private func sayDone() {
        guard let done = runtime.doneRecord(), done.position > saidDone else { return }
        say(done.record, .done)
        saidDone = done.position
    }

    private func say(_ record: [UInt8], _ kind: OwnRecord) {
        sender.send(
            OrderedSender.Message(value: record), on: Int(place.number), token: kind.rawValue)
    }

    /// Takes note of what has arrived, and sends what waits.
    private func hear(waiting milliseconds: Int) throws(EngineFailure) {
        let arrivals = try EngineFailure.ofKafka { () throws(KafkaError) in
            try sender.poll(timeoutMilliseconds: milliseconds)
        }
        for arrival in arrivals {
            if arrival.lane >= Int(settings.node.partitionCount) {
                runtime.noteKept(before: publisher.noteArrived(arrival.token))
            } else if arrival.lane != Int(place.number) {
                runtime.noteArrived(
                    at: PartitionID(UInt16(arrival.lane)), number: arrival.token)
            } else {
                noteLogged(OwnRecord(rawValue: arrival.token), at: arrival.offset)
            }
        }
    }

    /// A record of its own is in the log; where the broker did not say at which offset, the next of
    /// its kind waits for nothing.
    private func noteLogged(_ record: OwnRecord?, at offset: Int64?) {
        let end = offset.map { UInt64($0) + 1 } ?? 0
        switch record {
        case .tick: ticks.noteStaged(before: end, at: time.nanoseconds())
        case .collect: pointers.noteStaged(0, before: end)
        case .done, .rules, .logic, nil: break
        }
    }

    private func drain(until end: UInt64) throws(EngineFailure) {
        repeat {
            try hear(waiting: Self.busyMilliseconds)
        } while sender.count > 0 && time.nanoseconds() < end
    }
}
