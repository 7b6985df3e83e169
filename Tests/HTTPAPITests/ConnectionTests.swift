import Foundation
import HTTPAPI
import TestSupport
import Testing

/// What comes over a connection, good or bad.
@Suite("Connections")
struct ConnectionTests {
    private let head = "POST /v1/events HTTP/1.1\r\nHost: k\r\n"

    @Test func shouldTellWhatIsNoHTTP() async throws {
        try await ServedNode.with { node in
            let body = Events.link("cookie:1", "cookie:2")
            for text in [
                "hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{1}\u{2}\r\n\r\n",
                "GET / HTTP/1.1\r\nbad header\r\n\r\n", "GET / HTTP/1.1\r\nX : 1\r\n\r\n",
                head + "Content-Length: -1\r\n\r\n", head + "Content-Length: 1x\r\n\r\n",
                head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
                head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n\(body)",
            ] {
                let connection = try node.connect()
                await connection.send(text)
                let answer = try await connection.answer()
                #expect(answer.status == 400, "\(text)")
                #expect(answer.problem == "bad_request", "\(text)")
                #expect(answer.headers["connection"] == "close")
                #expect(await connection.secondsToEnd() != nil, "\(text)")
            }
            #expect(node.gate.position == 0)
        }
    }

    @Test func shouldTakeNothingOfABodyThatEndsTooEarly() async throws {
        try await ServedNode.with { node in
            let body = Events.lines(2)
            let first = Events.lines(1).utf8.count + 1
            for (headers, sent) in [
                ("Content-Length: \(body.utf8.count)\r\n", String(body.prefix(first))),
                (
                    "Transfer-Encoding: chunked\r\n",
                    "\(String(first, radix: 16))\r\n\(body.prefix(first))\r\n"
                ),
            ] {
                let connection = try node.connect()
                await connection.send(head + headers + "\r\n" + sent)
                connection.finish()
                let answer = try await connection.answer()
                #expect(answer.status == 400 && answer.problem == "bad_request")
                #expect(node.gate.position == 0, "\(headers)")
            }
        }
    }

    @Test func shouldAnswerPipelinedRequestsInOrder() async throws {
        try await ServedNode.with { node in
            let connection = try node.connect()
            let event = Events.link("cookie:1", "cookie:2")
            await connection.send(
                ServedNode.post("/v1/events", Array(event.utf8))
                    + Array("GET /v1/resolve?id=cookie:1 HTTP/1.1\r\nHost: k\r\n\r\n".utf8)
                    + Array("GET /nothing HTTP/1.1\r\nHost: k\r\n\r\n".utf8)
                    + Array("GET /healthz HTTP/1.1\r\nHost: k\r\nConnection: Close\r\n\r\n".utf8))
            #expect(try await connection.answer().object["accepted"] as? Int == 1)
            #expect(try await connection.answer().object["identifier_count"] as? Int == 2)
            #expect(try await connection.answer().status == 404)
            let last = try await connection.answer()
            #expect(last.status == 200 && last.headers["connection"] == "close")
            #expect(await connection.secondsToEnd() != nil)
        }
    }

    @Test func shouldGoOnAfterAShortBodyThatNobodyNeeded() async throws {
        try await ServedNode.with { node in
            let connection = try node.connect()
            let body = [UInt8](repeating: 65, count: 65_536)
            await connection.send(ServedNode.post("/nothing", body))
            let answer = try await connection.answer()
            #expect(answer.status == 404 && answer.headers["connection"] == nil)
            await connection.send("GET /healthz HTTP/1.1\r\nHost: k\r\n\r\n")
            #expect(try await connection.answer().status == 200)
            await connection.send(ServedNode.post("/nothing", body + [65]))
            #expect(try await connection.answer().headers["connection"] == "close")
            #expect(await connection.secondsToEnd() != nil)
        }
    }

    @Test func shouldLetTheAnswerOutBeforeItCutsALongBody() async throws {
        try await ServedNode.with { node in
            let connection = try node.connect()
            await connection.send(
                head + "Content-Length: 99999999\r\n\r\n" + String(repeating: "x", count: 500_000))
            #expect(try await connection.answer().status == 413)
            let seconds = try #require(await connection.secondsToEnd())
            #expect(seconds < 5)
        }
    }

    @Test func shouldSayContinueToWhomWaitsForIt() async throws {
        try await ServedNode.with { node in
            let connection = try node.connect()
            let event = Events.link("cookie:1", "cookie:2")
            let length = event.utf8.count
            await connection.send(
                head + "Expect: 100-continue\r\nContent-Length: \(length)\r\n\r\n")
            #expect(try await connection.answer().status == 100)
            await connection.send(event)
            #expect(try await connection.answer().object["accepted"] as? Int == 1)
            await connection.send(
                head + "Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n")
            #expect(try await connection.answer().status == 413)
        }
    }

    @Test func shouldReadEscapedBytesAndRefuseRawOnes() async throws {
        try await ServedNode.with { node in
            _ = try await node.post("/v1/events", Events.link("cookie:ä+b", "cookie:2"))
            for id in ["cookie:%C3%A4+b", "cookie:%c3%a4%2Bb", "cookie%3A%C3%A4+b"] {
                #expect(try await node.get("/v1/resolve?id=\(id)").status == 200, "\(id)")
            }
            #expect(try await node.get("/v1/resolve?id=cookie:%C3%A4%20b").status == 404)
            for raw in [Array("ä".utf8), [0xFF, 0xFE]] {
                let start = Array("GET /v1/resolve?id=cookie:".utf8) + raw
                let answer = try await node.exchange(
                    start + Array(" HTTP/1.1\r\nHost: k\r\n\r\n".utf8))
                #expect(answer.status == 400 && answer.problem == "bad_request")
            }
        }
    }
}
