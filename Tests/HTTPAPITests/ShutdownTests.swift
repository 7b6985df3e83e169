import Foundation
import HTTPAPI
import TestSupport
import Testing

/// How a server ends.
@Suite("Shutdown")
struct ShutdownTests {
    @Test func shouldNotWaitForConnectionsThatAreIdle() async throws {
        var end: Date?
        try await ServedNode.with { node in
            var idle: [RawConnection] = []
            for _ in 0..<5 {
                let connection = try node.connect()
                await connection.send("GET /healthz HTTP/1.1\r\nHost: k\r\n\r\n")
                #expect(try await connection.answer().status == 200)
                idle.append(connection)
            }
            let silent = try node.connect()
            let half = try node.connect()
            await half.send("GET /heal")
            end = Date()
            await node.server.stop()
            for connection in idle + [silent, half] {
                let seconds = try #require(await connection.secondsToEnd())
                #expect(seconds < 10)
            }
        }
        let start = try #require(end)
        #expect(Date().timeIntervalSince(start) < 20, "run has returned")
    }

    @Test func shouldAnswerWhatItHasBegunAndTakeNothingNew() async throws {
        try await ServedNode.with { node in
            node.gate.turn { $0.isHeld = true }
            let begun = try node.connect()
            await begun.send(ServedNode.post("/v1/events", Array(Events.lines(3).utf8)))
            try await node.wait { node.gate.state.begun == 1 }
            await node.server.stop()
            try await node.wait { (try? node.connect()) == nil }
            node.gate.turn { $0.isHeld = false }
            let answer = try await begun.answer()
            #expect(answer.object["accepted"] as? Int == 3)
            #expect(await begun.secondsToEnd() != nil)
        }
    }

    @Test func shouldEndAtOnceWhereItsTaskIsCancelled() async throws {
        let (ports, running) = AsyncStream<Int>.makeStream()
        let server = NodeServer(
            try FakeGate(), on: NodeServer.Address(host: "127.0.0.1", port: 0), token: "",
            logger: LogCapture.quiet
        ) { running.yield($0) }
        let life = Task { try await server.run() }
        var iterator = ports.makeAsyncIterator()
        let stalled = try RawConnection(port: try #require(await iterator.next()))
        await stalled.send("POST /v1/events HTTP/1.1\r\nHost: k\r\nContent-Length: 9\r\n\r\n{")
        while server.taken.bodyBytes == 0 { try await Task.sleep(nanoseconds: 2_000_000) }
        await server.stop()
        try await Task.sleep(nanoseconds: 200_000_000)
        #expect(server.taken.requests == 1, "what was begun may still end")
        let start = Date()
        life.cancel()
        _ = await life.result
        #expect(Date().timeIntervalSince(start) < 10)
        #expect(server.taken == (0, 0))
    }

    @Test func shouldSayThatAnAddressIsTaken() async throws {
        try await ServedNode.with { node in
            let gate = try FakeGate()
            let second = NodeServer(
                gate, on: NodeServer.Address(host: "127.0.0.1", port: node.port), token: "",
                logger: LogCapture.quiet
            ) { _ in }
            await #expect(throws: (any Error).self) { try await second.run() }
        }
    }
}
