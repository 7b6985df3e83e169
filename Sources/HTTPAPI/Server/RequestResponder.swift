internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import NodeRuntime

/// The connection that a request came over.
struct ConnectionContext: InitializableFromSource {
    /// The connection.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
}

/// Answers every request with what its route's handler says, or with a problem document. It keeps
/// the limits before a handler is asked, so that a handler sees only what it may do.
struct RequestResponder: HTTPResponder {
    typealias Context = ConnectionContext

    let table: RouteTable
    let limits: HTTPLimits
    let admission: Admission
    let log: RequestLog

    /// What became of a request.
    private struct Outcome {
        var result: Result<Reply, Problem>
        /// The route's pattern; nil where there is none.
        var pattern: String?
        /// Whether all that was sent has been read.
        var isRead = false
    }

    func respond(to request: Request, context: Context) async -> Response {
        let start = MonotonicTime.system.nanoseconds()
        let outcome = await answer(request)
        var response: Response
        switch outcome.result {
        case .success(.json(let json)):
            response = Response(
                status: .ok,
                headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
        case .success(.bytes(let bytes)):
            response = Response(
                status: .ok,
                headers: [.contentType: "application/octet-stream", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .success(.stream(let stream)):
            response = Response(
                status: .ok, headers: ChangeStream.headers,
                body: ResponseBody { [channel = context.channel] writer in
                    try await ConnectionHandler.watch(stream.follower, over: channel)
                    try await stream.run(&writer)
                })
        case .failure(let problem):
            log.note(problem, request.method, outcome.pattern, since: start)
            response = Response(
                status: problem.status, headers: problem.headers,
                body: ResponseBody(byteBuffer: ByteBuffer(string: problem.json)))
        }
        if !outcome.isRead, !mayBeSkipped(request) { response.headers[.connection] = "close" }
        guard request.method == .head else { return response }
        let length = response.headers[.contentLength]
        response = response.createHeadResponse()
        guard length == nil else { return response }
        // A stream's length is not known. Without one the encoder writes the end of a body that a
        // client does not look for, so nothing may follow.
        response.headers[.contentLength] = nil
        response.headers[.connection] = "close"
        return response
    }

    private func answer(_ request: Request) async -> Outcome {
        var outcome = Outcome(result: .failure(.noSuchRoute))
        do throws(Problem) {
            outcome.result = .success(try await answer(request, &outcome))
        } catch {
            outcome.result = .failure(error)
        }
        return outcome
    }

    private func answer(
        _ request: Request, _ outcome: inout Outcome
    ) async throws(Problem) -> Reply {
        guard (request.head.path ?? "").utf8.count <= limits.uriBytes else {
            throw Problem(
                .uriTooLong,
                "path and query have at most \(limits.uriBytes) bytes: POST /v1/resolve takes ids "
                    + "in its body")
        }
        let (route, place) = try find(request)
        outcome.pattern = route.pattern
        if route.isCounted, !admission.enter() { throw Problem.overloaded(limits) }
        defer { if route.isCounted { admission.leave() } }
        guard case .known(let names) = route.query else {
            return try await route.handler(call(request, place, nil, []))
        }
        let query = try QueryParameters(request.uri.query, known: names)
        guard route.takesBody else {
            return try await route.handler(call(request, place, query, []))
        }
        try checkOrigin(request)
        try checkEncoding(request)
        var reader = BodyReader(limits, admission)
        defer { reader.release() }
        let body = try await reader.read(request)
        outcome.isRead = true
        return try await route.handler(call(request, place, query, body))
    }

    private func find(_ request: Request) throws(Problem) -> (Route, Substring) {
        switch table.match(request.uri.path, request.method) {
        case .route(let route, let place): return (route, place)
        case .none: throw .noSuchRoute
        case .otherMethods(let methods):
            var problem = Problem(
                .methodNotAllowed,
                "this route answers " + methods.map(\.rawValue).joined(separator: ", "))
            problem.allowedMethods = methods
            throw problem
        }
    }

    private func call(
        _ request: Request, _ place: Substring, _ query: QueryParameters?, _ body: [UInt8]
    ) throws(Problem) -> Call {
        guard let place = PercentText.decode(place.utf8) else {
            throw Problem(
                .badQuery, "the path has a percent escape that is wrong, or is not UTF-8")
        }
        return Call(
            place: place, query: query ?? .none, body: body,
            contentType: request.headers[.contentType],
            authorization: request.headers[.authorization],
            lastEventID: HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] },
            deadline: .after(nanoseconds: UInt64(limits.deadlineSeconds * 1e9)))
    }

    /// Refuses what a browser sends for a page of another site: a node has no users, and a page
    /// that somebody on its machine looks at is not to write through it.
    private func checkOrigin(_ request: Request) throws(Problem) {
        guard let origin = request.headers[.origin],
            origin.split(separator: "/").last.map(String.init) != request.head.authority
        else { return }
        throw Problem(
            .foreignOrigin,
            "the request's Origin is not this node: call it from a server of yours, or through a "
                + "proxy that takes care of who may")
    }

    private func checkEncoding(_ request: Request) throws(Problem) {
        guard let encoding = request.headers[.contentEncoding],
            encoding.lowercased() != "identity"
        else { return }
        throw Problem(
            .unsupportedEncoding, "bodies are taken as they are: send this one uncompressed")
    }

    /// Whether what was not read of a request's body is so short that the connection may go on.
    private func mayBeSkipped(_ request: Request) -> Bool {
        guard request.headers[.transferEncoding] == nil else { return false }
        guard let declared = request.headers[.contentLength] else { return true }
        return Int(declared).map { $0 <= limits.skippedBodyBytes } ?? false
    }
}

extension Problem {
    /// No route has the path.
    static var noSuchRoute: Problem {
        Problem(.noSuchRoute, "docs/openapi.yaml lists the routes; no path ends with a slash")
    }
}
