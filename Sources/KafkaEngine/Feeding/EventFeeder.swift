internal import IdentityModel
package import KafkaLog
internal import NodeRuntime
internal import PartitionCore
package import ProfileCore
package import WireFormat

/// Feeds packed frames of events into the topic of events, beside those who send there, too.
///
///     send ──▶ brokers have it: acknowledged ──▶ routers have committed it: taken ──▶ folded
///                └─ bytes in flight                └─ events that wait              └─ records
///
/// Each of the three is bounded, and a rate may be given: so a replay of years takes what live
/// events leave, and these wait behind a bounded number of its own. It is the topic of events all
/// the same: whichever way events come, they meet in the one log of each partition, so that a
/// topic of their own would not have them wait less.
///
/// A repeat of events changes nothing: what was sent and is not acknowledged may be sent again.
///
/// Used from one thread.
package final class EventFeeder {
    private let settings: FeederSettings
    private let kafka: KafkaSettings
    private let topics: TopicNames
    private let store: FedStore
    private let sender: OrderedSender
    private let routers: KafkaGroup
    private let lanes: [KafkaPartition]
    private var ledger = FeedLedger()
    /// Frames that the brokers have, and of which it is still to be asked where.
    private var unplaced: [OrderedSender.Arrival] = []
    /// When the next frame may leave, by the rate.
    private var due: UInt64
    private var nextLook: UInt64 = 0
    /// What the head of a frame says.
    package let recordHead: RecordHead

    /// Nanoseconds between two looks at how far routers and partitions are: 100 ms.
    private static let lookNanoseconds: UInt64 = 100_000_000
    /// Milliseconds that a broker has to say how far the routers are, or where a log ends; then it
    /// is asked again.
    private static let questionMilliseconds = 5_000

    /// A feeder of the store at `topics`, which has these keys.
    ///
    /// - Parameter milliseconds: how long each question to the brokers may take.
    /// - Throws: `EngineFailure`: there is no store, or another one; the cluster does not answer.
    package init(
        _ kafka: KafkaSettings, _ topics: TopicNames, _ keys: StoreKeys,
        _ settings: FeederSettings = FeederSettings(), timeoutMilliseconds milliseconds: Int
    ) throws(EngineFailure) {
        let store = try FedStore(kafka, topics, keys, timeoutMilliseconds: milliseconds)
        self.store = store
        self.settings = settings
        self.kafka = kafka
        self.topics = topics
        // The nodes know what the store is at; a feeder of an earlier release says what it knows.
        recordHead = RecordHead(
            logicVersion: min(store.logicVersion, PartitionMachine.knownLogic.upperBound),
            configurationDigest: keys.configurationDigest)
        due = settings.time.nanoseconds()
        do throws(KafkaError) {
            let admin = try KafkaAdmin(kafka)
            defer { admin.close() }
            let topic = try admin.topic(topics.events, timeoutMilliseconds: milliseconds)
            lanes = topic.partitions.indices.map { KafkaPartition(topics.events, Int32($0)) }
            sender = try OrderedSender(kafka, lanes: lanes)
            // It asks what the group has committed, and never joins it.
            routers = try KafkaGroup(kafka, KafkaGroupSettings(groupID: topics.routers))
        } catch {
            store.close()
            throw .kafka(error)
        }
    }

    /// The survivorship rules that were in force when this was made: by others routers may refuse
    /// what these let pass.
    package var rules: SurvivorshipRules { store.rules }
    /// How many frames the brokers have acknowledged, each with all before it.
    package var acknowledged: Int { ledger.acknowledged }
    /// How many frames were sent of which nothing was heard.
    package var pendingCount: Int { sender.count + unplaced.count }
    /// Events that no router is known to have taken.
    package var untakenEvents: Int { ledger.untakenEvents }
    /// Whether a further frame may be sent now.
    package var hasRoom: Bool {
        sender.byteCount < settings.inFlightBytes
            && ledger.untakenEvents < settings.untakenEvents
            && store.folds.mostBehind <= settings.recordsBehind
            && settings.time.nanoseconds() >= due
    }

    /// Takes a frame of so many events, a record that `EventRouter` made under `recordHead`; it
    /// leaves with the next `poll`.
    package func send(_ frame: [UInt8], events: Int) {
        let number = ledger.next
        let lane = number % lanes.count
        ledger.add(to: lane, events: events)
        sender.send(OrderedSender.Message(value: frame), on: lane, token: UInt64(number))
        guard let rate = settings.eventsPerSecond else { return }
        // What was not used of the past is not made up for.
        due = max(due, settings.time.nanoseconds())
        due += UInt64(events) * 1_000_000_000 / UInt64(rate)
    }

    /// Sends what was taken, and hears what has become of it, waiting up to so many milliseconds.
    ///
    /// - Throws: `EngineFailure`: the cluster refuses for good.
    package func poll(timeoutMilliseconds: Int) throws(EngineFailure) {
        let arrivals = try EngineFailure.ofKafka { () throws(KafkaError) in
            unplaced + (try sender.poll(timeoutMilliseconds: timeoutMilliseconds))
        }
        unplaced = []
        for arrival in arrivals {
            guard let offset = try offset(of: arrival) else {
                unplaced.append(arrival)
                continue
            }
            ledger.noteAcknowledged(Int(arrival.token), at: offset)
        }
        let now = MonotonicTime.system.nanoseconds()
        guard now >= nextLook else { return }
        try look()
        nextLook = MonotonicTime.system.nanoseconds() + Self.lookNanoseconds
    }

    /// By partition, where the store's logs end now: what was taken lies before. Nil where the
    /// brokers do not say it just now.
    ///
    /// - Throws: `EngineFailure`.
    package func logEnds() throws(EngineFailure) -> [UInt64]? {
        var ends: [UInt64] = []
        for partition in 0..<Int32(store.identity.partitions) {
            guard let end = try end(of: KafkaPartition(topics.graph, partition)) else {
                return nil
            }
            ends.append(UInt64(end))
        }
        return ends
    }

    /// How many records before these ends, by partition, no owner is known to have folded.
    package func unfolded(before ends: [UInt64]) -> UInt64 { store.folds.unfolded(before: ends) }

    /// Lets go of the cluster; of what is not acknowledged nobody hears.
    package func close() {
        sender.close()
        routers.abandon()
        store.close()
    }

    // MARK: Parts

    /// Looks how far routers and partitions are.
    private func look() throws(EngineFailure) {
        try store.poll()
        guard ledger.untakenEvents > 0 else { return }
        let committed: [Int64?]
        do throws(KafkaError) {
            committed = try routers.committed(
                lanes, timeoutMilliseconds: Self.questionMilliseconds)
        } catch  where error.isRetriable {
            return
        } catch {
            throw .kafka(error)
        }
        for (lane, offset) in committed.enumerated() {
            if let offset { ledger.noteTaken(lane, before: offset) }
        }
    }

    /// Where a frame is. Of one that a broker had already when it came again, the broker does not
    /// say at which offset: at the last one, or before. Nil where that is not told just now.
    private func offset(of arrival: OrderedSender.Arrival) throws(EngineFailure) -> Int64? {
        if let offset = arrival.offset { return offset }
        return try end(of: lanes[arrival.lane]).map { $0 - 1 }
    }

    private func end(of partition: KafkaPartition) throws(EngineFailure) -> Int64? {
        do throws(KafkaError) {
            let admin = try KafkaAdmin(kafka)
            defer { admin.close() }
            return try admin.bounds(
                of: partition, timeoutMilliseconds: Self.questionMilliseconds
            ).upperBound
        } catch  where error.isRetriable {
            return nil
        } catch {
            throw .kafka(error)
        }
    }
}
