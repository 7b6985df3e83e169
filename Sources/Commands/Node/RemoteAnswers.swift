internal import Answers
internal import Foundation
internal import GraphCore
internal import IdentityModel

/// Answers that a node gives over HTTP.
final class RemoteAnswers: AnswerSource {
    private let node: NodeClient

    /// Asks a node.
    init(_ node: NodeClient) { self.node = node }

    /// Nothing is held here: what the node has acknowledged is its own.
    func close() {}

    // MARK: Questions

    func check(_ ids: [String]) throws(CommandEnd) {
        for id in ids { _ = try isCustomer(id) }
    }

    func resolve(
        _ id: String, after place: MemberPosition?, limit: Int, reveal: Bool
    ) throws(CommandEnd) -> ResolveAnswer {
        try check([id])
        let reply = try node.ask(
            "/v1/resolve",
            [("id", id)] + page(place.map { Cursor.member($0) }, limit) + revealing(reveal))
        if let problem = notFound(reply) {
            return ResolveAnswer(id: id, error: AnswerError.notFound, position: problem.position)
        }
        var answer = try node.value(ResolveAnswer.self, of: reply)
        answer.id = id
        return answer
    }

    func resolveLines(of file: String, asJSON: Bool) throws(CommandEnd) -> Bool {
        var run = ResolveFile(NodeLines(node), isJSON: asJSON)
        try run.answer(file)
        return run.foundAll
    }

    func component(
        _ id: String, from place: Cursor?, limit: Int, bridges: Bool, reveal: Bool
    ) throws(CommandEnd) -> ComponentAnswer {
        var customer = id
        if try !isCustomer(id) {
            let resolved = try resolve(id, after: nil, limit: 1, reveal: false)
            guard let found = resolved.customerID else {
                return ComponentAnswer(
                    id: id, error: resolved.error, position: resolved.position)
            }
            customer = found
        }
        guard NodeKey(hexadecimal: customer) != nil else { throw node.unreadable }
        var query = page(place, limit) + revealing(reveal)
        if bridges { query.append(("bridges", "true")) }
        let reply = try node.ask("/v1/customers/\(customer)/graph", query)
        if let problem = notFound(reply) {
            return ComponentAnswer(
                id: id, error: AnswerError.notFound, position: problem.position)
        }
        var answer = try node.value(ComponentAnswer.self, of: reply)
        answer.id = id
        return answer
    }

    func explain(
        _ a: String, _ b: String, from start: NodeKey?, limit: Int
    ) throws(CommandEnd) -> ExplainAnswer {
        try check([a, b])
        let reply = try node.ask(
            "/v1/explain", [("from", a), ("to", b)] + page(start.map { Cursor.step($0) }, limit))
        if notFound(reply) != nil { return try explainNotFound(a, b) }
        var answer = try node.value(ExplainAnswer.self, of: reply)
        (answer.a, answer.b) = (a, b)
        return answer
    }

    /// The answer where the node says no more than that one of two is not found: which.
    private func explainNotFound(_ a: String, _ b: String) throws(CommandEnd) -> ExplainAnswer {
        let first = try resolve(a, after: nil, limit: 1, reveal: false)
        let second = try resolve(b, after: nil, limit: 1, reveal: false)
        var answer = ExplainAnswer(a: a, b: b, position: second.position ?? first.position)
        answer.error = AnswerError.notFound
        answer.customerIDs = [first.customerID, second.customerID]
        return answer
    }

    func top(limit: Int, reveal: Bool) throws(CommandEnd) -> TopAnswer {
        let query = [("limit", "\(limit)")] + revealing(reveal)
        return try node.value(TopAnswer.self, of: try node.ask("/v1/top", query))
    }

    func stats() throws(CommandEnd) -> StatsAnswer {
        try node.value(StatsAnswer.self, of: try node.ask("/v1/stats"))
    }

    func profiles() throws(CommandEnd) -> ProfilesAnswer {
        try node.value(ProfilesAnswer.self, of: try node.ask(NodeClient.profilesPath))
    }

    /// The part of a query that asks for sensitive values.
    private func revealing(_ reveal: Bool) -> [(name: String, value: String)] {
        reveal ? [("reveal", "true")] : []
    }

    /// The parts of a query that say which page.
    private func page(_ cursor: Cursor?, _ limit: Int) -> [(name: String, value: String)] {
        [("limit", "\(limit)")] + (cursor.map { [("cursor", $0.text)] } ?? [])
    }

    /// The problem, where the node says that what was asked for is not there.
    private func notFound(_ reply: NodeClient.Reply) -> NodeProblem? {
        guard reply.status == 404, let problem = NodeProblem(reply.body),
            problem.word == AnswerError.notFound
        else { return nil }
        return problem
    }

    /// Whether a word names a customer, not an identifier.
    private func isCustomer(_ id: String) throws(CommandEnd) -> Bool {
        do throws(QuestionRefusal) {
            return try QuestionReader.customer(id) != nil
        } catch {
            throw CommandEnd(error, of: id)
        }
    }

    // MARK: By hand

    /// An event as `POST /v1/events` takes it.
    private struct Event: Encodable {
        let op: String
        let a: String
        let b: String
        let ts: Int64
        let source: String
        let reason: String?
    }

    /// What `POST /v1/events` answers to one event by hand.
    private struct Effect: Decodable {
        struct Rejection: Decodable {
            let reason: String
            let message: String?
        }

        let rejected: [Rejection]?
        let effect: HandAnswer?
    }

    func perform(_ event: HandEvent) throws(CommandEnd) -> HandAnswer {
        for id in [event.a, event.b] where try isCustomer(id) {
            throw CommandEnd(
                ExitStatus.usage, "'\(id)': an event names identifiers (ns:value), not customers")
        }
        let body = JSONText.data(
            Event(
                op: event.operation.word, a: event.a, b: event.b, ts: event.time.milliseconds,
                source: event.source, reason: event.reason.isEmpty ? nil : event.reason))
        let reply = try node.ask(
            "/v1/events", [(event.isDryRun ? "dry_run" : "effect", "true")],
            sending: NodeClient.Content(body: body))
        let answer = try node.value(Effect.self, of: reply)
        // What is wrong with the words is a wrong command line here as well.
        if let rejection = answer.rejected?.first {
            let message = rejection.message ?? "the node refused the event"
            throw CommandEnd(ExitStatus.usage, "\(message) (\(rejection.reason))")
        }
        guard let effect = answer.effect else { throw node.unreadable }
        return effect
    }
}
