internal import HTTPTypes
internal import Logging
internal import NodeRuntime

/// Writes one line for each request that failed: what was asked as the route's pattern, and what
/// became of it. Never a path, a query, a header or a body: identifiers are in them.
struct RequestLog: Sendable {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// A request failed. What clients do wrong is for whoever looks for it; what the node could not
    /// do is a warning.
    func note(
        _ problem: Problem, _ method: HTTPRequest.Method, _ pattern: String?, since start: UInt64
    ) {
        let elapsed = MonotonicTime.system.nanoseconds() - start
        logger.log(
            level: Self.level(problem), "a request failed",
            metadata: [
                "method": "\(Self.known.contains(method) ? method.rawValue : "other")",
                "route": "\(pattern ?? "none")", "status": "\(problem.status.code)",
                "word": "\(problem.word)",
                "milliseconds": "\(Double(elapsed / 1_000) / 1_000)",
            ])
    }

    /// What came could not be read as a request.
    func noteUnreadable(_ problem: Problem) {
        logger.debug(
            "what came is no request",
            metadata: ["status": "\(problem.status.code)", "word": "\(problem.word)"])
    }

    /// A follower of the change feed has not read what was written to it, and was cut off.
    func noteSlowFollower() { logger.info("a slow follower of the change feed was cut off") }

    /// The change feed could not be read on.
    func noteBrokenFeed(_ reason: String) {
        logger.warning("the change feed cannot be read", metadata: ["reason": "\(reason)"])
    }

    private static func level(_ problem: Problem) -> Logger.Level {
        guard problem.status.kind == .serverError, !clients.contains(problem.word) else {
            return .debug
        }
        return .warning
    }

    /// What clients bring about, or are told to wait for, though its status is the server's.
    private static let clients = Set(
        [ProblemKind.notSupported, .pending, .unavailable].map(\.rawValue))

    /// Methods that are written by name: any other may be whatever a client sends.
    private static let known: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .delete, .options, .patch,
    ]
}
