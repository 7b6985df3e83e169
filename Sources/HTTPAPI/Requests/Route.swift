internal import HTTPTypes

/// A path, a method, and what answers there. Routes are data: the responder, `Allow` and the test
/// of docs/openapi.yaml read the same table.
struct Route: Sendable {
    /// The parameters of its query that a route knows.
    enum Query: Sendable {
        /// These and no others.
        case known([String])
        /// Any: nothing of the request is looked at.
        case any
    }

    /// What answers.
    typealias Handler = @Sendable (Call) async throws(Problem) -> Reply

    /// GET, POST or PUT. A route of GET answers HEAD too.
    let method: HTTPRequest.Method
    /// The path; one part of it may be in braces and stands for anything.
    let pattern: String
    /// Its parameters.
    let query: Query
    /// Whether it has a place among the requests that are worked on at once: a busy node still
    /// says that it lives.
    let isCounted: Bool
    /// What answers.
    let handler: Handler

    init(
        _ method: HTTPRequest.Method, _ pattern: String, _ query: Query = .known([]),
        isCounted: Bool = true, _ handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.query = query
        self.isCounted = isCounted
        self.handler = handler
    }

    /// Whether it reads what is sent.
    var takesBody: Bool { method != .get }

    /// Whether it answers a request of this method.
    func answers(_ method: HTTPRequest.Method) -> Bool {
        self.method == method || self.method == .get && method == .head
    }
}

/// All routes of a node.
struct RouteTable: Sendable {
    /// What a path and method lead to.
    enum Match {
        /// A route, and what its braces stand for, as it was written.
        case route(Route, place: Substring)
        /// The path has other methods.
        case otherMethods([HTTPRequest.Method])
        /// No route has such a path.
        case none
    }

    /// The routes, in the order in which they are looked at.
    let routes: [Route]
    /// The patterns' parts, by route.
    private let patterns: [[Substring]]

    init(_ routes: [Route]) {
        self.routes = routes
        patterns = routes.map { Self.parts($0.pattern) }
    }

    /// Looks a path up. Paths are told apart by every byte: no doubled or last slash is ignored.
    func match(_ path: String, _ method: HTTPRequest.Method) -> Match {
        let parts = Self.parts(path)
        var methods: [HTTPRequest.Method] = []
        for (route, pattern) in zip(routes, patterns) {
            guard let place = Self.place(parts, in: pattern) else { continue }
            if route.answers(method) { return .route(route, place: place) }
            methods.append(route.method)
            if route.method == .get { methods.append(.head) }
        }
        return methods.isEmpty ? .none : .otherMethods(methods)
    }

    private static func parts(_ path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: false)
    }

    private static func place(_ parts: [Substring], in pattern: [Substring]) -> Substring? {
        guard parts.count == pattern.count else { return nil }
        var place: Substring = ""
        for (part, expected) in zip(parts, pattern) {
            if expected.first == "{" {
                place = part
            } else if !part.utf8.elementsEqual(expected.utf8) {
                return nil
            }
        }
        return place
    }
}
