internal import IdentityModel
internal import KafkaLog
internal import NodeKeys
internal import NodeRuntime

/// What a router's thread does: takes what producers have sent, and has it in the partitions' logs.
///
///     events topic ──▶ read ──▶ records ──▶ graph topic     acknowledged ──▶ source offsets
///                        └refused▶ dead letters ┘                            are committed
///
/// It keeps no state: who takes its place begins where it has committed, and what so comes twice
/// are facts. Used from one thread.
final class RouterTurn {
    private let settings: EngineSettings
    private let group: KafkaGroup
    private let sender: OrderedSender
    private var source: SourceReader
    private var ledger = CommitLedger()
    /// What was read in this turn: behind the last message of each partition.
    private var positions: [KafkaPosition] = []
    private var letters: [(lane: Int, message: OrderedSender.Message)] = []
    private var nextCommit: UInt64 = 0
    private var failure: EngineFailure?
    /// The partitions that it reads.
    private(set) var assigned: [KafkaPartition] = []
    /// What the group has committed, as far as this member was told.
    private(set) var committed: [KafkaPosition] = []

    /// Messages that are read between two looks at what else there is to do.
    private static let messagesAtOnce = 1_000
    /// Milliseconds that a turn waits for an acknowledgement where it may not read, and for
    /// messages, where an acknowledgement ends the wait.
    private static let waitMilliseconds = (busy: 5, idle: 50)
    /// Nanoseconds between two commits: 100 ms. So much is read again after an end without one.
    private static let commitNanoseconds: UInt64 = 100_000_000
    /// Milliseconds that a commit at the end takes at most.
    private static let commitMilliseconds = 5_000

    /// Joins the group of routers.
    ///
    /// - Throws: `EngineFailure`.
    init(_ settings: EngineSettings, hasher: NodeKeyHasher) throws(EngineFailure) {
        self.settings = settings
        source = SourceReader(
            settings.node, hasher: hasher, rules: settings.rules(), head: settings.recordHead)
        let graphLanes = (0..<Int32(settings.node.partitionCount)).map {
            KafkaPartition(settings.topics.graph, $0)
        }
        let letterLanes = (0..<settings.deadLetterPartitions).map {
            KafkaPartition(settings.topics.deadLetters, $0)
        }
        (group, sender) = try EngineFailure.ofKafka { () throws(KafkaError) in
            let group = try KafkaGroup(
                settings.kafka, KafkaGroupSettings(groupID: settings.topics.routers))
            let sender = try OrderedSender(
                settings.kafka, lanes: graphLanes + letterLanes, waking: group)
            try group.join([settings.topics.events])
            return (group, sender)
        }
    }

    /// Events that were taken.
    var accepted: UInt64 { source.accepted }
    /// Events that were refused.
    var refused: UInt64 { source.refused }
    /// How many producers were replaced.
    var renewals: UInt64 { sender.renewals }
    /// Whether all that was read is in its logs.
    var isIdle: Bool { sender.count == 0 }

    /// Takes what has come, sends what comes of it, commits what has arrived; where there is
    /// nothing, waits for it.
    ///
    /// - Throws: `EngineFailure`: the router cannot go on.
    func turn() throws(EngineFailure) {
        let mayRead = sender.byteCount < settings.inFlightBytes
        try hear(waiting: mayRead ? 0 : Self.waitMilliseconds.busy)
        guard mayRead else { return }
        do throws(KafkaError) {
            try group.poll(
                limit: Self.messagesAtOnce, timeoutMilliseconds: Self.waitMilliseconds.idle,
                event: { note($0) }, message: { read($0) })
        } catch {
            throw .kafka(error)
        }
        if let failure { throw failure }
        sendBatch()
        try hear(waiting: 0)
    }

    /// Waits for what was sent, commits it, and leaves the group, so that others go on at once.
    ///
    /// - Throws: `EngineFailure`.
    func finish(withinMilliseconds limit: UInt64) throws(EngineFailure) {
        let end = MonotonicTime.system.nanoseconds() + limit * 1_000_000
        while sender.count > 0, MonotonicTime.system.nanoseconds() < end {
            for arrival in try poll(waiting: Self.waitMilliseconds.busy) {
                ledger.noteArrived(arrival.token)
            }
        }
        // What is not committed is read again by whoever goes on.
        try? group.commit(ledger.takeFinished(), timeoutMilliseconds: Self.commitMilliseconds)
        group.close()
    }

    /// Lets go of everything.
    func close() {
        sender.close()
        group.close()
    }

    // MARK: Parts

    private func read(_ message: borrowing KafkaMessage) {
        let partition = KafkaPartition(settings.topics.events, message.partition)
        let offset = message.offset
        positions.removeAll { $0.partition == partition }
        positions.append(KafkaPosition(partition, offset + 1))
        let now = TickPolicy.now
        let time = message.timestampMilliseconds.map {
            min(max(EventTime(milliseconds: $0), .minimum), .maximum)
        }
        let lane =
            Int(settings.node.partitionCount)
            + Int(message.partition % settings.deadLetterPartitions)
        message.withValue { value in
            guard let value else { return }
            // Asked for each: whoever was told that rules are in force sends by them from then on.
            source.take(settings.rules(), settings.recordHead)
            source.read(value, at: time ?? now) { event, reason in
                letters.append(
                    (
                        lane,
                        DeadLetter.message(event, reason: reason, from: partition, at: offset)
                    ))
            }
        }
    }

    /// Sends what came of the messages that were just read.
    private func sendBatch() {
        let records = source.takeRecords()
        defer {
            positions.removeAll(keepingCapacity: true)
            letters.removeAll(keepingCapacity: true)
        }
        // What was read before its partition was taken away, others read.
        guard !positions.isEmpty else { return }
        let number = ledger.next
        for (partition, record) in records {
            sender.send(
                OrderedSender.Message(value: record), on: Int(partition.rawValue), token: number)
        }
        for (lane, message) in letters { sender.send(message, on: lane, token: number) }
        ledger.add(positions, remaining: records.count + letters.count)
    }

    private func note(_ event: KafkaGroupEvent) {
        switch event {
        case .assigned(let partitions): assigned += partitions
        case .revoked(let partitions, _):
            assigned.removeAll { partitions.contains($0) }
            positions.removeAll { partitions.contains($0.partition) }
            ledger.drop(partitions)
        case .committed(let positions, nil):
            for position in positions {
                committed.removeAll { $0.partition == position.partition }
                committed.append(position)
            }
        // Such as while the group takes a member in: partitions that this one keeps it has to
        // commit then, also where nothing more comes of them.
        case .committed(let positions, _?): ledger.noteRefused(positions)
        case .reachedEnd: break
        case .failed(let error):
            // All else librdkafka tries again.
            if error.endsReading { failure = failure ?? .kafka(error) }
        }
    }

    /// Takes note of what has arrived, sends what waits, and commits what may be.
    private func hear(waiting milliseconds: Int) throws(EngineFailure) {
        for arrival in try poll(waiting: milliseconds) { ledger.noteArrived(arrival.token) }
        let now = MonotonicTime.system.nanoseconds()
        guard now >= nextCommit else { return }
        let finished = ledger.takeFinished()
        guard !finished.isEmpty else { return }
        nextCommit = now + Self.commitNanoseconds
        try EngineFailure.ofKafka { () throws(KafkaError) in try group.commitSoon(finished) }
    }

    private func poll(waiting milliseconds: Int) throws(EngineFailure) -> [OrderedSender.Arrival] {
        try EngineFailure.ofKafka { () throws(KafkaError) in
            try sender.poll(timeoutMilliseconds: milliseconds)
        }
    }
}
