internal import Answers
internal import GraphCore
internal import HTTPTypes
internal import IdentityModel
internal import NodeRuntime

// Questions about customers: resolve, customers, graph, explain.
extension NodeRoutes {
    var questions: [Route] {
        let page = ["limit", "cursor", "min_position"]
        let customer = page + ["reveal"]
        return [
            Route(.get, "/v1/resolve", .known(["id"] + customer)) { call throws(Problem) in
                try await resolve(call.query.required("id"), call)
            },
            Route(.post, "/v1/resolve", .known(["min_position", "reveal"])) {
                call throws(Problem) in
                try await resolveMany(call)
            },
            Route(.get, "/v1/customers/{id}", .known(customer)) { call throws(Problem) in
                try await resolve(call.place, call)
            },
            Route(.get, "/v1/customers/{id}/graph", .known(customer + ["bridges"])) {
                call throws(Problem) in try await graph(call)
            },
            Route(.get, "/v1/explain", .known(["from", "to"] + page)) { call throws(Problem) in
                try await explain(call)
            },
        ]
    }

    private func resolve(_ id: String, _ call: Call) async throws(Problem) -> Reply {
        try checkOpened()
        let limit = try call.query.limit(limits.resolvePage)
        let place = try cursor(call).map { (cursor) throws(Problem) in
            guard case .member(let place) = cursor else { throw Problem.badCursor }
            return place
        }
        let reveal = try call.query.flag("reveal")
        let question = try question(id)
        let answer = try await ask(try terms(call)) { desk throws(AnswerFailure) in
            try AnswerFailure.of { () throws(StoreFailure) in
                try desk.resolve(question, after: place, limit: limit, reveal: reveal)
            }
        }
        guard answer.error == nil else { throw Problem.notFound(answer.position) }
        return Reply(answer)
    }

    private func graph(_ call: Call) async throws(Problem) -> Reply {
        try checkOpened()
        let limit = try call.query.limit(limits.graphPage)
        let withBridges = try call.query.flag("bridges")
        let reveal = try call.query.flag("reveal")
        let place = try cursor(call)
        if case .step = place { throw Problem.badCursor }
        let question = try question(call.place)
        let answer = try await ask(try terms(call)) { desk throws(AnswerFailure) in
            try AnswerFailure.of { () throws(StoreFailure) in
                try desk.component(
                    question, from: place, limit: limit, bridges: withBridges, reveal: reveal)
            }
        }
        guard answer.error == nil else { throw Problem.notFound(answer.position) }
        return Reply(answer)
    }

    /// Answers 200 also where they are not one customer, or one of them is not known: the question
    /// is whether they are, and the answer is no.
    private func explain(_ call: Call) async throws(Problem) -> Reply {
        try checkOpened()
        let limit = try call.query.limit(limits.pathPage)
        let start = try cursor(call).map { (cursor) throws(Problem) in
            guard case .step(let key) = cursor else { throw Problem.badCursor }
            return key
        }
        let one = try question(try call.query.required("from"))
        let other = try question(try call.query.required("to"))
        return Reply(
            try await ask(try terms(call)) { desk throws(AnswerFailure) in
                try desk.explain(one, other, from: start, limit: limit)
            })
    }

    private func cursor(_ call: Call) throws(Problem) -> Cursor? {
        guard let text = call.query["cursor"] else { return nil }
        guard let cursor = Cursor(text) else { throw Problem.badCursor }
        return cursor
    }
}

extension Problem {
    /// The cursor is none that the route gave.
    static var badCursor: Problem {
        Problem(
            .badCursor,
            "the cursor is none that this route gave: take next_cursor as it came, or leave it out "
                + "to start again")
    }

    /// Nobody has the id.
    static func notFound(_ position: PositionAnswer?) -> Problem {
        var problem = Problem(
            .notFound,
            "no event has named this id yet; to see events that were just sent, add min_position "
                + "as their answer gave it")
        problem.position = position
        return problem
    }
}
