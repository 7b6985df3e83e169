import Foundation
import HTTPAPI
import TestSupport
import Testing

/// Each limit at its edge.
@Suite("Limits")
struct LimitTests {
    private static func limits(_ body: (inout HTTPLimits) -> Void) -> HTTPLimits {
        var limits = HTTPLimits.standard
        body(&limits)
        return limits
    }

    /// One event in exactly so many bytes.
    private static func event(bytes: Int) -> [UInt8] {
        let event = Array(#"{"a":"cookie:1","b":"cookie:2"}"#.utf8)
        return event + [UInt8](repeating: 0x20, count: bytes - event.count)
    }

    private static let chunkedHead =
        "POST /v1/events HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test func shouldBeWhatIsPromised() {
        let limits = HTTPLimits.standard
        #expect(limits.bodyBytes == 8 << 20 && HTTPLimits.nestingDepth == 32)
        #expect(limits.eventsPerRequest == 10_000 && limits.idsPerRequest == 1_000)
        #expect(limits.bodyBytesInFlight == 256 << 20 && limits.deadlineSeconds == 10)
    }

    @Test func shouldTakeABodyOfEightMebibytesAndNoMore() async throws {
        try await ServedNode.with { node in
            let most = try await node.exchange(
                ServedNode.post("/v1/events", Self.event(bytes: 8 << 20)))
            #expect(most.status == 200)
            #expect(most.text.contains("accepted"))
            // Nothing of this one needs to be sent.
            let over = try await node.exchange(
                "POST /v1/events HTTP/1.1\r\nHost: k\r\nContent-Length: \(8 << 20 | 1)\r\n\r\n")
            #expect(over.status == 413 && over.problem == "body_too_large")
            #expect(over.headers["connection"] == "close")
        }
    }

    @Test func shouldStopReadingAChunkedBodyAtTheLimit() async throws {
        let limits = Self.limits { $0.bodyBytes = 4_096 }
        try await ServedNode.with(limits) { node in
            for (size, status) in [(4_096, 200), (4_097, 413)] {
                let connection = try node.connect()
                await connection.send(Self.chunkedHead)
                for part in stride(from: 0, to: size, by: 1_000) {
                    let bytes = Array(Self.event(bytes: size)[part..<min(part + 1_000, size)])
                    await connection.send(
                        Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [13, 10])
                }
                if status == 200 { await connection.send("0\r\n\r\n") }
                let answer = try await connection.answer()
                #expect(answer.status == status)
                if status == 413 {
                    #expect(answer.problem == "body_too_large")
                    #expect(await connection.secondsToEnd() != nil)
                }
            }
        }
    }

    @Test func shouldTakeTenThousandEventsOrNone() async throws {
        try await ServedNode.with { node in
            let most = try await node.post("/v1/events", Events.lines(10_000))
            #expect(most.object["accepted"] as? Int == 10_000)
            let position = node.gate.position
            #expect((most.object["positions"] as? [String: UInt64]) == ["0": position])
            let over = try await node.post("/v1/events", Events.lines(10_001))
            #expect(over.status == 413 && over.problem == "too_many_events")
            #expect(node.gate.position == position, "none was taken")
        }
    }

