internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import NIOHTTP1

/// Reads one request's body into memory, within what one request and all of them may take. What it
/// has taken of the bytes in flight it holds until `release`.
struct BodyReader {
    private let limits: HTTPLimits
    private let admission: Admission
    private var reserved = 0

    init(_ limits: HTTPLimits, _ admission: Admission) {
        self.limits = limits
        self.admission = admission
    }

    /// Gives back what the body took: when the answer is made, whatever it is.
    func release() { admission.release(reserved) }

    /// The body. Bytes are counted as they come: a client that announces much and sends little
    /// takes no room from others.
    ///
    /// - Throws: `Problem`; reading stops there.
    mutating func read(_ request: Request) async throws(Problem) -> [UInt8] {
        let declared = request.headers[.contentLength].flatMap(Int.init)
        if let declared, declared > limits.bodyBytes { throw tooLarge }
        var body: [UInt8] = []
        body.reserveCapacity(declared ?? 0)
        do {
            for try await chunk in request.body {
                guard chunk.readableBytes <= limits.bodyBytes - body.count else { throw tooLarge }
                guard admission.reserve(chunk.readableBytes) else {
                    throw Problem.overloaded(limits)
                }
                reserved += chunk.readableBytes
                body.append(contentsOf: chunk.readableBytesView)
            }
        } catch {
            throw Self.problem(error, limits)
        }
        guard declared == nil || declared == body.count else {
            throw ConnectionHandler.problem(.invalidEOFState, limits)
        }
        return body
    }

    private var tooLarge: Problem {
        Problem(
            .bodyTooLarge,
            "a body has at most \(limits.bodyBytes) bytes: send it in parts")
    }

    private static func problem(_ error: any Error, _ limits: HTTPLimits) -> Problem {
        switch error {
        case let problem as Problem: problem
        case let error as HTTPParserError: ConnectionHandler.problem(error, limits)
        case is BodyTimeout:
            Problem(
                .bodyTimeout,
                "the body did not come within \(Int(limits.bodySeconds)) s: send it in smaller "
                    + "parts; nothing of it was taken")
        default: ConnectionHandler.problem(.invalidEOFState, limits)
        }
    }
}
