import Foundation
import NodeRuntime
import Testing

/// An HTTP server that says what it was told to say, in that order, and keeps what it was asked.
/// One connection an answer.
///
/// `@unchecked Sendable`: what its thread writes is guarded by the mutex; the rest is constant.
final class CannedServer: @unchecked Sendable {
    /// What one request is answered with.
    enum Reply: Sendable {
        /// A status, a body, and further headers, each a line.
        case status(Int, String, headers: [String] = [])
        /// The head of a long answer, and a part of its body.
        case cutShort
        /// Nothing: the connection is closed.
        case hangUp
        /// Text as it is, head and all; then the connection is closed.
        case raw(String)

        /// A body with status 200.
        static func json(_ body: String) -> Reply { .status(200, body) }

        /// A problem document.
        static func problem(
            _ status: Int, _ word: String, _ detail: String, headers: [String] = []
        ) -> Reply {
            .status(
                status,
                #"{"type":"urn:kindred:problem:\#(word)","title":"T","status":\#(status),"#
                    + #""detail":"\#(detail)"}"#, headers: headers)
        }

        fileprivate var bytes: [UInt8] {
            switch self {
            case .status(let status, let body, let headers):
                let lines =
                    ["HTTP/1.1 \(status) Canned", "Content-Length: \(body.utf8.count)"] + headers
                    + ["Content-Type: application/json", "Connection: close", "", body]
                return Array(lines.joined(separator: "\r\n").utf8)
            case .cutShort:
                return Array("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"id\":".utf8)
            case .hangUp: return []
            case .raw(let text): return Array(text.utf8)
            }
        }
    }

    /// A request as it came.
    struct Request: Sendable {
        /// The first line, without its end.
        let line: String
        /// The headers' lines.
        let headers: [String]
        /// What followed.
        let body: String

        /// The value of a header; its name in small letters.
        func header(_ name: String) -> String? {
            headers.first { $0.lowercased().hasPrefix(name + ":") }
                .map { $0.dropFirst(name.utf8.count + 1).trimmingCharacters(in: .whitespaces) }
        }
    }

    /// Where it listens.
    let url: String
    private let listener: Int32
    private let mutex = Mutex()
    private var seen: [Request] = []
    private let ended = DispatchSemaphore(value: 0)

    /// Listens on a port of the system's choice; the answers beyond `replies` have status 500.
    init(_ replies: [Reply]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        try #require(listener >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (bound, named) = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (bind(listener, $0, size), getsockname(listener, $0, &size))
            }
        }
        try #require(bound == 0 && named == 0 && listen(listener, 8) == 0)
        self.listener = listener
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread { [self] in serve(replies) }.start()
    }

    /// The address of a port that nobody listens on.
    static func unusedURL() throws -> String {
        let server = try CannedServer([])
        _ = server.stop()
        return server.url
    }

    /// Stops listening, and gives what came.
    func stop() -> [Request] {
        shutdown(listener, Int32(SHUT_RDWR))
        ended.wait()
        ended.signal()
        return mutex.locked { seen }
    }

    // MARK: The thread

    private func serve(_ replies: [Reply]) {
        defer {
            close(listener)
            ended.signal()
        }
        var place = 0
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            defer {
                // A child that was just started may hold it too: end it for all.
                shutdown(connection, Int32(SHUT_RDWR))
                close(connection)
            }
            guard let request = Self.read(connection) else { continue }
            mutex.locked { seen.append(request) }
            let reply = place < replies.count ? replies[place] : .status(500, "no answer is left")
            place += 1
            Self.send(reply.bytes, on: connection)
        }
    }

    private static func send(_ bytes: [UInt8], on connection: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var isAsked = false
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
                let head = Request(line: lines[0], headers: Array(lines.dropFirst()), body: "")
                let body = String(text[end.upperBound...])
                if body.utf8.count >= head.header("content-length").flatMap({ Int($0) }) ?? 0 {
                    return Request(line: head.line, headers: head.headers, body: body)
                }
                if head.header("expect") != nil, !isAsked {
                    send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), on: connection)
                    isAsked = true
                }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }
}
