import Foundation
import HTTPAPI
import Logging
import NodeRuntime
import TestSupport
import Testing

/// A server on a port that the system chose, over a node in memory.
struct ServedNode: Sendable {
    static let token = "0123456789abcdef0123456789abcdef"

    let gate: FakeGate
    let server: NodeServer
    let port: Int

    /// Runs a server while `body` does, and ends it.
    static func with(
        _ limits: HTTPLimits = .standard, logger: Logger? = nil, retention: UInt64 = .max,
        _ body: (ServedNode) async throws -> Void
    ) async throws {
        let gate = try FakeGate(retention: retention)
        defer { gate.desk.close() }
        let (ports, running) = AsyncStream<Int>.makeStream()
        let server = NodeServer(
            gate, on: NodeServer.Address(host: "127.0.0.1", port: 0), token: token,
            limits: limits, logger: logger ?? LogCapture.quiet
        ) { port in running.yield(port) }
        let life = Task { try await server.run() }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        do {
            try await body(ServedNode(gate: gate, server: server, port: port))
        } catch {
            gate.turn { $0.isHeld = false }
            await server.stop()
            throw error
        }
        gate.turn { $0.isHeld = false }
        await server.stop()
        try await life.value
        #expect(server.taken == (0, 0), "what requests took was given back")
    }

    /// What is long enough for any answer, however long the threads that all tests share are taken:
    /// 10 minutes.
    static let patienceSeconds = 600

    func connect(timeoutSeconds: Int = patienceSeconds) throws -> RawConnection {
        try RawConnection(port: port, timeoutSeconds: timeoutSeconds)
    }

    /// One request on a connection of its own.
    func exchange(_ text: String) async throws -> HTTPAnswer {
        try await exchange(Array(text.utf8))
    }

    func exchange(_ bytes: [UInt8]) async throws -> HTTPAnswer {
        let connection = try connect()
        await connection.send(bytes)
        return try await connection.answer()
    }

    func get(_ path: String, _ headers: String = "") async throws -> HTTPAnswer {
        try await exchange("GET \(path) HTTP/1.1\r\nHost: k\r\n\(headers)\r\n")
    }

    func post(_ path: String, _ body: String, _ headers: String = "") async throws -> HTTPAnswer {
        try await exchange(Self.post(path, Array(body.utf8), headers))
    }

    func put(_ path: String, _ body: String, _ headers: String = "") async throws -> HTTPAnswer {
        let post = Self.post(path, Array(body.utf8), headers)
        return try await exchange(Array("PUT".utf8) + post.dropFirst("POST".utf8.count))
    }

    static func post(_ path: String, _ body: [UInt8], _ headers: String = "") -> [UInt8] {
        Array(
            "POST \(path) HTTP/1.1\r\nHost: k\r\nContent-Length: \(body.count)\r\n\(headers)\r\n"
                .utf8) + body
    }

    /// Follows the change feed, on a connection of its own; `query` from `?` on.
    func follow(_ query: String = "", lastEventID: String? = nil) async throws -> RawEvents {
        try await Threads.run { [port] in
            Result {
                RawEvents(
                    try EventClient(
                        port: port, "/v1/changes" + query, lastEventID: lastEventID,
                        timeoutSeconds: Self.patienceSeconds))
            }
        }.get()
    }

    /// Waits until something is so.
    func wait(until condition: @Sendable () -> Bool) async throws {
        for _ in 0..<5_000 where !condition() { try await Task.sleep(nanoseconds: 2_000_000) }
        #expect(condition(), "it never came to be")
    }
}

/// Events as text.
enum Events {
    static func link(_ a: String, _ b: String, source: String = "test") -> String {
        #"{"op":"link","a":"\#(a)","b":"\#(b)","ts":"2026-01-02T03:04:05Z","source":"\#(source)"}"#
    }

    /// So many links of one customer.
    static func lines(_ count: Int) -> String {
        (0..<count).map { link("email:hub@example.com", "cookie:c\($0)") }.joined(separator: "\n")
    }
}
