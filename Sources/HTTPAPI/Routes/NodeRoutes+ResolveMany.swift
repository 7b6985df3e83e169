internal import Answers
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

// `POST /v1/resolve`.
extension NodeRoutes {
    private struct Results: Encodable {
        let results: [ResolveAnswer]
        let position: PositionAnswer?
    }

    /// What a batch of ids is to: each has its answer, in their order, and all are of one moment.
    func resolveMany(_ call: Call) async throws(Problem) -> Reply {
        try checkOpened()
        let terms = try terms(call)
        let batch = try ResolveBatch(call.body, gate.keys, limits: limits)
        if batch.request.include.isEmpty {
            let questions = batch.questions
            let found = try await ask(terms) { desk throws(AnswerFailure) in
                try AnswerFailure.of { () throws(StoreFailure) in
                    (anchors: try desk.anchors(of: questions), position: desk.position)
                }
            }
            return Reply(json: batch.json(found.anchors, at: found.position))
        }
        return try await resolveWithPages(batch, terms, call)
    }

    /// Ids whose pages are asked for in one turn of the partition's thread, so that others come in
    /// between: pages are a hundred times the work of a customer's name.
    private static let pagesInATurn = 32

    /// With each customer's first identifiers, or their count: a page an id. The position is that
    /// of the first turn: all that is answered reflects at least it.
    private func resolveWithPages(
        _ batch: ResolveBatch, _ terms: AskTerms, _ call: Call
    ) async throws(Problem) -> Reply {
        let include = batch.request.include
        let limit = include.contains(.identifiers) ? limits.resolvePage.standard : 1
        let reveal = try call.query.flag("reveal")
        let pages = batch.pages()
        var results: [ResolveAnswer] = []
        var first: PositionAnswer?
        repeat {
            let start = results.count
            let turn = pages[start..<min(start + Self.pagesInATurn, pages.count)]
            let found = try await ask(terms) { desk throws(AnswerFailure) in
                try Self.answers(turn, desk, limit: limit, reveal: reveal)
            }
            first = first ?? found.position
            for (index, answer) in zip(turn.indices, found.answers) {
                results.append(Self.shown(answer ?? batch.refused(index), include))
            }
        } while results.count < pages.count
        return Reply(Results(results: results, position: first))
    }

    private static func answers(
        _ pages: ArraySlice<Question?>, _ desk: any AnswerDesk, limit: Int, reveal: Bool
    ) throws(AnswerFailure) -> (answers: [ResolveAnswer?], position: PositionAnswer) {
        try AnswerFailure.of { () throws(StoreFailure) in
            var answers: [ResolveAnswer?] = []
            for page in pages {
                guard let page else {
                    answers.append(nil)
                    continue
                }
                answers.append(try desk.resolve(page, after: nil, limit: limit, reveal: reveal))
            }
            return (answers, desk.position)
        }
    }

    /// The answer with what was asked for; one position stands for all.
    private static func shown(
        _ answer: ResolveAnswer, _ include: ResolveRequest.Include
    ) -> ResolveAnswer {
        var answer = answer
        (answer.position, answer.anchor, answer.provenance) = (nil, nil, nil)
        if !include.contains(.profile) { (answer.profile, answer.version) = (nil, nil) }
        if !include.contains(.identifiers) {
            (answer.identifiers, answer.nextCursor) = (nil, nil)
        }
        if !include.contains(.identifierCount) { answer.identifierCount = nil }
        return answer
    }
}
