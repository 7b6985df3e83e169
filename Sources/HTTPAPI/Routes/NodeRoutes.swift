internal import Answers
internal import HTTPTypes
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// What each route does. A handler reads the request, asks the gate and makes the answer.
struct NodeRoutes: Sendable {
    let gate: any NodeGate
    let limits: HTTPLimits
    let token: String
    let log: RequestLog

    /// All routes.
    var table: RouteTable {
        RouteTable(
            questions + writing + changes + operating + cluster + snapshots + Self.later)
    }

    // MARK: What routes share

    /// Reads an id of a request.
    func question(_ text: String) throws(Problem) -> Question {
        do throws(QuestionRefusal) {
            return try gate.keys.question(text)
        } catch {
            throw Problem(error)
        }
    }

    /// Refuses what needs the store's key before its folder is read.
    func checkOpened() throws(Problem) {
        guard gate.readiness != .opening else { throw Problem(.closed, limits: limits) }
    }

    /// How long a question may take, and what position it waits for.
    func terms(_ call: Call) throws(Problem) -> AskTerms {
        var terms = AskTerms(deadline: call.deadline)
        guard let text = call.query["min_position"] else { return terms }
        switch MinimumPosition.parse(text) {
        case .malformed(let message): throw Problem(.badParameter, "min_position: " + message)
        case .position(let place):
            terms.minimumPosition = PositionAnswer(PartitionID(place.partition), place.offset)
        }
        return terms
    }

    /// Asks the gate.
    func ask<Answer: Sendable>(
        _ terms: AskTerms,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(Problem) -> Answer {
        try await serving { gate throws(ServingError) in try await gate.ask(terms, body) }
    }

    /// Asks the gate for something; its refusals become problems.
    func serving<Answer: Sendable>(
        _ body: (any NodeGate) async throws(ServingError) -> Answer
    ) async throws(Problem) -> Answer {
        do throws(ServingError) {
            return try await body(gate)
        } catch {
            throw Problem(error, limits: limits)
        }
    }
}
