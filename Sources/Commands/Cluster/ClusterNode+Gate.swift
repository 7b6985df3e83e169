internal import Answers
internal import Foundation
internal import HTTPAPI
internal import IdentityModel
internal import KafkaEngine
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

extension ClusterNode {
    /// How long a write waits until the partitions that are here have folded it, in nanoseconds:
    /// 1 s. Whoever asks this node next sees it then, as on a node that keeps its logs itself.
    private static let foldNanoseconds: UInt64 = 1_000_000_000
    /// How long what is asked for all partitions may take, in nanoseconds: 5 s.
    private static let surveyNanoseconds: UInt64 = 5_000_000_000
    var keys: IdentifierKeys { known.keys }
    var recordHead: RecordHead { known.recordHead }
    var partitionCount: UInt16 { known.settings.node.partitionCount }
    var rules: SurvivorshipRules { known.node.global.rules }

    private var known: ClusterStore {
        guard let store = try? requireStore() else {
            preconditionFailure("the store is not open yet")
        }
        return store
    }

    func ask<Answer: Sendable>(
        _ terms: AskTerms,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(ServingError) -> Answer {
        let store = try requireStore()
        let minimum = try Self.places(terms.minimumPosition, of: store)
        return try await SystemThread.run {
            let question = Self.question(store, by: terms.deadline, minimum: minimum)
            return Self.answer(question) { () throws(AnswerFailure) in
                try AnswerFailure.of { () throws(StoreFailure) in try question.reachMinimum() }
                return try body(PartitionDesk(question))
            }
        }.get()
    }

    func answer(
        _ question: ReceivedQuestion, of partition: PartitionID, minimumPosition: UInt64,
        deadline: Deadline
    ) async throws(ServingError) -> ReceivedAnswer {
        let store = try requireStore()
        guard partition.rawValue < store.settings.node.partitionCount else { throw .closed }
        return try await store.near.answer(
            question, of: partition, minimumPosition: minimumPosition, by: deadline)
    }

    func append(
        _ records: [(partition: PartitionID, record: [UInt8])], deadline: Deadline
    ) async throws(ServingError) -> PositionAnswer {
        let store = try requireStore()
        let places = try await store.writer.write(records, by: deadline).get()
        let patience = min(deadline, .after(nanoseconds: Self.foldNanoseconds))
        for place in places {
            guard let host = store.node.host(of: place.partition) else { continue }
            // Written it is; whoever must see it names the position.
            _ = await host.ask(by: patience, minimumPosition: place.offset) { _ in .success(()) }
        }
        return PositionAnswer(places)
    }

    func settle(by deadline: Deadline) async {
        guard let store = try? requireStore() else { return }
        await SystemThread.run {
            // Where that takes too long, whoever asks next is told what is there by then.
            try? Self.question(store, by: deadline, minimum: [:]).settle()
        }
    }

    func top(limit: Int, reveal: Bool) async throws(ServingError) -> TopAnswer {
        let store = try requireStore()
        let deadline = Deadline.after(nanoseconds: Self.surveyNanoseconds)
        return try await SystemThread.run {
            let question = Self.question(store, by: deadline, minimum: [:])
            return Self.answer(question) { () throws(AnswerFailure) in
                try AnswerFailure.of { () throws(StoreFailure) in
                    TopAnswer(
                        try question.largest(limit: limit), limit: limit,
                        namespaces: store.keys.namespaces, reveal: reveal)
                }
            }
        }.get()
    }

    func stats() async throws(ServingError) -> StatsAnswer {
        let store = try requireStore()
        let deadline = Deadline.after(nanoseconds: Self.surveyNanoseconds)
        var answer = try await ask(AskTerms(deadline: deadline)) { (desk) throws(AnswerFailure) in
            try AnswerFailure.of { () throws(StoreFailure) in try desk.stats() }
        }
        let bytes = await SystemThread.run { () -> Result<UInt64, StoreFailure> in
            Result { () throws(StoreFailure) in try store.near.states.bytesOnDisk() }
        }
        do throws(StoreFailure) {
            answer.diskBytes = try bytes.get()
        } catch { throw .store(error) }
        answer.openingSeconds = opening?.seconds ?? 0
        answer.keyFingerprint = store.keyFingerprint
        return answer
    }

    func cluster() throws(ServingError) -> ClusterAnswer {
        let store = try requireStore()
        return ClusterAnswer(
            store.node.figures.member.view, node: store.name, store.node.global.skips)
    }

    // MARK: What a node over Kafka does not do

    func rehearse<Answer: Sendable>(
        _ record: (partition: PartitionID, record: [UInt8]), deadline: Deadline,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(ServingError) -> Answer {
        throw Self.absent("a dry run needs all partitions at one place: leave dry_run out")
    }

    func feedDesk() throws(ServingError) -> FeedDesk {
        let topic = try requireStore().settings.topics.changes
        throw .refused(
            word: "no_feed", message: "changes are in the topic \(topic): read them there")
    }

    func backup(to folder: String, keep: Int?) async throws(ServingError) -> Data {
        throw Self.absent("the topics have everything: a node's folder needs no backup")
    }

    // MARK: Parts

    private typealias Question = ClusterQuestion<NearReplicas>

    private static func question(
        _ store: ClusterStore, by deadline: Deadline, minimum: [PartitionID: UInt64]
    ) -> ClusterQuestion<NearReplicas> {
        ClusterQuestion(
            partitionCount: store.settings.node.partitionCount, near: store.near, far: store.far,
            by: deadline, minimum: minimum)
    }

    private static func answer<Answer>(
        _ question: ClusterQuestion<NearReplicas>, _ body: () throws(AnswerFailure) -> Answer
    ) -> Result<Answer, ServingError> {
        do throws(AnswerFailure) {
            return .success(try body())
        } catch {
            if let refusal = question.refusal { return .failure(refusal) }
            switch error {
            case .store(let failure): return .failure(.store(failure))
            case .stalePathCursor: return .failure(.stalePathCursor)
            }
        }
    }

    private static func absent(_ message: String) -> ServingError {
        .refused(word: "not_supported", message: message)
    }

    private static func places(
        _ position: PositionAnswer?, of store: ClusterStore
    ) throws(ServingError) -> [PartitionID: UInt64] {
        guard let position else { return [:] }
        let count = store.settings.node.partitionCount
        var places: [PartitionID: UInt64] = [:]
        for (name, offset) in position.byPartition {
            guard let partition = UInt16(name), partition < count else {
                throw .refused(
                    word: "unknown_partition",
                    message: "the store has partitions 0 to \(count - 1): take min_position from "
                        + "an answer of it")
            }
            places[PartitionID(partition)] = offset
        }
        return places
    }
}

extension ClusterAnswer {
    /// What a node knows of all nodes of its store.
    init(_ view: ClusterView, node: NodeID, _ skips: [SkipRecord]) {
        self.init(
            engine: Engine.kafka.rawValue, node: node.name, epoch: view.placement?.epoch,
            coordinator: view.coordinator?.name, logicVersion: view.logicVersion,
            nodes: view.nodes.map { Node($0) },
            partitions: (view.placement?.partitions ?? []).enumerated().map { number, place in
                Placed(
                    partition: UInt16(number), owner: place.seats.owner.name,
                    standbys: place.seats.standbys.map(\.name))
            },
            skipped: skips.isEmpty
                ? nil
                : skips.map {
                    Skipped(partition: $0.partition, offset: $0.offset, reason: $0.reason)
                })
    }
}

extension ClusterAnswer.Logic {
    /// What a node knows, and allows.
    init(_ known: ClosedRange<UInt64>, _ limit: UInt64?) {
        self.init(least: known.lowerBound, greatest: known.upperBound, limit: limit)
    }
}

extension ClusterAnswer.Node {
    init(_ node: ClusterView.Node) {
        self.init(
            name: node.id.name, address: node.record.address, isAlive: node.isAlive,
            isLeaving: node.record.isLeaving,
            silenceMilliseconds: node.silenceNanoseconds / 1_000_000,
            partitions: zip(node.record.replicas, node.lags).map { standing, lag in
                ClusterAnswer.Replica(
                    partition: standing.partition, role: standing.role.rawValue,
                    position: standing.position, lag: lag,
                    fault: standing.fault.map {
                        ClusterAnswer.Fault(
                            offset: $0.offset, reason: $0.reason, mayPass: $0.mayPass)
                    },
                    missing: standing.missing.map {
                        ClusterAnswer.Missing(sender: $0.sender, number: $0.number)
                    })
            }, logic: ClusterAnswer.Logic(node.record.logic.known, node.record.logic.limit))
    }
}
