internal import HTTPTypes

// Names that are promised and come with later releases: refused by name, never half done.
extension NodeRoutes {
    static var later: [Route] {
        let reads = ["/", "/metrics"]
        let writes = ["identify", "alias", "track", "page", "screen", "batch", "import"]
        return reads.map { notYet(.get, $0) } + writes.map { notYet(.post, "/v1/" + $0) }
    }

    private static func notYet(_ method: HTTPRequest.Method, _ pattern: String) -> Route {
        Route(method, pattern, .any) { _ throws(Problem) in
            throw Problem(.notSupported, "\(pattern) comes with a later release of this program")
        }
    }
}
