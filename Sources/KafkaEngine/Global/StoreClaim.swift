package import KafkaLog
internal import NodeRuntime
internal import PartitionCore

/// Says at a node's start which store it is of, and hears which the topics are of: the first node
/// writes the record `store`, all others compare. A node that lacks the version of the machine's
/// logic that the store is at is refused, before it takes part in anything.
///
///     read to the end ──none, or namespaces were added──▶ write, and read until it is there ──┐
///            │ ▲                                                                              │
///            │ └──────────────────────────────────────────────────────────────────────────────┘
///            └──what stands is the last record──▶ it is this store, or the node is refused
package struct StoreClaim {
    private let topic: GlobalTopic
    private let name: String
    private let milliseconds: Int
    private let end: UInt64
    private var register = StoreRegister()
    private var logic = LogicRegister()

    /// Milliseconds that one look at the topic waits for records.
    private static let pollMilliseconds = 20

    /// Returns once what stands is this store; a node that is refused leaves the record in order,
    /// too.
    ///
    /// - Parameters:
    ///   - knownLogic: the versions of the machine's logic that the node knows.
    ///   - milliseconds: how long all of it may take.
    /// - Throws: `EngineFailure`: the topics are another store's, or are at a version of the logic
    ///   that the node lacks; the record cannot be read, or the cluster does not answer.
    package static func make(
        _ own: StoreIdentity, _ kafka: KafkaSettings, _ topics: TopicNames,
        knownLogic: ClosedRange<UInt64> = PartitionMachine.knownLogic,
        timeoutMilliseconds milliseconds: Int
    ) throws(EngineFailure) {
        let topic = try EngineFailure.ofKafka { () throws(KafkaError) in
            try GlobalTopic(kafka, topics)
        }
        defer { topic.close() }
        var claim = StoreClaim(topic, topics.global, milliseconds)
        while !topic.hasReachedEnd { try claim.read() }
        if claim.register.standing == nil, claim.logic.standing < knownLogic.lowerBound {
            // A store that begins has nothing that earlier logic has folded.
            try claim.write(LogicRecord.key, LogicRecord.encode(knownLogic.lowerBound))
        }
        while let record = claim.register.record(toClaim: own) {
            try claim.write(StoreIdentity.key, GlobalValue.encode(record))
        }
        if let refusal = claim.register.standing?.refusal(of: own, topics.prefix)
            ?? claim.logic.refusal(of: knownLogic, topics.prefix)
        {
            throw .store(refusal)
        }
    }

    private init(_ topic: GlobalTopic, _ name: String, _ milliseconds: Int) {
        self.topic = topic
        self.name = name
        self.milliseconds = milliseconds
        end = MonotonicTime.system.nanoseconds() + UInt64(max(0, milliseconds)) * 1_000_000
    }

    /// Writes a value, and reads all that the topic held once it was there: what another node wrote
    /// meanwhile may stand before it, or behind it.
    private mutating func write(_ key: [UInt8], _ value: [UInt8]) throws(EngineFailure) {
        topic.send(key: key, value: value)
        while topic.pendingCount > 0 { try read() }
        let written = try EngineFailure.ofKafka { () throws(KafkaError) in
            try topic.end(timeoutMilliseconds: remainingMilliseconds())
        }
        while topic.position < written { try read() }
    }

    /// Takes what has come.
    private mutating func read() throws(EngineFailure) {
        let records = try EngineFailure.ofKafka { () throws(KafkaError) in
            let wait = min(Self.pollMilliseconds, try remainingMilliseconds())
            return try topic.poll(timeoutMilliseconds: wait)
        }
        for record in records {
            if record.key == StoreIdentity.key { try register.take(record.value) }
            if record.key == LogicRecord.key { logic.take(try LogicRecord.decode(record.value)) }
        }
    }

    /// How long it may still take, at least a millisecond.
    private func remainingMilliseconds() throws(KafkaError) -> Int {
        let now = MonotonicTime.system.nanoseconds()
        guard now < end else {
            throw KafkaError(
                .timedOut, "\(name) was not read and written within \(milliseconds) ms")
        }
        return max(1, Int((end - now) / 1_000_000))
    }
}
