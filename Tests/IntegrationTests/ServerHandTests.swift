import Commands
import Foundation
import Testing

/// Events by hand with --server, and commands beside a node that holds the folder.
@Suite("Command line: beside a node")
struct ServerHandTests {
    @Test(arguments: ["link", "unlink", "ban", "unban"])
    func shouldSendOneEvent(_ operation: String) throws {
        let server = try CannedServer([.json(CannedAnswers.effect), .json(CannedAnswers.effect)])
        let test = try TestStore()
        let words = [
            operation, "email:a@x", "cookie:1", "--source", "desk", "--ts",
            "2026-01-02T03:04:05.678Z", "--server", server.url,
        ]
        let done = try test.run(words)
        let rehearsed = try test.run(words + ["--dry-run", "--reason", "so \"it\" is", "--json"])
        let asked = server.stop()
        #expect(done.status == 0 && rehearsed.status == 0, "\(done.errors)")
        #expect(
            asked.map(\.line) == [
                "POST /v1/events?effect=true HTTP/1.1", "POST /v1/events?dry_run=true HTTP/1.1",
            ])
        #expect(
            asked[0].body
                == #"{"a":"email:a@x","b":"cookie:1","op":"\#(operation)","#
                + #""source":"desk","ts":1767323045678}"#)
        let event = try JSONValue(asked[1].body.utf8)
        #expect(try event["reason"].string == "so \"it\" is")
        #expect(asked[0].header("content-type") == "application/json")
        #expect(done.text.contains("customer of cookie:1  none -> \(CannedAnswers.one)"))
        #expect(done.text.contains("they are one customer, by 1 link"))
        #expect(try rehearsed.json["linked_by"].strings == ["desk"])
        #expect(!test.exists(test.data))
    }

    @Test func shouldTellARefusedEventAsAWrongCommandLine() throws {
        let server = try CannedServer([
            .json(#"{"accepted":0,"rejected":[{"index":0,"reason":"self_link"}],"positions":{}}"#)
        ])
        let done = try TestStore().run(
            "link", "email:a", "email:A", "--source", "s", "--server", server.url)
        #expect(done.status == 2 && done.errors.contains("self_link") && done.output.isEmpty)
        _ = server.stop()
    }

    // MARK: Beside a node

    /// A process that holds the store's folder, as a node would, and what it says of itself.
    private func hold(_ test: TestStore, _ server: CannedServer, pid: Int32? = nil) throws
        -> ChildProcess
    {
        let holder = try test.start(["replay", "-"])
        _ = holder.write(Array("\n".utf8))
        try #require(holder.waitUntilItWaits())
        try test.write(
            "data/serving.json",
            #"{"pid":\#(pid ?? holder.identifier),"url":"\#(server.url)","token":"#
                + #""\#(CannedAnswers.other)","version":"0.1.0"}"#)
        return holder
    }

    @Test func shouldAskTheNodeThatHoldsTheFolder() throws {
        let (test, server) = (
            try TestStore(),
            try CannedServer([.json(CannedAnswers.resolved), .json(CannedAnswers.effect)])
        )
        let holder = try hold(test, server)
        // Whatever the way to the world is, the node is on this machine.
        let done = try test.run(
            ["resolve", "email:a@x", "--json"],
            environment: ["http_proxy": try CannedServer.unusedURL()])
        #expect(done.status == 0)
        #expect(try done.json["customer_id"].string == CannedAnswers.one)
        #expect(
            done.errors
                == "kindred: \(test.data) is held by a running node; asking \(server.url)\n")
        let hand = try test.run("link", "email:a@x", "cookie:1", "--source", "desk")
        #expect(hand.status == 0 && hand.errors == done.errors, "\(hand.errors)")
        #expect(server.stop().count == 2)
        #expect(try holder.finish().status == 0)
        // What a node has left behind misleads nobody once it is gone.
        #expect(try test.run("stats").errors.isEmpty)
    }

    /// The word that a node leaves is for its owner alone, leads to it, and goes with it.
    @Test func shouldLeaveWordOfANode() throws {
        let (test, server) = (
            try TestStore(), try CannedServer([.json(CannedAnswers.stats)])
        )
        let probe = try StoreProbe(folder: test.data)
        let path = test.data + "/serving.json"
        try probe.announce(url: "http://127.0.0.1:1", token: CannedAnswers.one)
        try probe.announce(url: server.url + "/", token: CannedAnswers.other)
        #expect(try test.mode(path) == 0o600)
        let file = try JSONValue(test.read(path))
        #expect(file.keys == ["pid", "token", "url", "version"])
        #expect(file["pid"].integer == Int(getpid()))
        #expect(try test.run("stats").text.contains("customers    1\n"))
        #expect(server.stop().map(\.line) == ["GET /v1/stats HTTP/1.1"])
        probe.withdraw()
        #expect(!test.exists(path))
        #expect(try test.run("stats").errors.contains("held by another process (\(getpid()));"))
        probe.close()
        #expect(try test.run("stats").status == 0)
    }

    @Test func shouldRefuseWhatNeedsTheFolderForItself() throws {
        let (test, server) = (try TestStore(), try CannedServer([]))
        let holder = try hold(test, server)
        for words in [["replay", "-"], ["export"], ["digest"], ["verify"]] {
            let done = try test.run(words)
            #expect(done.status == 3 && done.output.isEmpty, "\(words)")
            #expect(
                done.errors.contains(
                    "held by another process (\(holder.identifier)), a running node; stop the node"
                ), "\(done.errors)")
            #expect(done.errors.contains("kindred backup"))
        }
        #expect(server.stop().isEmpty)
        #expect(try holder.finish().status == 0)
    }

    /// serving.json counts only if the process that holds the folder wrote it.
    @Test func shouldNotTrustAnotherProcessesFile() throws {
        let (test, server) = (try TestStore(), try CannedServer([]))
        let holder = try hold(test, server, pid: 1)
        for content in [nil, "", "{}", "garbage"] {
            if let content { try test.write("data/serving.json", content) }
            let done = try test.run("stats")
            #expect(done.status == 3)
            #expect(
                done.errors.contains(
                    "held by another process (\(holder.identifier)); stop that process"),
                "\(done.errors)")
        }
        #expect(server.stop().isEmpty)
        #expect(try holder.finish().status == 0)
    }

    @Test func shouldHaveTheNodeBackItselfUp() throws {
        let (test, server) = (
            try TestStore(),
            try CannedServer([
                .json(CannedAnswers.backup), .json(CannedAnswers.backup),
                .problem(403, "forbidden", "the token is another node's"),
            ])
        )
        try test.json("link", "a:1", "b:1", "--source", "s")
        let holder = try hold(test, server)
        let done = try test.run("backup", "copies", "--keep", "2", "--json")
        #expect(done.status == 0 && done.errors.contains("asking \(server.url)"))
        #expect(done.text == CannedAnswers.sorted(CannedAnswers.backup) + "\n")
        let text = try test.run("backup", test.folder + "/copies")
        #expect(text.text.hasPrefix("backup  3, complete\ndigest  not known\n"))
        let refused = try test.run("backup", "copies")
        #expect(refused.status == 3 && refused.errors.contains("the token is another node's"))
        #expect(try test.run("backup", "data/inside").errors.contains("lie in one another"))
        let asked = server.stop()
        #expect(asked.count == 3)
        #expect(asked.allSatisfy { $0.line == "POST /v1/backup HTTP/1.1" })
        #expect(asked[0].header("authorization") == "Bearer \(CannedAnswers.other)")
        let (first, second) = (
            try JSONValue(asked[0].body.utf8),
            try JSONValue(asked[1].body.utf8)
        )
        #expect(try first["destination"].string.hasSuffix("/copies") && first["keep"].integer == 2)
        // Relative or not, the node gets an absolute path: its working folder is another.
        let places = [try first["destination"].string, try second["destination"].string]
        #expect(places.allSatisfy { $0.hasPrefix("/") && $0.hasSuffix("/copies") })
        #expect(Set(places.map { $0.replacing("//", with: "/") }).count == 1)
        #expect(second["keep"] == .null)
        #expect(try holder.finish().status == 0)
    }
}
