internal import Answers
internal import Foundation
internal import HTTPAPI
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime
internal import WireFormat

extension ServingNode: NodeGate {
    /// The store has one partition.
    private static let partition = PartitionID(0)
    /// How long `top` waits for a checkpoint of what was written lately, in nanoseconds: 5 s. Then
    /// it tells what the last one holds; the answer's position says so.
    private static let topNanoseconds: UInt64 = 5_000_000_000

    var keys: IdentifierKeys { known.keys }
    var recordHead: RecordHead { known.recordHead }

    private var known: Opened {
        guard let opened else { preconditionFailure("the store is not open yet") }
        return opened
    }

    func ask<Answer: Sendable>(
        _ terms: AskTerms,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(ServingError) -> Answer {
        try await host.ask(
            by: terms.deadline, minimumPosition: try Self.offset(of: terms.minimumPosition)
        ) { runtime in Self.result(PartitionDesk(runtime), body) }.get()
    }

    func rehearse<Answer: Sendable>(
        _ record: [UInt8], deadline: Deadline,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(ServingError) -> Answer {
        try await host.rehearse(record, by: deadline) { runtime in
            Self.result(PartitionDesk(runtime), body)
        }.get()
    }

    func append(
        _ records: [[UInt8]], deadline: Deadline
    ) async throws(ServingError) -> PositionAnswer {
        PositionAnswer(Self.partition, try await host.append(records, by: deadline).get())
    }

    func top(limit: Int, reveal: Bool) async throws(ServingError) -> TopAnswer {
        let opened = try requireOpened()
        if opened.shortage == nil {
            // What lacks room, or time, is told as of the checkpoint that there is.
            _ = await host.checkpoint(by: .after(nanoseconds: Self.topNanoseconds))
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
                return .success(bytes)
            } catch {
                return .failure(.store(error))
            }
        }.get()
        answer.openingSeconds = opened.seconds
        answer.keyFingerprint = opened.backup.store.key.fingerprintText
        return answer
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

    private static func offset(of position: PositionAnswer?) throws(ServingError) -> UInt64 {
        guard let position else { return 0 }
        guard position.partition == partition.rawValue else {
            throw .refused(
                word: "unknown_partition",
                message: "this node has partition \(partition.rawValue) alone: take min_position "
                    + "from an answer of it")
        }
        return position.offset
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
