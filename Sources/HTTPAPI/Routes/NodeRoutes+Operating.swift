internal import Answers
internal import Foundation
internal import HTTPTypes
internal import NodeRuntime

// What operators and their machines ask.
extension NodeRoutes {
    var operating: [Route] {
        [
            Route(.get, "/v1/stats") { _ throws(Problem) in
                Reply(try await serving { gate throws(ServingError) in try await gate.stats() })
            },
            Route(.get, "/v1/top", .known(["limit", "reveal"])) { call throws(Problem) in
                try await top(call)
            },
            Route(.get, "/v1/profiles") { call throws(Problem) in
                Reply(
                    try await serving { gate throws(ServingError) in
                        try await gate.profiles(deadline: call.deadline)
                    })
            },
            Route(.put, "/v1/profiles") { call throws(Problem) in try await putProfiles(call) },
            Route(.post, "/v1/backup") { call throws(Problem) in try await backup(call) },
            Route(.get, "/healthz", isCounted: false) { _ throws(Problem) in try health() },
            Route(.get, "/readyz", isCounted: false) { _ throws(Problem) in try ready() },
        ]
    }

    private struct StatusAnswer: Encodable {
        let status: String
    }

    private struct BackupRequest: Decodable {
        let destination: String
        let keep: Int?
    }

    private func top(_ call: Call) async throws(Problem) -> Reply {
        let limit = try call.query.limit(limits.topPage)
        let reveal = try call.query.flag("reveal")
        return Reply(
            try await serving { gate throws(ServingError) in
                try await gate.top(limit: limit, reveal: reveal)
            })
    }

    /// Changes what all profiles are made by, so it asks for the token.
    private func putProfiles(_ call: Call) async throws(Problem) -> Reply {
        try checkToken(call)
        guard !call.body.isEmpty else { throw Problem.emptyBody }
        return Reply(
            try await serving { gate throws(ServingError) in
                try await gate.put(profiles: call.body, deadline: call.deadline)
            })
    }

    /// Makes the node write files, so it asks for the token.
    private func backup(_ call: Call) async throws(Problem) -> Reply {
        try checkToken(call)
        guard !call.body.isEmpty else { throw Problem.emptyBody }
        guard let request = JSONText.decode(BackupRequest.self, from: Data(call.body)) else {
            throw Problem(.badBody, #"the body is {"destination":"/absolute/path","keep":7}"#)
        }
        guard request.destination.hasPrefix("/") else {
            throw Problem(.badBody, "destination is an absolute path on the node's machine")
        }
        guard (request.keep ?? 1) >= 1 else {
            throw Problem(.badBody, "keep is how many backups stay, at least 1")
        }
        let answer = try await serving { gate throws(ServingError) in
            try await gate.backup(to: request.destination, keep: request.keep)
        }
        return Reply(json: Array(answer))
    }

    /// Sees that the request has the token, which only who may read the data folder knows.
    private func checkToken(_ call: Call) throws(Problem) {
        guard let given = call.authorization, Self.isEqual(given, "Bearer " + token) else {
            throw Problem(
                .unauthorized,
                "send Authorization: Bearer with the token in serving.json of the data folder")
        }
    }

    /// Compares in a time that does not tell how much is equal.
    private static func isEqual(_ given: String, _ due: String) -> Bool {
        let (given, due) = (Array(given.utf8), Array(due.utf8))
        guard given.count == due.count else { return false }
        return zip(given, due).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private func health() throws(Problem) -> Reply {
        guard gate.readiness != .failed else { throw Problem.partitionFailed }
        return Reply(StatusAnswer(status: "alive"))
    }

    private func ready() throws(Problem) -> Reply {
        let retry = limits.retrySeconds
        switch gate.readiness {
        case .ready: return Reply(StatusAnswer(status: "ready"))
        case .opening:
            throw Problem(
                .unavailable, "opening: the node folds its log's tail", retrySeconds: retry)
        case .draining:
            throw Problem(
                .unavailable, "draining: the node was told to stop, and ends what it began")
        case .failed: throw Problem.partitionFailed
        }
    }
}

extension Problem {
    /// The body holds nothing.
    static var emptyBody: Problem {
        Problem(.emptyBody, "the request has no body: send one, with its Content-Length")
    }

    /// Nothing but a restart helps.
    static var partitionFailed: Problem {
        Problem(
            .storeFailed, "failed: the node's log says why; it must be restarted")
    }
}
