import Answers
import Foundation
import HTTPAPI
import IdentityModel
import NodeRuntime
import TestSupport
import Testing

/// What is wrong with a request is told as a problem document, whoever noticed it.
@Suite("Problems")
struct ProblemTests {
    @Test func shouldRefuseWhatIsMistyped() async throws {
        try await ServedNode.with { node in
            for (path, word) in [
                ("/v1/resolve?id=cookie:1&min_postion=0:1", "unknown_parameter"),
                ("/v1/resolve?id=cookie:1&id=cookie:1", "repeated_parameter"),
                ("/v1/resolve?limit=1", "missing_parameter"),
                ("/v1/resolve", "missing_parameter"),
                ("/v1/resolve?id=cookie:1&limit=0", "bad_parameter"),
                ("/v1/resolve?id=cookie:1&limit=1001", "bad_parameter"),
                ("/v1/resolve?id=cookie:1&limit=+5", "bad_parameter"),
                ("/v1/resolve?id=cookie:1&limit=", "bad_parameter"),
                ("/v1/resolve?id=cookie:1&min_position=5", "bad_parameter"),
                ("/v1/resolve?id=cookie:1&min_position=0:-1", "bad_parameter"),
                ("/v1/resolve?id=cookie:1&min_position=70000:1", "bad_parameter"),
                ("/v1/resolve?id=cookie:1&cursor=x", "bad_cursor"),
                ("/v1/resolve?id=cookie:1&cursor=l", "bad_cursor"),
                ("/v1/customers/cookie:1/graph?bridges=yes", "bad_parameter"),
                ("/v1/customers/cookie:1/graph?limit=10001", "bad_parameter"),
                ("/v1/explain?from=cookie:1&to=cookie:2&cursor=l", "bad_cursor"),
                ("/v1/explain?from=cookie:1&to=cookie:2&limit=1001", "bad_parameter"),
                ("/v1/top?limit=1001", "bad_parameter"), ("/v1/stats?x=1", "unknown_parameter"),
                ("/v1/resolve?id=%zz", "bad_query"), ("/v1/resolve?id=%ff", "bad_query"),
                ("/v1/resolve?id=cookie:%4", "bad_query"),
                ("/v1/resolve?%69d=cookie:1&id=cookie:1", "repeated_parameter"),
                ("/v1/resolve?id=nothing", "bad_id"), ("/v1/customers/", "bad_id"),
                ("/v1/customers/%zz", "bad_query"),
                ("/v1/customers/ABCDEF0123456789ABCDEF0123456789", "bad_id"),
                ("/v1/resolve?id=Bad:x", "bad_namespace"), ("/v1/resolve?id=email:", "empty_value"),
                ("/v1/resolve?id=phone:abc", "bad_phone"),
            ] {
                let answer = try await node.get(path)
                #expect(answer.status == 400, "\(path)")
                #expect(answer.problem == word, "\(path): \(answer.text)")
            }
        }
    }

