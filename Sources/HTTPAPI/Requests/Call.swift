internal import NodeRuntime

/// A request as a route's handler gets it.
struct Call: Sendable {
    /// What stands in the path where the pattern has braces, without percent escapes; empty where
    /// it has none.
    let place: String
    /// The query.
    let query: QueryParameters
    /// The body; empty where the route takes none.
    let body: [UInt8]
    /// The `Content-Type` header.
    let contentType: String?
    /// The `Authorization` header.
    let authorization: String?
    /// The `Last-Event-ID` header.
    let lastEventID: String?
    /// Until when the answer is of use.
    let deadline: Deadline
}
