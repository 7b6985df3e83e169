internal import Answers
internal import Foundation
internal import HTTPAPI
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

extension ServingNode {
    /// How long `top` waits for a checkpoint of what was written lately, in nanoseconds: 5 s. Then
    /// it tells what the last one holds; the answer's position says so.
    private static let topNanoseconds: UInt64 = 5_000_000_000
    /// How long a question that names a position waits until what was written by then has gone to
    /// all partitions, in nanoseconds: 100 ms.
    private static let settleNanoseconds: UInt64 = 100_000_000
    /// How long the effect of one event waits for that, in nanoseconds: 5 s.
    private static let effectNanoseconds: UInt64 = 5_000_000_000

    var keys: IdentifierKeys { known.keys }
    var recordHead: RecordHead { known.recordHead }
    var partitionCount: UInt16 { UInt16(known.crew.hosts.count) }
    var rules: SurvivorshipRules { known.rules }

    private var known: Opened {
        guard let opened else { preconditionFailure("the store is not open yet") }
        return opened
    }

    func ask<Answer: Sendable>(
        _ terms: AskTerms,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(ServingError) -> Answer {
        let crew = try requireOpened().crew
        let least = try Self.places(terms.minimumPosition, among: crew.hosts.count)
        guard crew.hosts.count > 1 else {
            return try await crew.hosts[0].ask(
                by: terms.deadline, minimumPosition: least.first?.offset ?? 0
            ) { runtime in Self.result(PartitionDesk(runtime), body) }.get()
        }
        for place in least {
            try await crew.hosts[place.partition].ask(
                by: terms.deadline, minimumPosition: place.offset
            ) { _ in .success(()) }.get()
        }
        // What it is to see may have gone on from there to other partitions.
        if !least.isEmpty {
            await crew.settle(by: terms.deadline, within: Self.settleNanoseconds)
        }
        // It waits for one partition after the other: on a thread that may.
        return try await SystemThread.run {
            let question = CrewQuestion(crew.hosts, by: terms.deadline)
            let result = Self.result(PartitionDesk(question), body)
            return question.refusal.map { .failure($0) } ?? result
        }.get()
    }

    func rehearse<Answer: Sendable>(
        _ record: (partition: PartitionID, record: [UInt8]), deadline: Deadline,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(ServingError) -> Answer {
        let crew = try requireOpened().crew
        guard crew.hosts.count > 1 else {
            return try await crew.hosts[0].rehearse(record.record, by: deadline) { runtime in
                Self.result(PartitionDesk(runtime), body)
            }.get()
        }
        // What lies behind the checkpoints is folded once more: little, if they are new.
        for host in crew.hosts { _ = await host.checkpoint(by: deadline) }
        let opened = try requireOpened()
        return try await perform(.rehearsal) { Self.rehearse(record, on: opened, body) }
    }

    /// Opens the store's partitions once more, in memory alone, as a backup of this moment would
    /// open, and folds a record there.
    private static func rehearse<Answer>(
        _ record: (partition: PartitionID, record: [UInt8]), on opened: Opened,
        _ body: (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) -> Result<Answer, ServingError> {
        opened.log.trims.hold()
        defer { opened.log.trims.release() }
        do throws(StoreFailure) {
            // The checkpoints first: the log then holds all that they have folded.
            let states = try opened.states.map { (state) throws(StoreFailure) in
                try RocksStateView(state)
            }
            let group = try PartitionGroup(
                log: RehearsalLog(opened.log), states: states,
                settings: opened.settings.forRehearsal)
            try group.append([record])
            return result(PartitionDesk(group), body)
        } catch {
            return .failure(.store(error))
        }
    }

    func append(
        _ records: [(partition: PartitionID, record: [UInt8])], deadline: Deadline
    ) async throws(ServingError) -> PositionAnswer {
        let crew = try requireOpened().crew
        guard crew.hosts.count > 1 else {
            let mine = records.map(\.record)
            return PositionAnswer(
                PartitionID(0), try await crew.hosts[0].append(mine, by: deadline).get())
        }
        let parts = Dictionary(grouping: records) { Int($0.partition.rawValue) }
        // All are handed over before any is waited for, in the order of partitions.
        return try await withTaskGroup(of: Appended.self) { group in
            for place in parts.keys.sorted() {
                let mine = (parts[place] ?? []).map(\.record)
                group.addTask {
                    Appended(
                        place: place,
                        result: await crew.hosts[place].append(mine, by: deadline))
                }
            }
            var all: [Appended] = []
            for await one in group { all.append(one) }
            return Result { () throws(ServingError) in try Self.position(of: all) }
        }.get()
    }

    /// What became of the records of one partition.
    private struct Appended: Sendable {
        let place: Int
        let result: Result<UInt64, ServingError>
    }

    private static func position(of all: [Appended]) throws(ServingError) -> PositionAnswer {
        var places: [(partition: PartitionID, offset: UInt64)] = []
        for one in all.sorted(by: { $0.place < $1.place }) {
            places.append((PartitionID(UInt16(one.place)), try one.result.get()))
        }
        return PositionAnswer(places)
    }

    func settle(by deadline: Deadline) async {
        await opened?.crew.settle(by: deadline, within: Self.effectNanoseconds)
    }

    func top(limit: Int, reveal: Bool) async throws(ServingError) -> TopAnswer {
        let opened = try requireOpened()
        if opened.shortage == nil {
            // What lacks room, or time, is told as of the checkpoint that there is.
            let deadline = Deadline.after(nanoseconds: Self.topNanoseconds)
            for host in opened.crew.hosts { _ = await host.checkpoint(by: deadline) }
        }
        return try await perform(.top) {
            do throws(StoreFailure) {
                let largest = try opened.states.map { (state) throws(StoreFailure) in
                    try LargestComponents(limit: limit, in: RocksStateView(state))
                }
                return .success(
                    TopAnswer(
                        largest, limit: limit, namespaces: opened.keys.namespaces, reveal: reveal))
            } catch {
                return .failure(.store(error))
            }
        }
    }

    func stats() async throws(ServingError) -> StatsAnswer {
        let opened = try requireOpened()
        let deadline = Deadline.after(nanoseconds: Self.topNanoseconds)
        var answer = try await ask(AskTerms(deadline: deadline)) { (desk) throws(AnswerFailure) in
            try AnswerFailure.of { () throws(StoreFailure) in try desk.stats() }
        }
        answer.diskBytes = try await SystemThread.run { () -> Result<UInt64, ServingError> in
            do throws(StoreFailure) {
                var bytes = try opened.log.bytesOnDisk()
                for state in opened.states { bytes += try state.bytesOnDisk() }
                if let changes = opened.changes { bytes += try changes.bytesOnDisk() }
                return .success(bytes)
            } catch {
                return .failure(.store(error))
            }
        }.get()
        answer.openingSeconds = opened.seconds
        answer.keyFingerprint = opened.backup.store.key.fingerprintText
        return answer
    }

    func feedDesk() throws(ServingError) -> FeedDesk {
        let opened = try requireOpened()
        if let desk = opened.desk { return desk }
        if let shortage = opened.shortage { throw .store(shortage.failure) }
        throw .refused(
            word: "no_feed",
            message: "this node keeps no change feed: start it with --feed-retention over 0")
    }

    func backup(to folder: String, keep: Int?) async throws(ServingError) -> Data {
        let opened = try requireOpened()
        if let shortage = opened.shortage { throw .store(shortage.failure) }
        return try await perform(.backup) {
            do throws(CommandEnd) {
                try FolderPlaces.refuseNesting(folder, opened.backup.store.path)
                let answer = try BackupCommand.take(opened.backup, folder, keep: keep)
                return .success(Data(JSONText.encode(answer).utf8))
            } catch {
                return .failure(
                    .refused(word: "backup_failed", message: error.message ?? "it was refused"))
            }
        }
    }

    // MARK: Parts

    private static func places(
        _ position: PositionAnswer?, among count: Int
    ) throws(ServingError) -> [(partition: Int, offset: UInt64)] {
        guard let position else { return [] }
        var places: [(partition: Int, offset: UInt64)] = []
        for (name, offset) in position.byPartition {
            guard let partition = Int(name), partition < count else {
                let known = count == 1 ? "partition 0 alone" : "partitions 0 to \(count - 1)"
                throw .refused(
                    word: "unknown_partition",
                    message: "this node has \(known): take min_position from an answer of it")
            }
            places.append((partition, offset))
        }
        return places.sorted { $0.partition < $1.partition }
    }

    private static func result<Answer>(
        _ desk: any AnswerDesk, _ body: (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) -> Result<Answer, ServingError> {
        do throws(AnswerFailure) {
            return .success(try body(desk))
        } catch {
            switch error {
            case .store(let failure): return .failure(.store(failure))
            case .stalePathCursor: return .failure(.stalePathCursor)
            }
        }
    }
}
