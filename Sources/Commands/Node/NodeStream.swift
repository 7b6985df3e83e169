internal import Foundation
internal import FoundationNetworking
internal import NodeRuntime

/// An answer of a node that is taken as it comes: its bytes wait here until they are asked for.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class NodeStream: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    /// What has come.
    enum Piece {
        /// Bytes of the body.
        case bytes(Data)
        /// Nothing, in the time that was waited for.
        case nothing
        /// The end; nil: a whole answer, else why there is none.
        case end(URLError?)
    }

    private let mutex = Mutex()
    private var bytes = Data()
    private var answer: HTTPURLResponse?
    private var end: URLError??

    /// The answer's head, once something of it has come.
    var head: HTTPURLResponse? { mutex.locked { answer } }

    /// The next bytes; waits for them for so many nanoseconds at most.
    func next(within nanoseconds: UInt64) -> Piece {
        let late = MonotonicTime.system.nanoseconds() + nanoseconds
        return mutex.locked {
            while bytes.isEmpty, end == nil, MonotonicTime.system.nanoseconds() < late {
                mutex.wait(until: late)
            }
            if !bytes.isEmpty {
                defer { bytes = Data() }
                return .bytes(bytes)
            }
            return end.map { .end($0) } ?? .nothing
        }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        mutex.locked { answer = response as? HTTPURLResponse }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        mutex.locked {
            bytes.append(data)
            mutex.signal()
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        mutex.locked {
            end = .some(error.map { $0 as? URLError ?? URLError(.unknown) })
            mutex.signal()
        }
    }
}

extension NodeClient {
    /// How long is waited between two looks at whether to go on, in nanoseconds: 0.2 s.
    private static let lookNanoseconds: UInt64 = 200_000_000

    /// Asks a route for what comes bit by bit, and gives its bytes to `body` as they come. Returns
    /// at the end of the answer, or once the program is interrupted or nobody reads its output.
    ///
    /// - Throws: `CommandEnd` with what the node says is wrong, where no answer came, or where it
    ///   broke off without a word from `body`.
    func stream(
        _ path: String, _ query: [(name: String, value: String)],
        _ body: (Data) throws(CommandEnd) -> Void
    ) throws(CommandEnd) {
        let request = try request(path, query)
        let stream = NodeStream()
        let session = URLSession(
            configuration: Self.configuration(), delegate: stream, delegateQueue: nil)
        defer { session.invalidateAndCancel() }
        session.dataTask(with: request).resume()
        var refusal = Data()
        while Interruption.status == nil, Output.isRead {
            switch stream.next(within: Self.lookNanoseconds) {
            case .nothing: continue
            case .bytes(let bytes):
                if stream.head?.statusCode == 200 { try body(bytes) } else { refusal += bytes }
            case .end(let error):
                guard let head = stream.head else {
                    throw unreachable(error ?? URLError(.unknown), request.timeoutInterval)
                }
                guard head.statusCode == 200 else {
                    throw refused(
                        Reply(status: head.statusCode, body: refusal, retryAfterSeconds: nil))
                }
                return
            }
        }
    }
}
