internal import Answers
internal import Dispatch
internal import Foundation
internal import FoundationNetworking

/// Sends one request at a time to a node, and waits for its answer: for commands, which have
/// nothing else to do. Nothing is kept: no cookies, no caches.
final class NodeClient {
    /// Seconds without a word from the node after which it is given up: a little more than the
    /// node itself takes at most to answer.
    static let timeoutSeconds = 35.0

    /// The node's address.
    let address: NodeAddress
    private let session: URLSession

    /// A client of the node at an address.
    init(_ address: NodeAddress) {
        self.address = address
        session = URLSession(configuration: Self.configuration())
    }

    /// Nothing is kept.
    static func configuration() -> URLSessionConfiguration {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        return configuration
    }

    deinit { session.invalidateAndCancel() }

    /// What a node said.
    struct Reply: Sendable {
        /// The status.
        let status: Int
        /// What followed.
        let body: Data
        /// Seconds after which to ask again, where the node says so.
        let retryAfterSeconds: Int?
    }

    /// What is sent in a request.
    struct Content {
        /// With which method it is sent.
        enum Method: String {
            case post = "POST"
            case put = "PUT"
        }

        /// JSON, or what the route reads.
        let body: Data
        /// How it is sent.
        var method = Method.post
        /// What the route asks for as a proof; nil for none.
        var token: String?
        /// Seconds without a word from the node after which it is given up.
        var timeoutSeconds = NodeClient.timeoutSeconds
    }

    /// Asks a route: with GET, or with POST or PUT where something is sent.
    ///
    /// - Throws: `CommandEnd` where no answer came.
    func ask(
        _ path: String, _ query: [(name: String, value: String)] = [],
        sending content: Content? = nil
    ) throws(CommandEnd) -> Reply {
        var request = try request(path, query)
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        if let content {
            request.timeoutInterval = content.timeoutSeconds
            request.httpMethod = content.method.rawValue
            request.httpBody = content.body
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            if let token = content.token {
                request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
            }
        }
        switch wait(for: request) {
        case .success(let reply): return reply
        case .failure(let error): throw unreachable(error, request.timeoutInterval)
        }
    }

    /// A question to a route.
    ///
    /// - Throws: `CommandEnd` where the address is none.
    func request(
        _ path: String, _ query: [(name: String, value: String)]
    ) throws(CommandEnd) -> URLRequest {
        guard let url = address.url(path, query) else {
            throw CommandEnd(ExitStatus.usage, "\(address.text) is not the address of a node")
        }
        var request = URLRequest(url: url)
        request.timeoutInterval = Self.timeoutSeconds
        request.setValue("kindred/\(Release.version)", forHTTPHeaderField: "User-Agent")
        return request
    }

    /// What a node that understood the question answered.
    ///
    /// - Throws: `CommandEnd` with what the node says is wrong, or where it cannot be understood.
    func value<Value: Decodable>(
        _ type: Value.Type, of reply: Reply
    ) throws(CommandEnd) -> Value {
        guard (200..<300).contains(reply.status) else { throw refused(reply) }
        guard let value = JSONText.decode(type, from: reply.body) else { throw unreadable }
        return value
    }

    // MARK: Waiting

    private func wait(for request: URLRequest) -> Result<Reply, URLError> {
        let ended = DispatchSemaphore(value: 0)
        // nonisolated(unsafe): written once before the semaphore is signalled, read once after.
        nonisolated(unsafe) var result = Result<Reply, URLError>.failure(URLError(.unknown))
        session.dataTask(with: request) { body, response, error in
            if let response = response as? HTTPURLResponse, error == nil {
                let retry = response.value(forHTTPHeaderField: "Retry-After").flatMap { Int($0) }
                result = .success(
                    Reply(
                        status: response.statusCode, body: body ?? Data(),
                        retryAfterSeconds: retry))
            } else if let error = error as? URLError {
                result = .failure(error)
            }
            ended.signal()
        }.resume()
        ended.wait()
        return result
    }

    // MARK: Failures

    /// What a command ends with where no answer came.
    func unreachable(_ error: URLError, _ seconds: Double) -> CommandEnd {
        switch error.code {
        case .cannotConnectToHost, .cannotFindHost, .dnsLookupFailed, .notConnectedToInternet:
            .failed(
                "cannot connect to a node at \(address.text)",
                remedy: "start one there ('kindred serve'), or name another --server")
        case .timedOut:
            .failed(
                "the node at \(address.text) did not answer within \(Int(seconds)) s",
                remedy: "see its log for what it is doing, then ask again")
        case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid:
            .failed(
                "\(address.text) has no certificate that this machine trusts",
                remedy: "have its operator mend it, or name another --server")
        default:
            .failed(
                "the node at \(address.text) broke its answer off (\(error.code.rawValue))",
                remedy: "see its log for why, then ask again")
        }
    }

    /// What a command ends with where a node refused.
    func refused(_ reply: Reply) -> CommandEnd {
        guard let problem = NodeProblem(reply.body) else {
            return .failed(
                "\(address.text) answered with status \(reply.status) and no reason",
                remedy: "see whether a node of this release answers there (--server)")
        }
        return CommandEnd(
            ExitStatus.failed,
            "the node at \(address.text) refused: "
                + (problem.detail ?? problem.title ?? problem.word)
        )
    }

    /// What a command ends with where an answer makes no sense.
    var unreadable: CommandEnd {
        .failed(
            "\(address.text) gave an answer that cannot be read",
            remedy: "see whether a node of this release answers there (--server)")
    }
}

/// Why a node refused: a problem document (RFC 9457).
struct NodeProblem {
    /// The stable word behind `urn:kindred:problem:`.
    let word: String
    /// What it is, in general.
    let title: String?
    /// What to do next.
    let detail: String?
    /// What the refusal reflects, where it depends on what the store holds.
    let position: PositionAnswer?

    private struct Document: Decodable {
        let type: String
        let title: String?
        let detail: String?
        let position: PositionAnswer?
    }

    private static let prefix = "urn:kindred:problem:"

    /// Reads a problem document; nil for other bytes, and for others' problems.
    init?(_ data: Data) {
        guard let document = JSONText.decode(Document.self, from: data),
            document.type.hasPrefix(Self.prefix)
        else { return nil }
        word = String(document.type.dropFirst(Self.prefix.count))
        (title, detail, position) = (document.title, document.detail, document.position)
    }
}
