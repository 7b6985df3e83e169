import Foundation
import HTTPAPI
import NodeRuntime
import TestSupport
import Testing

/// Logs say what failed, and no identifier.
@Suite("Request log")
struct RequestLogTests {
    @Test func shouldNameTheRouteAndTheWord() async throws {
        let capture = LogCapture()
        try await ServedNode.with(logger: capture.logger) { node in
            _ = try await node.get("/v1/customers/cookie:1/graph")
            node.gate.turn { $0.failure = .closed }
            _ = try await node.get("/v1/stats")
            node.gate.turn { $0.failure = .deadlinePassed }
            _ = try await node.get("/v1/stats")
        }
        let lines = capture.lines.filter { $0.contains("a request failed") }
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("debug a request failed"))
        #expect(lines[0].contains("method=GET milliseconds="))
        #expect(
            lines[0].hasSuffix("route=/v1/customers/{id}/graph status=404 word=not_found"))
        #expect(lines[1].hasPrefix("debug "), "whoever asks too early is told to wait")
        #expect(lines[2].hasPrefix("warning "))
    }

    @Test func shouldHoldNoIdentifierAtTheFinestLevel() async throws {
        let capture = LogCapture()
        let secret = "s3cr3t"
        try await ServedNode.with(logger: capture.logger) { node in
            _ = try await node.post("/v1/events", Events.link("email:\(secret)@x", "cookie:1"))
            for path in [
                "/v1/resolve?id=email:\(secret)@x", "/v1/resolve?id=\(secret)", "/\(secret)",
                "/v1/resolve?\(secret)=1", "/v1/customers/\(secret)", "/v1/resolve?id=%\(secret)",
                "/v1/explain?from=cookie:\(secret)&to=cookie:1", "/v1/changes?x=\(secret)",
                "/v1/changes?from=\(secret)",
            ] {
                _ = try await node.get(path, "X-\(secret): \(secret)\r\n")
            }
            for text in [
                "\(secret) / HTTP/1.1\r\n\r\n", "GET /\(secret) HTTP/1.1\r\n\(secret)\r\n\r\n",
                "GET /\(secret)\r\n\r\n", "\(secret.uppercased()) /\(secret) HTTP/1.1\r\n\r\n",
                "POST /v1/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\(secret)\r\n",
                "POST /v1/events HTTP/1.1\r\nContent-Length: \(secret)\r\n\r\n",
            ] {
                _ = try? await node.exchange(text)
            }
            _ = try await node.post("/v1/events", "[\"\(secret)\", {\"\(secret)\":1}]")
            _ = try await node.post("/v1/resolve", "{\"ids\":[\"\(secret)\"],\"\(secret)\":1}")
            let gone = try node.connect()
            await gone.send(
                "POST /v1/events HTTP/1.1\r\nContent-Length: 99\r\n\r\n{\"a\":\"\(secret)")
        }
        #expect(capture.lines.count > 10, "something was logged")
        let leaks = capture.lines.filter { $0.lowercased().contains(secret) }
        #expect(leaks.isEmpty, "\(leaks)")
    }
}
