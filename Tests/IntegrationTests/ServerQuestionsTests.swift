import Foundation
import Testing

/// Questions with --server: what a node is asked, and what is made of its answers.
@Suite("Command line: a node's answers")
struct ServerQuestionsTests {
    private static let hard = "email:a+b c&d=é@x"
    private static let hardEncoded = "email%3Aa%2Bb%20c%26d%3D%C3%A9%40x"

    /// Runs a command against the answers; what it printed, and what the node was asked.
    private func ask(
        _ replies: [CannedServer.Reply], _ words: [String], input: String = ""
    ) throws -> (Finished, [CannedServer.Request]) {
        let (test, server) = (try TestStore(), try CannedServer(replies))
        let done = try test.run(words + ["--server", server.url], input: Array(input.utf8))
        #expect(!test.exists(test.data), "a node is asked, so no folder is made")
        return (done, server.stop())
    }

    @Test func shouldResolve() throws {
        let (done, asked) = try ask(
            [.json(CannedAnswers.resolved)], ["resolve", Self.hard, "--json"])
        #expect(done.status == 0 && done.errors.isEmpty, "\(done.errors)")
        #expect(
            asked.map(\.line) == ["GET /v1/resolve?id=\(Self.hardEncoded)&limit=100 HTTP/1.1"])
        #expect(asked[0].header("cookie") == nil && asked[0].header("authorization") == nil)
        #expect(try done.json["id"].string == Self.hard)
        #expect(try done.json["customer_id"].string == CannedAnswers.one)
        #expect(try done.json["position"]["offset"].integer == 17)
        let cursor = "m" + String(repeating: "0", count: 48)
        let (text, more) = try ask(
            [.json(CannedAnswers.resolved)],
            ["resolve", CannedAnswers.other, "--limit", "7", "--cursor", cursor])
        #expect(
            more.map(\.line) == [
                "GET /v1/resolve?id=\(CannedAnswers.other)&limit=7&cursor=\(cursor) HTTP/1.1"
            ])
        #expect(text.text.contains("  customer     \(CannedAnswers.one)\n"))
    }

    @Test func shouldSayWhichAreNotFound() throws {
        let missing = CannedServer.Reply.problem(404, "not_found", "no event has named it")
        let (done, asked) = try ask(
            [missing, .json(CannedAnswers.resolved)], ["resolve", "a:1", "email:a@x", "--json"])
        #expect(done.status == 1 && asked.count == 2)
        #expect(done.lines.first == #"{"error":"not_found","id":"a:1"}"#)
        #expect(done.lines.last?.contains(CannedAnswers.one) == true)
        // Another 404 is no answer.
        let (wrong, _) = try ask([.status(404, "<html>")], ["resolve", "a:1"])
        #expect(wrong.status == 3 && wrong.output.isEmpty)
        #expect(wrong.errors.contains("status 404"))
    }

    @Test func shouldAskForAComponentByItsCustomer() throws {
        let graph = "GET /v1/customers/\(CannedAnswers.one)/graph"
        let (done, asked) = try ask(
            [.json(CannedAnswers.resolved), .json(CannedAnswers.component)],
            ["component", Self.hard, "--bridges", "--limit", "3", "--json"])
        #expect(done.status == 0)
        #expect(
            asked.map(\.line) == [
                "GET /v1/resolve?id=\(Self.hardEncoded)&limit=1 HTTP/1.1",
                "\(graph)?limit=3&bridges=true HTTP/1.1",
            ])
        #expect(try done.json["id"].string == Self.hard)
        #expect(try done.json["bridge_count"].integer == 1)
        #expect(try done.json["links"][0]["first_linked"].string.hasPrefix("1970"))
        let (text, direct) = try ask(
            [.json(CannedAnswers.component)],
            ["component", CannedAnswers.one, "--cursor", "l"])
        #expect(direct.map(\.line) == ["\(graph)?limit=1000&cursor=l HTTP/1.1"])
        #expect(text.text.contains("| link by web at 1970-01-01T00:00:01.000Z"))
        let missing = CannedServer.Reply.problem(404, "not_found", "no such")
        for replies in [[missing], [.json(CannedAnswers.resolved), missing]] {
            let (none, _) = try ask(replies, ["component", "a:1"])
            #expect(none.status == 1 && none.text == "a:1\n  not found\n")
        }
    }

    @Test func shouldExplain() throws {
        let (done, asked) = try ask(
            [.json(CannedAnswers.explained)], ["explain", Self.hard, "cookie:1", "--limit", "1"])
        #expect(done.status == 0)
        #expect(
            asked.map(\.line) == [
                "GET /v1/explain?from=\(Self.hardEncoded)&to=cookie%3A1&limit=1 HTTP/1.1"
            ])
        #expect(done.text.contains("by 5 links:\n  email:a@x\n    | link by web at 1970"))
        #expect(done.text.contains("and 4 links more\nmore: kindred explain"))
        let start = "s" + CannedAnswers.other
        let (_, later) = try ask(
            [.json(CannedAnswers.explained)],
            ["explain", "a:1", "b:1", "--cursor", start, "--json"])
        #expect(
            later.map(\.line) == [
                "GET /v1/explain?from=a%3A1&to=b%3A1&limit=1000&cursor=\(start) HTTP/1.1"
            ])
        let missing = CannedServer.Reply.problem(404, "not_found", "one is not known")
        let (none, asking) = try ask(
            [missing, missing, .json(CannedAnswers.resolved)],
            ["explain", "a:1", "email:a@x", "--json"])
        #expect(none.status == 1 && asking.count == 3)
        #expect(try none.json["customer_ids"].list == [.null, .text(CannedAnswers.one)])
        #expect(try none.json["error"].string == "not_found")
    }

    @Test func shouldAskForTheLargestAndTheCounts() throws {
        let (top, asked) = try ask([.json(CannedAnswers.top)], ["top", "--limit", "3", "--reveal"])
        #expect(asked.map(\.line) == ["GET /v1/top?limit=3&reveal=true HTTP/1.1"])
        #expect(top.text == "12  \(CannedAnswers.one)  email:***\n")
        let (_, masked) = try ask([.json(CannedAnswers.top)], ["top"])
        #expect(masked.map(\.line) == ["GET /v1/top?limit=10 HTTP/1.1"])
        let (stats, counts) = try ask([.json(CannedAnswers.stats)], ["stats", "--json"])
        #expect(counts.map(\.line) == ["GET /v1/stats HTTP/1.1"])
        #expect(stats.text == CannedAnswers.sorted(CannedAnswers.stats) + "\n")
    }

    // MARK: Files of ids

    @Test func shouldResolveAFileInBatches() throws {
        let ids = (0..<2_300).map { "cookie:\($0)" }
        func rows(_ range: Range<Int>) -> CannedServer.Reply {
            .json(
                #"{"results":["#
                    + range.map { index in
                        index % 7 == 0
                            ? #"{"id":"x","error":"not_found"}"#
                            : #"{"id":"x","customer_id":"\#(CannedAnswers.one)"}"#
                    }.joined(separator: ",") + "]}")
        }
        let (done, asked) = try ask(
            [rows(0..<1_000), rows(1_000..<2_000), rows(2_000..<2_300)],
            ["resolve", "--file", "-"], input: ids.joined(separator: "\n"))
        #expect(done.status == 1)
        #expect(
            done.lines
                == ids.enumerated().map {
                    "\($1)\t" + ($0 % 7 == 0 ? "not found" : CannedAnswers.one)
                })
        #expect(asked.map(\.line) == Array(repeating: "POST /v1/resolve HTTP/1.1", count: 3))
        let first = try JSONValue(asked[0].body.utf8)
        #expect(try first["ids"].strings == Array(ids[..<1_000]))
    }

    /// What can be no id anywhere is told here; what only the node can tell, there.
    @Test func shouldAnswerLinesThatAreNoIDs() throws {
        let long = "a:" + String(repeating: "v", count: 2_000)
        let (done, asked) = try ask(
            [
                .json(
                    #"{"results":[{"id":"x","error":"bad_phone"},"#
                        + #"{"id":"x","error":"value_too_long"}]}"#)
            ], ["resolve", "--file", "-", "--json"],
            input: "nonsense\nphone:x\(CannedAnswers.quote)\n\(long)\nemail:\n")
        #expect(done.status == 1)
        let errors = try done.lines.map {
            try JSONValue($0.utf8)["error"].string
        }
        #expect(errors == ["bad_namespace", "bad_phone", "value_too_long", "empty_value"])
        let sent = try JSONValue(asked[0].body.utf8)
        #expect(try sent["ids"].strings == ["phone:x\(CannedAnswers.quote)", long])
    }

    /// However long the lines are, a request has fewer than the 8 MiB that a node takes.
    @Test func shouldKeepRequestsSmall() throws {
        let line = "a:" + String(repeating: "\u{1}", count: 100_000)
        func rows(_ count: Int) -> CannedServer.Reply {
            let row = #"{"id":"x","error":"value_too_long"}"#
            return .json(
                #"{"results":["#
                    + Array(repeating: row, count: count).joined(separator: ",") + "]}")
        }
        let (done, asked) = try ask(
            [rows(3), rows(2)], ["resolve", "--file", "-"],
            input: Array(repeating: line, count: 5).joined(separator: "\n"))
        #expect(done.lines.count == 5, "\(done.errors)")
        #expect(asked.count == 2 && asked.allSatisfy { $0.body.utf8.count < 8 << 20 })
    }

    @Test func shouldWaitForABusyNode() throws {
        let busy = CannedServer.Reply.problem(
            429, "overloaded", "try again", headers: ["Retry-After: 1"])
        let found = CannedServer.Reply.json(
            #"{"results":[{"id":"a:1","customer_id":"\#(CannedAnswers.one)"}]}"#)
        let (done, asked) = try ask([busy, found], ["resolve", "--file", "-"], input: "a:1\n")
        #expect(done.status == 0 && asked.count == 2)
        #expect(done.text == "a:1\t\(CannedAnswers.one)\n")
        #expect(asked[0].body == asked[1].body)
    }

    @Test(arguments: [
        #"{"results":[]}"#, #"{"results":[{"id":"a:1"}]}"#, #"{"results":[{"customer_id":"x"}]}"#,
        #"{"results":[{"error":"\u001b[2J"}]}"#, "[]",
    ])
    func shouldRefuseResultsThatDoNotFit(_ body: String) throws {
        let (done, _) = try ask([.json(body)], ["resolve", "--file", "-"], input: "a:1\n")
        #expect(done.status == 3 && done.output.isEmpty)
        #expect(done.errors.contains("cannot be read"))
    }
}