    @Test func shouldRefuseWhatAPageOfAnotherSiteSends() async throws {
        try await ServedNode.with { node in
            for (origin, status) in [
                ("http://evil.example", 403), ("null", 403), ("http://node", 200),
            ] {
                let body = Events.lines(1)
                let connection = try RawConnection(port: node.port)
                await connection.send(
                    "POST /v1/events HTTP/1.1\r\nHost: node\r\nOrigin: \(origin)\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
                let answer = try await connection.answer()
                #expect(answer.status == status, "\(origin): \(answer.text)")
                if status == 403 { #expect(answer.problem == "foreign_origin") }
            }
        }
    }

    @Test func shouldTakeTheGreatestPages() async throws {
        try await ServedNode.with { node in
            _ = try await node.post("/v1/events", Events.lines(1))
            for path in [
                "/v1/resolve?id=cookie:c0&limit=1000",
                "/v1/customers/cookie:c0/graph?limit=10000",
                "/v1/explain?from=cookie:c0&to=email:hub@example.com&limit=1000",
                "/v1/top?limit=1000",
            ] {
                #expect(try await node.get(path).status == 200, "\(path)")
            }
        }
    }

    @Test func shouldKnowItsRoutes() async throws {
        try await ServedNode.with { node in
            for path in ["/nothing", "/v1/resolve/", "/V1/resolve", "//v1/resolve", "/v1", "*"] {
                let answer = try await node.get(path)
                #expect(answer.status == 404 && answer.problem == "no_such_route", "\(path)")
            }
            let deleted = try await node.exchange("DELETE /v1/resolve HTTP/1.1\r\nHost: k\r\n\r\n")
            #expect(deleted.status == 405 && deleted.problem == "method_not_allowed")
            #expect(deleted.headers["allow"] == "GET, HEAD, POST")
            let read = try await node.get("/v1/events")
            #expect(read.status == 405 && read.headers["allow"] == "POST")
        }
    }

    @Test func shouldNameWhatComesLater() async throws {
        try await ServedNode.with { node in
            for path in ["/", "/metrics?x=1"] {
                let answer = try await node.get(path)
                #expect(answer.status == 501 && answer.problem == "not_supported", "\(path)")
                #expect(answer.detail.contains("later release"))
            }
            for call in ["identify", "alias", "track", "page", "screen", "batch", "import"] {
                let answer = try await node.post("/v1/" + call, #"{"userId":"secret"}"#)
                #expect(answer.status == 501 && answer.problem == "not_supported", "\(call)")
            }
        }
    }

    @Test func shouldTellUnknownIdsAndRefusedBodies() async throws {
        try await ServedNode.with { node in
            for path in [
                "/v1/resolve?id=cookie:none", "/v1/customers/\(String(repeating: "0", count: 32))",
                "/v1/customers/cookie%3Anone/graph",
            ] {
                let answer = try await node.get(path)
                #expect(answer.status == 404 && answer.problem == "not_found", "\(path)")
            }
            for (body, word) in [
                ("", "empty_body"), (" \n", "empty_body"), ("[{}", "malformed_json"),
                ("x", "malformed_json"), ("[{} {}]", "malformed_json"),
            ] {
                let answer = try await node.post("/v1/events", body)
                #expect(answer.status == 400 && answer.problem == word, "\(body)")
            }
            for body in ["[", "[{}]x"] {
                let first = String(body.dropLast()) + Events.link("cookie:1", "cookie:2")
                _ = try await node.post("/v1/events", "[" + first + body)
            }
            #expect(node.gate.position == 0, "nothing of a body that is wrong as a whole is taken")
            let packed = try await node.post("/v1/events", "{}", "Content-Encoding: gzip\r\n")
            #expect(packed.status == 415 && packed.problem == "unsupported_encoding")
            let plain = try await node.post("/v1/events", "{}", "Content-Encoding: Identity\r\n")
            #expect(plain.status == 200)
        }
    }

    @Test func shouldAnswerHeadWithoutABody() async throws {
        try await ServedNode.with { node in
            let connection = try node.connect()
            for (path, status) in [("/healthz", 200), ("/nothing", 404), ("/v1/resolve", 400)] {
                await connection.send("HEAD \(path) HTTP/1.1\r\nHost: k\r\n\r\n")
                let head = try await connection.answer(isHead: true)
                #expect(head.status == status)
                #expect(head.headers["content-length"].flatMap(Int.init) ?? 0 > 10)
                await connection.send("GET /healthz HTTP/1.1\r\nHost: k\r\n\r\n")
                #expect(try await connection.answer().status == 200, "no body was in between")
            }
        }
    }

    @Test func shouldTellWhatTheNodeCannotDo() async throws {
        try await ServedNode.with { node in
            let failures: [(ServingError, Int, String, String?)] = [
                (.overloaded, 429, "overloaded", "1"),
                (.deadlinePassed, 504, "deadline_passed", nil),
                (.pending, 503, "pending", "1"), (.closed, 503, "unavailable", "1"),
                (.partitionClosed(PartitionID(3)), 503, "unavailable", "1"),
                (.store(StoreFailure(.noSpace, "/secret", remedy: "-")), 507, "no_room", "1"),
                (.store(StoreFailure(.readOnly, "/secret", remedy: "-")), 507, "no_room", "1"),
                (.store(StoreFailure(.damaged, "/secret", remedy: "-")), 503, "store_failed", "1"),
                (.stalePathCursor, 400, "stale_cursor", nil),
                (.refused(word: "backup_running", message: "wait"), 409, "backup_running", nil),
            ]
            for (failure, status, word, retry) in failures {
                node.gate.turn { $0.failure = failure }
                for answer in [
                    try await node.get("/v1/resolve?id=cookie:1"),
                    try await node.post("/v1/events", Events.lines(1)),
                    try await node.get("/v1/top"), try await node.get("/v1/stats"),
                ] {
                    #expect(answer.status == status)
                    #expect(answer.problem == word)
                    #expect(answer.headers["retry-after"] == retry)
                    #expect(!answer.text.contains("/secret"))
                }
            }
        }
    }

    @Test func shouldNotQuoteIdentifiers() async throws {
        try await ServedNode.with { node in
            for path in [
                "/v1/resolve?id=hidden", "/v1/resolve?id=Hidden:hidden",
                "/v1/resolve?id=phone:hidden", "/v1/resolve?hidden=1",
                "/v1/explain?from=hidden&to=cookie:1", "/v1/customers/hidden/graph",
                "/hidden", "/v1/resolve?id=cookie:hidden", "/v1/resolve?id=cookie:1&limit=hidden",
                "/v1/resolve?id=cookie:1&cursor=hidden",
                "/v1/resolve?id=cookie:1&min_position=hidden",
            ] {
                let answer = try await node.get(path)
                #expect(answer.problem != nil)
                #expect(!answer.text.contains("hidden"), "\(path): \(answer.text)")
            }
        }
    }
}
