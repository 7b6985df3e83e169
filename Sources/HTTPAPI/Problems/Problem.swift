internal import Answers
internal import HTTPTypes

/// Why a request is refused or failed, as RFC 9457 has it told. The detail says what to do next and
/// quotes nothing of the request that could be an identifier.
struct Problem: Error {
    /// The last part of its type; a stable word.
    let word: String
    /// The answer's status.
    let status: HTTPResponse.Status
    /// What all problems of the kind are called.
    let title: String
    /// What is wrong here and what to do next.
    let detail: String
    /// In how many seconds to try again; nil where that is no use.
    var retrySeconds: Int?
    /// What an answer that is no reflects.
    var position: PositionAnswer?
    /// The methods that the route has, where the one that was asked for is not among them.
    var allowedMethods: [HTTPRequest.Method] = []

    /// A problem of a kind.
    init(_ kind: ProblemKind, _ detail: String, retrySeconds: Int? = nil) {
        word = kind.rawValue
        status = kind.status
        title = kind.title
        self.detail = detail
        self.retrySeconds = retrySeconds
    }

    /// A problem of a kind whose word says more than the kind does.
    init(_ kind: ProblemKind, word: String, _ detail: String) {
        self.word = word
        status = kind.status
        title = kind.title
        self.detail = detail
    }

    /// The media type of a problem document.
    static let mediaType = "application/problem+json"

    private struct Document: Encodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let position: PositionAnswer?
    }

    /// The document, as UTF-8.
    var json: String {
        JSONText.encode(
            Document(
                type: "urn:kindred:problem:\(word)", title: title, status: status.code,
                detail: detail, position: position))
    }

    /// The headers of an answer that says it.
    var headers: HTTPFields {
        var headers: HTTPFields = [
            .contentType: Self.mediaType, .cacheControl: "no-store",
        ]
        if let retrySeconds { headers[.retryAfter] = "\(retrySeconds)" }
        if !allowedMethods.isEmpty {
            headers[.allow] = allowedMethods.map(\.rawValue).joined(separator: ", ")
        }
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        return headers
    }
}
