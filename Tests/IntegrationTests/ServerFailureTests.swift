import Foundation
import Testing

/// Nodes that refuse, fail or are not there: exit status 3, and one line that says what to do.
@Suite("Command line: a node that fails")
struct ServerFailureTests {
    private static let questions = [
        ["resolve", "a:1"], ["component", "a:1"], ["explain", "a:1", "b:1"], ["top"], ["stats"],
        ["resolve", "--file", "-"], ["link", "a:1", "b:1", "--source", "s"],
        ["ban", "a:1", "b:1", "--source", "s", "--dry-run"],
    ]

    private func ask(_ url: String, _ words: [String]) throws -> Finished {
        try TestStore().run(words + ["--server", url], input: Array("a:1\n".utf8))
    }

    private func expectOneLine(_ done: Finished, _ part: String) {
        #expect(done.status == 3, "\(done.errors)")
        #expect(done.output.isEmpty)
        #expect(done.errors.hasPrefix("kindred: ") && done.errors.contains(part), "\(done.errors)")
        #expect(done.errors.hasSuffix("\n") && done.errors.count { $0 == "\n" } == 1)
    }

    @Test(arguments: questions)
    func shouldSayThatNobodyAnswers(_ words: [String]) throws {
        let done = try ask(try CannedServer.unusedURL(), words)
        expectOneLine(done, "cannot connect to a node at http://127.0.0.1:")
        #expect(done.errors.contains("kindred serve"))
    }

    @Test(arguments: questions)
    func shouldPassOnWhatTheNodeSays(_ words: [String]) throws {
        let detail = "the node is stopping; ask again when it is back"
        let server = try CannedServer([.problem(503, "unavailable", detail)])
        expectOneLine(try ask(server.url, words), "refused: \(detail)")
        #expect(server.stop().count == 1)
    }

    @Test(arguments: questions)
    func shouldRefuseGarbage(_ words: [String]) throws {
        for garbage in ["{\"id\":", "<html>", ""] {
            let server = try CannedServer([.json(garbage)])
            expectOneLine(try ask(server.url, words), "gave an answer that cannot be read")
            _ = server.stop()
        }
    }

    @Test(arguments: questions)
    func shouldSayThatAnAnswerBrokeOff(_ words: [String]) throws {
        for reply in [CannedServer.Reply.cutShort, .hangUp] {
            let server = try CannedServer([reply])
            expectOneLine(try ask(server.url, words), "broke its answer off")
            _ = server.stop()
        }
    }

    @Test func shouldTellThatANodeIsTooBusy() throws {
        let busy = CannedServer.Reply.problem(
            429, "overloaded", "too many requests wait; ask again in a second",
            headers: ["Retry-After: 1"])
        let server = try CannedServer([busy])
        expectOneLine(try ask(server.url, ["resolve", "a:1"]), "too many requests wait")
        #expect(server.stop().count == 1)
    }

    /// What a stranger's server says cannot move a terminal's cursor.
    @Test func shouldEscapeWhatTheNodeSays() throws {
        let server = try CannedServer([.problem(400, "bad_request", #"\u001b[2Jgone"#)])
        expectOneLine(try ask(server.url, ["stats"]), #"\u{1b}[2Jgone"#)
        _ = server.stop()
    }

    @Test(arguments: [
        "", "localhost:7411", "ftp://x", "http://", "http://u:p@x", "http://x?y", "http://x#y",
        "file:///etc",
    ])
    func shouldRefuseWhatIsNoAddress(_ url: String) throws {
        let done = try ask(url, ["stats"])
        #expect(done.status == 2 && done.errors.contains("--server"), "\(done.errors)")
    }

    /// A word that names nothing is refused before anybody is asked.
    @Test func shouldRefuseWordsThatNameNothing() throws {
        let server = try CannedServer([])
        for words in [
            ["resolve", "a:1", "nonsense"], ["component", "nonsense"],
            ["explain", "a:1", "nonsense"], ["link", "nonsense", "a:1", "--source", "s"],
            ["link", CannedAnswers.one, "a:1", "--source", "s"],
            ["resolve", "a:1", "--limit", "0"],
            ["resolve", "a:1", "--cursor", "x"],
        ] {
            #expect(try ask(server.url, words).status == 2, "\(words)")
        }
        #expect(server.stop().isEmpty)
    }
}
