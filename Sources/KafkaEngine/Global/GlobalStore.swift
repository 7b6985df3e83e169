package import IdentityModel
internal import KafkaLog
package import NodeRuntime
package import ProfileCore

/// What all nodes of a store know and every part of a node goes by, filled from the global topic on
/// a thread of its own: the survivorship rules, the version of the machine's logic, and which
/// records are passed over. (Placement and node addresses are read by `ClusterMember`, whose
/// coordinator also says when the logic is raised.)
///
///     put ──▶ record under the next version ──▶ global topic ──▶ read back ──▶ stands: answered
///                         ▲                                          │
///                         └────────── another's has come before ◀────┘
///
/// A partition learns of rules and of the logic by records in its own log, which its owner writes
/// once it hears of them here (`OwnerTurn`); twice is no fault, since the machine takes greater
/// versions only.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
package final class GlobalStore: @unchecked Sendable {
    /// Rules in force, and whether these are others than before.
    package typealias Outcome = (rules: SurvivorshipRules, isNew: Bool)

    private struct Job {
        let number: UInt64
        let given: SurvivorshipRules
        let reply: Reply<Outcome>
        /// Whether they come with the node's start, which is not ready before they are in force.
        var isOfStart = false
        /// Whether they were written: they may stand although no word of it was read.
        var wasWritten = false
    }

    private let engine: EngineSettings
    private let settings: ClusterSettings
    private let mutex = Mutex()
    private var known = SurvivorshipRules.standing
    private var knownLogic = LogicRegister()
    private var knownSkips: [SkipRecord] = []
    private var isFilled = false
    private var lastFailure: EngineFailure?
    private var offered: [Job] = []
    private var nextNumber: UInt64 = 1
    private var isEnding = false
    private var thread: SystemThread?

    /// Milliseconds that a look at the topic waits for records.
    private static let pollMilliseconds = 50

    /// Begins to read, and puts rules in force where some are given.
    package init(
        _ engine: EngineSettings, _ settings: ClusterSettings, putting given: SurvivorshipRules?
    ) {
        self.engine = engine
        self.settings = settings
        if let given {
            let nobody = Reply<Outcome>(deadline: Deadline(nanoseconds: .max)) { _ in }
            offered = [Job(number: 0, given: given, reply: nobody, isOfStart: true)]
        }
        thread = SystemThread { self.run() }
    }

    // MARK: Any thread

    /// The survivorship rules in force; those of a store that was given none until `isReady`.
    package var rules: SurvivorshipRules { mutex.locked { known } }
    /// The version of the machine's logic that the store is at; the first until `isReady`.
    package var logicVersion: UInt64 { mutex.locked { knownLogic.standing } }
    /// The records that all nodes are to pass over, in the order in which that was said.
    package var skips: [SkipRecord] { mutex.locked { knownSkips } }

    /// Whether all nodes are to pass over the record of a partition's log at an offset.
    package func isSkipped(_ partition: PartitionID, _ offset: UInt64) -> Bool {
        mutex.locked {
            knownSkips.contains { $0.partition == partition.rawValue && $0.offset == offset }
        }
    }

    /// Whether all was read that the topic held at the start, and what was given is in force.
    package var isReady: Bool { mutex.locked { isFilled } }
    /// Why the topic is not read; it is tried again. Nil where it is.
    package var failure: EngineFailure? { mutex.locked { lastFailure } }

    /// Puts rules in force; the same ones change nothing. Of several at once each gets a version
    /// of its own, and the last of them stands.
    ///
    /// - Returns: what is in force, once the topic has it. Past the deadline the rules may come to
    ///   be in force all the same.
    package func put(
        _ given: SurvivorshipRules, by deadline: Deadline
    ) async -> Result<Outcome, ServingError> {
        await withCheckedContinuation { continuation in
            offer(given, Reply(deadline: deadline) { continuation.resume(returning: $0) })
        }
    }

    /// Ends it, and returns when it has ended; who waits is refused. To be called once.
    package func stop() {
        let last = mutex.locked {
            isEnding = true
            mutex.signal()
            defer { thread = nil }
            return thread
        }
        last?.join()
    }

    private func offer(_ given: SurvivorshipRules, _ reply: Reply<Outcome>) {
        let isClosed = mutex.locked {
            if !isEnding {
                offered.append(Job(number: nextNumber, given: given, reply: reply))
                nextNumber += 1
            }
            return isEnding
        }
        if isClosed { reply.refuse(.closed) }
    }

    // MARK: The thread

    private func run() {
        var retry = RetryPause(settings)
        while mutex.locked({ !isEnding }) {
            do throws(EngineFailure) {
                try live(&retry)
            } catch {
                pause(after: error, until: retry.next(at: MonotonicTime.system.nanoseconds()))
            }
        }
        let left = mutex.locked {
            defer { offered = [] }
            return offered
        }
        for job in left { job.reply.refuse(.closed) }
    }

    /// One reading of the topic, until the end or a failure.
    private func live(_ retry: inout RetryPause) throws(EngineFailure) {
        let topic = try EngineFailure.ofKafka { () throws(KafkaError) in
            try GlobalTopic(engine.kafka, engine.topics)
        }
        defer { topic.close() }
        var (draft, logic) = (RulesDraft(), LogicRegister())
        var skips: [SkipRecord] = []
        while mutex.locked({ !isEnding }) {
            let records = try EngineFailure.ofKafka { () throws(KafkaError) in
                try topic.poll(timeoutMilliseconds: Self.pollMilliseconds)
            }
            var stood: [(asker: UInt64, rules: SurvivorshipRules)] = []
            for record in records {
                try Self.note(record, in: &skips)
                if record.key == LogicRecord.key {
                    logic.take(try LogicRecord.decode(record.value))
                }
                guard record.key == RulesRecord.key else { continue }
                if let own = try draft.take(record.value) { stood.append(own) }
            }
            let answers = stood.compactMap { own in take(own.asker).map { ($0, own.rules) } }
            guard topic.hasReachedEnd else { continue }
            retry.reset()
            mutex.locked {
                known = draft.register.standing
                knownLogic = logic
                knownSkips = skips
                isFilled = isFilled || !offered.contains { $0.isOfStart }
                lastFailure = nil
            }
            // Not before they are in force here.
            for (job, rules) in answers { job.reply.answer(.success((rules, true))) }
            dropOverdue()
            guard draft.isIdle, let (next, asker) = nextRecord(draft.register) else { continue }
            topic.send(key: RulesRecord.key, value: RulesRecord.encode(next))
            draft.write(next, for: asker)
        }
    }

    private static func note(
        _ record: GlobalTopic.Record, in skips: inout [SkipRecord]
    ) throws(EngineFailure) {
        guard let place = SkipRecord.place(record.key) else { return }
        skips.removeAll { $0.partition == place.partition && $0.offset == place.offset }
        guard let value = record.value,
            let skip = try SkipRecord(key: record.key, value: value)
        else { return }
        skips.append(skip)
    }

    /// What is to be written now: rules that somebody puts, or those that stand, where the last
    /// record does not say so. Answers whoever has what was asked for.
    private func nextRecord(
        _ register: RulesRegister
    ) -> (rules: SurvivorshipRules, asker: UInt64?)? {
        guard register.isLast else { return (register.standing, nil) }
        while let job = mutex.locked({ offered.first }) {
            let change = register.change(to: job.given)
            guard !change.isNew else {
                mutex.locked { offered[0].wasWritten = true }
                return (change.rules, job.number)
            }
            take(job.number)?.reply.answer(.success((register.standing, job.wasWritten)))
        }
        return nil
    }

    /// Takes a job out of those that wait; nil where it does not wait any more.
    private func take(_ number: UInt64) -> Job? {
        mutex.locked {
            offered.firstIndex { $0.number == number }.map { offered.remove(at: $0) }
        }
    }

    /// Refuses what is over its deadline.
    private func dropOverdue() {
        let now = Deadline.after(nanoseconds: 0)
        let overdue = mutex.locked {
            defer { offered.removeAll { $0.reply.deadline < now } }
            return offered.filter { $0.reply.deadline < now }
        }
        for job in overdue { job.reply.refuse(.deadlinePassed) }
    }

    private func pause(after failure: EngineFailure, until end: UInt64) {
        mutex.locked {
            lastFailure = failure
            while !isEnding, MonotonicTime.system.nanoseconds() < end { mutex.wait(until: end) }
        }
        dropOverdue()
    }
}