    @Test func shouldReadThirtyTwoLevels() async throws {
        try await ServedNode.with { node in
            let most = HTTPLimits.nestingDepth - 1
            for (depth, isTaken) in [(most, true), (most + 1, false)] {
                let deep =
                    String(repeating: "[", count: depth)
                    + String(repeating: "]", count: depth)
                let answer = try await node.post(
                    "/v1/events", #"{"a":"cookie:1","b":"cookie:2","x":\#(deep)}"#)
                #expect((answer.object["accepted"] as? Int == 1) == isTaken, "\(depth)")
                #expect(answer.text.contains("too_deep") == !isTaken)
            }
        }
    }

    @Test func shouldBoundPathsAndHeaders() async throws {
        try await ServedNode.with { node in
            let start = "/v1/resolve?id=cookie:"
            for (size, status) in [(8_192, 400), (8_193, 414)] {
                let path = start + String(repeating: "a", count: size - start.utf8.count)
                let answer = try await node.get(path)
                #expect(answer.status == status)
                #expect(answer.problem == (status == 414 ? "uri_too_long" : "value_too_long"))
            }
            let long = try await node.get("/", "X: \(String(repeating: "a", count: 16_400))\r\n")
            #expect(long.status == 431 && long.problem == "headers_too_large")
            #expect(long.headers["connection"] == "close")
            let many = (0..<101).map { "X\($0): a\r\n" }.joined()
            #expect(try await node.get("/", many).problem == "headers_too_large")
            let few = (0..<98).map { "X\($0): a\r\n" }.joined()
            #expect(try await node.get("/healthz", few).status == 200)
            let wide = (0..<3).map { "X\($0): \(String(repeating: "a", count: 12_000))\r\n" }
            #expect(try await node.get("/", wide.joined()).problem == "headers_too_large")
        }
    }

    @Test func shouldRefuseRequestsOverTheirNumber() async throws {
        try await ServedNode.with(Self.limits { $0.requests = 3 }) { node in
            node.gate.turn { $0.isHeld = true }
            var held: [RawConnection] = []
            for _ in 0..<3 {
                let connection = try node.connect()
                await connection.send("GET /v1/stats HTTP/1.1\r\nHost: k\r\n\r\n")
                held.append(connection)
            }
            try await node.wait { node.gate.state.begun == 3 }
            let over = try await node.get("/v1/resolve?id=cookie:1")
            #expect(over.status == 429 && over.problem == "overloaded")
            #expect(over.headers["retry-after"] == "1")
            #expect(try await node.get("/healthz").status == 200, "a busy node says that it lives")
            #expect(try await node.get("/readyz").status == 200)
            node.gate.turn { $0.isHeld = false }
            for connection in held { #expect(try await connection.answer().status == 200) }
            #expect(try await node.get("/v1/stats").status == 200)
        }
    }

    @Test func shouldLetConnectionsWaitThatAreTooMany() async throws {
        try await ServedNode.with(Self.limits { $0.connections = 2 }) { node in
            var open: [RawConnection] = []
            for _ in 0..<2 {
                let connection = try node.connect()
                await connection.send("GET /healthz HTTP/1.1\r\nHost: k\r\n\r\n")
                #expect(try await connection.answer().status == 200)
                open.append(connection)
            }
            let third = try node.connect(timeoutSeconds: 1)
            await third.send("GET /healthz HTTP/1.1\r\nHost: k\r\n\r\n")
            await #expect(throws: HTTPConnection.Failure.timedOut) { try await third.answer() }
            open.removeLast()
            var answer: HTTPAnswer?
            while answer == nil {
                do { answer = try await third.answer() } catch HTTPConnection.Failure.timedOut {}
            }
            #expect(answer?.status == 200)
        }
    }

    @Test func shouldRefuseBodiesOverTheBytesInFlight() async throws {
        try await ServedNode.with(Self.limits { $0.bodyBytesInFlight = 10_000 }) { node in
            node.gate.turn { $0.isHeld = true }
            let first = try node.connect()
            await first.send(ServedNode.post("/v1/events", Self.event(bytes: 6_000)))
            try await node.wait { node.gate.state.begun == 1 }
            #expect(node.server.taken.bodyBytes == 6_000)
            let over = try await node.exchange(
                ServedNode.post("/v1/events", Self.event(bytes: 4_001)))
            #expect(over.status == 429 && over.problem == "overloaded")
            let second = try node.connect()
            await second.send(ServedNode.post("/v1/events", Self.event(bytes: 4_000)))
            try await node.wait { node.gate.state.begun == 2 }
            #expect(node.server.taken.bodyBytes == 10_000)
            node.gate.turn { $0.isHeld = false }
            #expect(try await first.answer().status == 200)
            #expect(try await second.answer().status == 200)
        }
    }

    @Test func shouldGiveBackWhatAClientTookThatWentAway() async throws {
        try await ServedNode.with { node in
            for _ in 0..<20 {
                let connection = try node.connect()
                await connection.send(
                    "POST /v1/events HTTP/1.1\r\nHost: k\r\nContent-Length: 9000\r\n\r\n[[[[")
            }
            try await node.wait { node.server.taken == (0, 0) }
        }
    }

    @Test func shouldSayThatAnswersTookTooLong() async throws {
        try await ServedNode.with(Self.limits { $0.deadlineSeconds = 0.05 }) { node in
            node.gate.turn { $0.isHeld = true }
            let write = try await node.post("/v1/events", Events.lines(1))
            #expect(write.status == 504 && write.problem == "deadline_passed")
            #expect(write.detail.contains("harmless"))
        }
    }

    @Test func shouldNotWaitForSlowSenders() async throws {
        try await ServedNode.with(Self.limits { $0.bodySeconds = 0.3 }) { node in
            let body = try node.connect()
            await body.send(
                "POST /v1/events HTTP/1.1\r\nHost: k\r\nContent-Length: 90\r\n\r\n{\"a\"")
            let answer = try await body.answer()
            #expect(answer.status == 408 && answer.problem == "body_timeout")
            #expect(await body.secondsToEnd() != nil)
        }
    }

    @Test func shouldNotWaitForSilentConnections() async throws {
        try await ServedNode.with(Self.limits { $0.idleSeconds = 3 }) { node in
            let head = try node.connect()
            await head.send("GET /v1/sta")
            let seconds = try #require(await head.secondsToEnd())
            #expect(seconds < 30)
            let idle = try node.connect()
            await idle.send("GET /healthz HTTP/1.1\r\nHost: k\r\n\r\n")
            #expect(try await idle.answer().status == 200)
            #expect(await idle.secondsToEnd() != nil)
        }
    }
}
