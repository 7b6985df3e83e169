internal import Answers
internal import Foundation
internal import HTTPTypes
internal import IdentityModel
internal import NodeRuntime

// Events in.
extension NodeRoutes {
    var writing: [Route] {
        [
            Route(.post, "/v1/events", .known(["effect", "dry_run"])) { call throws(Problem) in
                try await takeEvents(call)
            }
        ]
    }

    private struct EventsAnswer: Encodable {
        var accepted: Int
        var rejected: [EventBatch.Refused]
        var positions: [String: UInt64] = [:]
        var effect: HandAnswer?
    }

    /// Media types of JSON Lines; of any other type the body itself tells.
    private static let lineTypes: Set<String> = [
        "application/x-ndjson", "application/ndjson", "application/jsonl",
        "application/x-jsonlines", "application/json-lines", "application/json-seq",
    ]

    private func takeEvents(_ call: Call) async throws(Problem) -> Reply {
        try checkOpened()
        let isDryRun = try call.query.flag("dry_run")
        let wantsEffect = try call.query.flag("effect") || isDryRun
        var batch = EventBatch(
            gate.keys, gate.recordHead, partitionCount: gate.partitionCount, rules: gate.rules,
            now: Self.now)
        let type = call.contentType?.split(separator: ";").first?.lowercased()
        try batch.read(
            call.body, isLines: type.map(Self.lineTypes.contains) ?? false, limits: limits)
        if wantsEffect { return Reply(try await takeOne(batch, call, isDryRun: isDryRun)) }
        var answer = EventsAnswer(accepted: batch.accepted, rejected: batch.refused)
        if !batch.records.isEmpty {
            let position = try await append(batch.records, call)
            answer.positions = position.byPartition
        }
        return Reply(answer)
    }

    /// One event, and what it changed or would change.
    private func takeOne(
        _ batch: EventBatch, _ call: Call, isDryRun: Bool
    ) async throws(Problem) -> EventsAnswer {
        guard batch.count == 1 else {
            throw Problem(
                .badBody, "effect and dry_run tell of one event: send one, or leave them out")
        }
        var answer = EventsAnswer(accepted: 0, rejected: batch.refused)
        guard batch.accepted == 1 else { return answer }
        guard let pair = batch.pair else {
            throw Problem(
                .badBody, "effect and dry_run tell of link, unlink, ban and unban: leave them out")
        }
        let terms = AskTerms(deadline: call.deadline)
        let before = try await state(of: pair, terms, withPath: false)
        let after: PairState
        if isDryRun {
            let record = batch.records[0]
            after = try await serving { gate throws(ServingError) in
                try await gate.rehearse(record, deadline: call.deadline) {
                    desk throws(AnswerFailure) in try Self.state(of: pair, desk, withPath: true)
                }
            }
        } else {
            let position = try await append(batch.records, call)
            answer.accepted = 1
            answer.positions = position.byPartition
            await gate.settle(by: call.deadline)
            after = try await state(
                of: pair, AskTerms(deadline: call.deadline, minimumPosition: position),
                withPath: true)
        }
        answer.effect = HandAnswer(
            pair.operation, before: before, after: after, isDryRun: isDryRun)
        return answer
    }

    private func append(
        _ records: [(partition: PartitionID, record: [UInt8])], _ call: Call
    ) async throws(Problem) -> PositionAnswer {
        try await serving { gate throws(ServingError) in
            try await gate.append(records, deadline: call.deadline)
        }
    }

    private func state(
        of pair: EventBatch.Pair, _ terms: AskTerms, withPath: Bool
    ) async throws(Problem) -> PairState {
        try await ask(terms) { desk throws(AnswerFailure) in
            try Self.state(of: pair, desk, withPath: withPath)
        }
    }

    private static func state(
        of pair: EventBatch.Pair, _ desk: any AnswerDesk, withPath: Bool
    ) throws(AnswerFailure) -> PairState {
        try AnswerFailure.of { () throws(StoreFailure) in
            try desk.pairState(pair.a, pair.b, withPath: withPath)
        }
    }

    /// The node's clock: the time of receipt.
    private static var now: EventTime {
        EventTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    }
}
