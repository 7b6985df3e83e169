import Answers
import Foundation
import HTTPAPI
import IdentityModel
import NodeKeys
import NodeRuntime
import ProfileCore
import TestSupport
import WireFormat

/// A node in memory: a real partition behind a lock, and knobs that make it slow or unwilling.
///
/// `@unchecked Sendable`: everything that varies is read and written under `mutex` alone.
final class FakeGate: NodeGate, @unchecked Sendable {
    /// What a test makes the gate do.
    struct Knobs {
        var readiness = Readiness.ready
        /// Questions and writes wait, until this is false or their deadline has passed.
        var isHeld = false
        /// What every call throws.
        var failure: ServingError?
        /// How many questions and writes have begun.
        var begun = 0
        /// The folder and number of every backup.
        var backups: [String] = []
        /// The survivorship rules.
        var rules = SurvivorshipRules.standing
        /// Whether there is a change feed.
        var keepsFeed = true
    }

    let keys: IdentifierKeys
    private let mutex = Mutex()
    private var knobs = Knobs()
    private let runtime: PartitionRuntime<MemoryLog, MemoryState>
    /// Where changes are kept.
    let port = FaultyFeed()
    /// Where they are followed.
    let desk: FeedDesk

    init(retention: UInt64 = .max) throws {
        let namespaces = NamespaceTable(
            namespaces: [
                Namespace(
                    name: "email", priority: 20, normalization: [.trim, .lowercase],
                    isSensitive: true),
                Namespace(
                    name: "phone", priority: 30, normalization: [.e164], isSensitive: false),
            ], isStrict: false)
        let key = try StoreKey(hexadecimal: "000102030405060708090a0b0c0d0e0f")
        keys = IdentifierKeys(namespaces: namespaces, hasher: NodeKeyHasher(key: key))
        let feed = ChangeFeed(port, partitions: 1)
        runtime = try PartitionRuntime(
            PartitionID(0), log: MemoryLog(), state: MemoryState(),
            settings: NodeSettings(
                namespaces: namespaces, configurationDigest: 7, feedRetention: retention),
            feed: feed)
        desk = FeedDesk(feed)
    }

    /// Has what has changed be told.
    func tell() throws {
        _ = try mutex.locked {
            try runtime.append(RecordCodec.encode(.tick(.minimum), runtime.recordHead))
        }
    }

    /// Puts survivorship rules in force.
    func put(_ rules: SurvivorshipRules) throws {
        _ = try mutex.locked { try runtime.append(runtime.rulesRecord(rules)) }
    }

    let partitionCount: UInt16 = 1
    var rules: SurvivorshipRules { state.rules }
    var recordHead: RecordHead { mutex.locked { runtime.recordHead } }
    var readiness: Readiness { mutex.locked { knobs.readiness } }

    /// Changes the knobs.
    func turn(_ body: (inout Knobs) -> Void) { mutex.locked { body(&knobs) } }
    /// What the knobs are.
    var state: Knobs { mutex.locked { knobs } }
    /// How many records the log has.
    var position: UInt64 { mutex.locked { runtime.position } }

