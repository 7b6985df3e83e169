internal import Foundation
internal import Glibc

/// One connection to a server of this machine, kept open from request to request. It sends what it
/// is told, good or bad, and reads answers. Its calls block.
package final class HTTPConnection {
    /// Why a call did not come to its end.
    package enum Failure: Error {
        /// Nobody listens.
        case refused
        /// The other side has closed.
        case closed
        /// The other side is silent.
        case timedOut
    }

    private let socket: Int32
    private var received: [UInt8] = []

    /// Connects to a port; no call waits longer than `timeoutSeconds` for the other side.
    package init(port: Int, timeoutSeconds: Int = 60) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var time = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // The socket is closed by deinit, which runs: all that is stored is there.
        guard status == 0 else { throw Failure.refused }
    }

    deinit { close(socket) }

    // MARK: Requests

    /// Asks, with the target as it stands in the request line.
    package func get(_ target: String) throws -> HTTPAnswer { try request("GET", target) }

    /// Sends a body.
    package func post(
        _ target: String, _ body: String, _ headers: [String] = []
    ) throws -> HTTPAnswer {
        try request("POST", target, Array(body.utf8), headers)
    }

    /// Puts a body.
    package func put(
        _ target: String, _ body: String, _ headers: [String] = []
    ) throws -> HTTPAnswer {
        try request("PUT", target, Array(body.utf8), headers)
    }

    private func request(
        _ method: String, _ target: String, _ body: [UInt8] = [], _ headers: [String] = []
    ) throws -> HTTPAnswer {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: node"] + headers
        if method != "GET" { lines.append("Content-Length: \(body.count)") }
        try send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
        return try answer()
    }

    // MARK: Bytes

    /// Sends bytes as they are.
    package func send(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw errno == EAGAIN ? Failure.timedOut : Failure.closed }
            start += count
        }
    }

    /// Says that nothing more will be sent.
    package func finish() { shutdown(socket, Int32(SHUT_WR)) }

    /// Asks for an answer that comes bit by bit. Where it does, the body is empty, and `chunk`
    /// reads on; else all of it is there.
    package func begin(_ target: String, _ headers: [String] = []) throws -> HTTPAnswer {
        let lines = ["GET \(target) HTTP/1.1", "Host: node"] + headers
        try send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
        let (status, headers) = try head()
        let body = try headers["transfer-encoding"] == "chunked" ? [] : body(of: headers)
        return HTTPAnswer(status: status, headers: headers, body: body)
    }

    /// The next chunk of the body that was begun; nil at its end.
    package func chunk() throws -> [UInt8]? {
        let line = try take(through: Array("\r\n".utf8))
        guard let count = Int(String(decoding: line, as: UTF8.self), radix: 16) else {
            throw Failure.closed
        }
        while received.count < count + 2 { try readMore() }
        defer { received.removeSubrange(..<(count + 2)) }
        return count == 0 ? nil : Array(received[..<count])
    }

    /// Reads the next answer; `isHead`: of a HEAD, without a body.
    package func answer(isHead: Bool = false) throws -> HTTPAnswer {
        let (status, headers) = try head()
        return HTTPAnswer(
            status: status, headers: headers, body: isHead ? [] : try body(of: headers))
    }

    private func head() throws -> (status: Int, headers: [String: String]) {
        let head = String(decoding: try take(through: Array("\r\n\r\n".utf8)), as: UTF8.self)
        let lines = head.components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        let words = lines[0].split(separator: " ")
        return (words.count > 1 ? Int(words[1]) ?? 0 : 0, headers)
    }

    private func body(of headers: [String: String]) throws -> [UInt8] {
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        while received.count < length { try readMore() }
        defer { received.removeSubrange(..<length) }
        return Array(received[..<length])
    }

    /// Whether the other side closes the connection, in seconds; nil if it does not.
    package func secondsToEnd() -> Double? {
        let start = Date()
        while true {
            do {
                try readMore()
            } catch {
                return error == .closed ? Date().timeIntervalSince(start) : nil
            }
        }
    }

    /// What has come before a mark, which is taken too.
    private func take(through mark: [UInt8]) throws(Failure) -> [UInt8] {
        while true {
            if let end = received.firstRange(of: mark) {
                defer { received.removeSubrange(..<end.upperBound) }
                return Array(received[..<end.lowerBound])
            }
            try readMore()
        }
    }

    private func readMore() throws(Failure) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else {
            throw count < 0 && errno == EAGAIN ? Failure.timedOut : Failure.closed
        }
        received += buffer[..<count]
    }
}
