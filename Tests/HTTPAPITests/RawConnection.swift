import Foundation
import Glibc

/// What a server sent back.
struct RawAnswer: Sendable {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON.
    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }

    /// The word of a problem document that is whole and says its own status; nil for anything else.
    var problem: String? {
        let prefix = "urn:kindred:problem:"
        guard headers["content-type"] == "application/problem+json",
            json["status"] as? Int == status, let type = json["type"] as? String,
            type.hasPrefix(prefix), json["title"] is String, json["detail"] is String
        else { return nil }
        return String(type.dropFirst(prefix.count))
    }

    /// The detail of a problem document.
    var detail: String { json["detail"] as? String ?? "" }
}

/// A socket that sends what it is told, good or bad, and reads answers. Its calls run on threads of
/// their own: the server's tasks need the pool's.
///
/// `@unchecked Sendable`: one call at a time, each awaited.
final class RawConnection: @unchecked Sendable {
    enum Failure: Error {
        case refused
        case closed
        case timedOut
    }

    private let socket: Int32
    private var received: [UInt8] = []

    init(port: Int, timeoutSeconds: Int = 120) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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
        var time = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, size)
    }

    deinit { Glibc.close(socket) }

    /// Sends bytes; false where the other side takes no more.
    @discardableResult
    func send(_ bytes: [UInt8]) async -> Bool {
        await Threads.run { [self] in
            var start = 0
            while start < bytes.count {
                let count = bytes[start...].withUnsafeBytes {
                    Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                start += count
            }
            return true
        }
    }

    /// Sends text.
    @discardableResult
    func send(_ text: String) async -> Bool { await send(Array(text.utf8)) }

    /// Says that nothing more will be sent.
    func finish() { shutdown(socket, Int32(SHUT_WR)) }

    /// The next answer; `isHead`: of a HEAD, without a body.
    func answer(isHead: Bool = false) async throws -> RawAnswer {
        try await Threads.run { [self] in Result { try readAnswer(isHead: isHead) } }.get()
    }

    /// Whether the other side closes the connection, in seconds; nil if it does not.
    func secondsToEnd() async -> Double? {
        await Threads.run { [self] in
            let start = Date()
            while true {
                let count = receive()
                if count == 0 || count < 0 && errno == ECONNRESET {
                    return Date().timeIntervalSince(start)
                }
                if count < 0 { return nil }
            }
        }
    }

    private func readAnswer(isHead: Bool) throws -> RawAnswer {
        let separator = Array("\r\n\r\n".utf8)
        while received.firstRange(of: separator) == nil { try readMore() }
        guard let end = received.firstRange(of: separator) else { throw Failure.closed }
        let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
        received.removeSubrange(..<end.upperBound)
        let lines = head.components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        let length = isHead ? 0 : headers["content-length"].flatMap(Int.init) ?? 0
        while received.count < length { try readMore() }
        let body = Array(received[..<length])
        received.removeSubrange(..<length)
        return RawAnswer(status: status, headers: headers, body: body)
    }

    private func readMore() throws {
        let count = receive()
        if count == 0 { throw Failure.closed }
        if count < 0 { throw errno == EAGAIN ? Failure.timedOut : Failure.closed }
    }

    private func receive() -> Int {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        if count > 0 { received += buffer[..<count] }
        return count
    }
}

/// Threads for what blocks.
enum Threads {
    static func run<Result: Sendable>(
        _ body: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}