    func ask<Answer: Sendable>(
        _ terms: AskTerms,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(ServingError) -> Answer {
        try await enter(terms.deadline)
        if let least = terms.minimumPosition {
            guard least.partition == 0, least.offset <= position else { throw .pending }
        }
        return try run(body)
    }

    func append(
        _ records: [(partition: PartitionID, record: [UInt8])], deadline: Deadline
    ) async throws(ServingError) -> PositionAnswer {
        try await enter(deadline)
        return try storing { () throws(StoreFailure) in
            for (_, record) in records { _ = try runtime.append(record) }
            return PositionAnswer(PartitionID(0), runtime.position)
        }
    }

    func settle(by deadline: Deadline) async {}

    func rehearse<Answer: Sendable>(
        _ record: (partition: PartitionID, record: [UInt8]), deadline: Deadline,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(ServingError) -> Answer {
        try await enter(deadline)
        return try run(body)
    }

    func top(limit: Int, reveal: Bool) async throws(ServingError) -> TopAnswer {
        try await enter(Self.patience)
        let text = """
            {"customers":[{"customer_id":"\(limit)","identifier_count":\(limit),\
            "identifier":"email:***","masked":\(!reveal)}],"position":{"partition":0,"offset":0}}
            """
        guard let answer = JSONText.decode(TopAnswer.self, from: Data(text.utf8)) else {
            throw .closed
        }
        return answer
    }

    func stats() async throws(ServingError) -> StatsAnswer {
        try await enter(Self.patience)
        return try run { desk throws(AnswerFailure) in
            try AnswerFailure.of { () throws(StoreFailure) in try desk.stats() }
        }
    }

    func profiles(deadline: Deadline) async throws(ServingError) -> ProfilesAnswer {
        try await enter(deadline)
        return ProfilesAnswer(inForce: state.rules)
    }

    /// Takes "strict" and "loose" for rules.
    func put(
        profiles text: [UInt8], deadline: Deadline
    ) async throws(ServingError) -> ProfilesAnswer {
        try await enter(deadline)
        let word = String(decoding: text, as: UTF8.self)
        guard ["strict", "loose"].contains(word),
            let given = try? SurvivorshipRules(
                version: 0, isStrict: word == "strict", attributes: [])
        else { throw .malformed(message: "body:1: it is no rules; correct the file") }
        let change = RulesChange(from: [state.rules], to: given)
        turn { $0.rules = change.rules }
        return ProfilesAnswer(inForce: change.rules, changed: change.isNew)
    }

    func feedDesk() throws(ServingError) -> FeedDesk {
        if let failure = state.failure { throw failure }
        guard state.keepsFeed else {
            throw .refused(word: "no_feed", message: "this node keeps no change feed")
        }
        return desk
    }

    func backup(to folder: String, keep: Int?) async throws(ServingError) -> Data {
        try await enter(Self.patience)
        turn { $0.backups.append("\(folder) \(keep ?? 0)") }
        return Data(#"{"backup":1}"#.utf8)
    }

    func cluster() throws(ServingError) -> ClusterAnswer {
        if let failure = state.failure { throw failure }
        return ClusterAnswer(
            engine: "embedded", node: "local", epoch: nil, coordinator: nil, logicVersion: 1,
            nodes: [],
            partitions: [])
    }

    func offerSnapshot(
        of partition: PartitionID, after least: UInt64
    ) throws(ServingError) -> [UInt8]? {
        if let failure = state.failure { throw failure }
        guard partition.rawValue == 0, least < 10 else { throw .closed }
        return least == 0 ? nil : Array(#"{"after":\#(least)}"#.utf8)
    }

    func snapshotPiece(
        _ piece: SnapshotPiece, of partition: PartitionID
    ) throws(ServingError) -> [UInt8] {
        guard partition.rawValue == 0, piece.id == "id" else { throw .closed }
        return Array("\(piece.file) from \(piece.offset)".utf8)
    }

    func answer(
        _ question: ReceivedQuestion, of partition: PartitionID, minimumPosition: UInt64,
        deadline: Deadline
    ) async throws(ServingError) -> ReceivedAnswer {
        try await enter(deadline)
        guard partition.rawValue == 0, case .ofPartition(let question) = question else {
            throw .closed
        }
        do throws(StoreFailure) {
            return try mutex.locked { () throws(StoreFailure) in
                guard runtime.position >= minimumPosition else {
                    throw StoreFailure(.held, "not there yet", remedy: "wait")
                }
                return try question.answer(runtime, lag: nil)
            }
        } catch { throw .store(error) }
    }

    /// The deadline of what has none of its own: long, for tests may wait for each other.
    private static var patience: Deadline { .after(nanoseconds: 600_000_000_000) }

    private func enter(_ deadline: Deadline) async throws(ServingError) {
        turn { $0.begun += 1 }
        while state.isHeld {
            guard MonotonicTime.system.nanoseconds() < deadline.nanoseconds else {
                throw .deadlinePassed
            }
            try? await Task.sleep(nanoseconds: 2_000_000)
        }
        if let failure = state.failure { throw failure }
    }

    private func run<Answer>(
        _ body: (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) throws(ServingError) -> Answer {
        do throws(AnswerFailure) {
            return try mutex.locked { () throws(AnswerFailure) in
                try body(PartitionDesk(runtime))
            }
        } catch {
            switch error {
            case .store(let failure): throw .store(failure)
            case .stalePathCursor: throw .stalePathCursor
            }
        }
    }

    private func storing<Answer>(
        _ body: () throws(StoreFailure) -> Answer
    ) throws(ServingError) -> Answer {
        do throws(StoreFailure) {
            return try mutex.locked { () throws(StoreFailure) in try body() }
        } catch {
            throw .store(error)
        }
    }
}
