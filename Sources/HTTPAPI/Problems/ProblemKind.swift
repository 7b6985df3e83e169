internal import HTTPTypes

/// What can be wrong with a request, as a stable word that programs decide by.
enum ProblemKind: String, CaseIterable {
    case badRequest = "bad_request"
    case badQuery = "bad_query"
    case unknownParameter = "unknown_parameter"
    case repeatedParameter = "repeated_parameter"
    case missingParameter = "missing_parameter"
    case badParameter = "bad_parameter"
    case badID = "bad_id"
    case badCursor = "bad_cursor"
    case staleCursor = "stale_cursor"
    case badPosition = "bad_position"
    case emptyBody = "empty_body"
    case badBody = "bad_body"
    case unauthorized
    case foreignOrigin = "foreign_origin"
    case notFound = "not_found"
    case noSuchRoute = "no_such_route"
    case methodNotAllowed = "method_not_allowed"
    case bodyTimeout = "body_timeout"
    case conflict
    case positionGone = "position_gone"
    case bodyTooLarge = "body_too_large"
    case tooManyEvents = "too_many_events"
    case tooManyIDs = "too_many_ids"
    case uriTooLong = "uri_too_long"
    case unsupportedEncoding = "unsupported_encoding"
    case overloaded
    case headersTooLarge = "headers_too_large"
    case notSupported = "not_supported"
    case unavailable
    case pending
    case storeFailed = "store_failed"
    case deadlinePassed = "deadline_passed"
    case noRoom = "no_room"

    /// The status of an answer that says it.
    var status: HTTPResponse.Status {
        switch self {
        case .badRequest, .badQuery, .unknownParameter, .repeatedParameter, .missingParameter,
            .badParameter, .badID, .badCursor, .staleCursor, .badPosition, .emptyBody, .badBody:
            .badRequest
        case .unauthorized: .unauthorized
        case .foreignOrigin: .forbidden
        case .notFound, .noSuchRoute: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .bodyTimeout: .requestTimeout
        case .conflict: .conflict
        case .positionGone: .gone
        case .bodyTooLarge, .tooManyEvents, .tooManyIDs: .contentTooLarge
        case .uriTooLong: .uriTooLong
        case .unsupportedEncoding: .unsupportedMediaType
        case .overloaded: .tooManyRequests
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .notSupported: .notImplemented
        case .unavailable, .pending, .storeFailed: .serviceUnavailable
        case .deadlinePassed: .gatewayTimeout
        case .noRoom: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        }
    }

    /// The same words for each problem of the kind.
    var title: String {
        switch self {
        case .badRequest: "The request is not valid HTTP"
        case .badQuery: "The query is not valid"
        case .unknownParameter: "There is no such parameter"
        case .repeatedParameter: "A parameter is there twice"
        case .missingParameter: "A parameter is missing"
        case .badParameter: "A parameter has no valid value"
        case .badID: "The id is not valid"
        case .badCursor: "The cursor is not valid"
        case .staleCursor: "The path has changed since the cursor was given"
        case .badPosition: "The position is none of the change feed"
        case .emptyBody: "The body is empty"
        case .badBody: "The body is not valid"
        case .unauthorized: "The node's token is needed"
        case .foreignOrigin: "Sent by a page of another site"
        case .notFound: "Not found"
        case .noSuchRoute: "There is no such route"
        case .methodNotAllowed: "The route has no such method"
        case .bodyTimeout: "The body took too long to come"
        case .conflict: "Refused for now"
        case .positionGone: "The change feed has let go of the position"
        case .bodyTooLarge: "The body is too large"
        case .tooManyEvents: "Too many events in one request"
        case .tooManyIDs: "Too many ids in one request"
        case .uriTooLong: "The path and query are too long"
        case .unsupportedEncoding: "The body's encoding is not supported"
        case .overloaded: "The node has too much to do"
        case .headersTooLarge: "The headers are too large"
        case .notSupported: "Not in this release"
        case .unavailable: "The node does not serve now"
        case .pending: "The position is not reached yet"
        case .storeFailed: "The store has failed"
        case .deadlinePassed: "No answer in time"
        case .noRoom: "The node has no room left"
        }
    }
}
