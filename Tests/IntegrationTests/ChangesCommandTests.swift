import Foundation
import TestSupport
import Testing

/// `kindred changes`, of a stopped store and of a node.
@Suite("Command line: changes")
struct ChangesCommandTests {
    /// A store that keeps a feed, with some customers in it.
    private func fed(_ count: Int = 5) throws -> TestStore {
        let test = try TestStore()
        let lines = (0..<count).map { #"{"a":"a:\#($0)","b":"b:\#($0)","ts":1}"# }
        let done = try test.run(
            ["replay", "-", "--changes", "c.jsonl"],
            input: Array(lines.joined(separator: "\n").utf8))
        try #require(done.status == 0, "\(done.errors)")
        return test
    }

    private func position(_ done: Finished) -> String {
        let text = done.errors.firstMatch(of: /kindred: go on from ([0-9:,]+)\n$/)
        return text.map { String($0.1) } ?? ""
    }

    @Test(.atOneAndThreePartitions)
    func shouldTellTheSameOfAStoreAndOfItsNode() throws {
        let test = try fed(50)
        let stopped = try test.run("changes", "--from", "oldest")
        #expect(stopped.status == 0 && stopped.lines.count >= 50)
        #expect(Set(stopped.lines) == Set(try test.shell("cat c.jsonl").lines))
        let node = try ServedStore(test)
        let asked = try test.run("changes", "--from", "oldest", "--json")
        #expect(asked.status == 0 && asked.errors.contains("held by a running node"))
        #expect(
            try FeedConsumer.byPartition(asked.lines)
                == FeedConsumer.byPartition(stopped.lines))
        #expect(position(asked) == position(stopped) && !position(asked).isEmpty)
        let url = "http://127.0.0.1:\(node.port)"
        let server = try test.run("changes", "--from", "oldest", "--server", url)
        #expect(Set(server.lines) == Set(asked.lines))
        #expect(try node.stop().status == 0)
    }

    /// A page at a time, each from where the one before ended.
    @Test(.atOneAndThreePartitions, arguments: [false, true])
    func shouldGoOnFromThePlaceThatItTells(ofNode: Bool) throws {
        let test = try fed(20)
        let node = ofNode ? try ServedStore(test) : nil
        let whole = try test.run("changes", "--from", "oldest")
        var (lines, place): ([String], String) = ([], "oldest")
        for _ in 0..<40 {
            let page = try test.run("changes", "--from", place, "--limit", "3")
            #expect(page.status == 0 && page.lines.count <= 3)
            lines += page.lines
            place = position(page)
            if page.lines.isEmpty { break }
        }
        #expect(Set(lines) == Set(whole.lines) && lines.count == whole.lines.count)
        #expect(place == position(whole))
        let now = try test.run("changes", "--from", "now")
        #expect(now.status == 0 && now.output.isEmpty && position(now) == place)
        if let node { #expect(try node.stop().status == 0) }
    }

    /// More than a page of the node's.
    @Test func shouldTellManyPages() throws {
        let test = try fed(2_500)
        let node = try ServedStore(test)
        let all = try test.run("changes", "--from", "oldest")
        #expect(all.lines.count == 2_500)
        #expect(try FeedConsumer.byPartition(all.lines)[0]?.count == 2_500)
        #expect(try test.run("changes", "--from", "0:400", "--limit", "1500").lines.count == 1_500)
        #expect(try node.stop().status == 0)
    }

    @Test func shouldFollowANodeUntilItIsInterrupted() throws {
        let test = try fed()
        let node = try ServedStore(test)
        let follower = try test.start(["changes", "--from", "now", "--follow"])
        #expect(follower.waitForErrors { $0.contains("asking") })
        usleep(500_000)
        let client = try node.client()
        for number in 0..<3 {
            let event = ServedStore.link("new:\(number)", "new:b\(number)")
            #expect(try client.post("/v1/events", event).status == 200)
            usleep(150_000)
        }
        usleep(300_000)
        follower.send(SIGINT)
        let done = try follower.finish(timeout: 20)
        #expect(done.status == 130 && done.lines.count == 3, "\(done.errors)")
        #expect(position(done) == "0:8")
        // A node that ends is told, with the command's own way on.
        let other = try test.start(["changes", "--from", "0:6", "--follow"])
        #expect(other.waitForErrors { $0.contains("asking") })
        usleep(500_000)
        #expect(try node.stop().status == 0)
        let ended = try other.finish(timeout: 20)
        #expect(ended.status == 3 && ended.lines.count == 2)
        #expect(ended.errors.contains("the node stops here"), "\(ended.errors)")
        #expect(ended.errors.contains("go on with --from '0:8'"))
    }

    @Test func shouldEndQuietlyWhereNobodyReads() throws {
        let test = try fed(3_000)
        let head = try test.shell("kindred changes --from oldest | head -2; echo ${PIPESTATUS[0]}")
        #expect(head.lines.count == 3 && head.lines[2] == "0", "\(head.errors)")
        let node = try ServedStore(test)
        // Noticed though nothing more is told.
        let start = Date()
        let follow = try test.shell(
            "kindred changes --from oldest --follow | head -1; echo ${PIPESTATUS[0]}")
        #expect(follow.lines.count == 2 && follow.lines[1] == "0", "\(follow.errors)")
        let errors = follow.errors.split(separator: "\n")
        #expect(errors.allSatisfy { $0.contains("asking") || $0.contains("go on from") })
        #expect(Date().timeIntervalSince(start) < 10)
        #expect(try node.stop().status == 0)
    }

    @Test(arguments: [
        ["changes"], ["changes", "--from", ""], ["changes", "--from", "yesterday"],
        ["changes", "--from", "0"], ["changes", "--from", "0:1,"],
        ["changes", "--from", "now", "--limit", "0"],
        ["changes", "--from", "now", "--data", "x", "--server", "http://x"],
    ])
    func shouldRefuseWrongWords(_ words: [String]) throws {
        let test = try TestStore()
        let done = try test.run(words)
        #expect(done.status == 2 && done.output.isEmpty && !done.errors.isEmpty)
        #expect(!test.exists(test.data))
    }

    @Test func shouldSayWhatToDo() throws {
        let empty = try TestStore()
        let none = try empty.run("changes", "--from", "oldest")
        #expect(none.status == 3 && none.errors.contains("kindred serve"), "\(none.errors)")
        let test = try fed()
        let wait = try test.run("changes", "--from", "now", "--follow")
        #expect(wait.status == 2 && wait.errors.contains("kindred serve"))
        for (place, words) in [
            ("0:99", "of which 5 were told so far"), ("0:0,1:0", "there is no partition 1"),
            ("1:0", "there is no partition 1"),
        ] {
            let done = try test.run("changes", "--from", place)
            #expect(done.status == 3 && done.errors.contains(words), "\(done.errors)")
        }
        let node = try ServedStore(test)
        for place in ["0:99", "0:0,1:0"] {
            #expect(try test.run("changes", "--from", place).status == 3)
        }
        #expect(try node.stop().status == 0)
    }

    /// A stranger that answers, breaks off, or says what is no event.
    @Test func shouldRefuseWhatIsNoStream() throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
        for (body, words) in [
            ("id: 0:1\nevent: customer.created\ndata: {\"x\":1}\n\n", "broke its answer off"),
            ("data: \u{1B}[2J\n\n", "cannot be read"),
            ("event: end\ndata: no\n\n", "cannot be read"),
            ("event: end\ndata: {\"reason\":\"gone\",\"detail\":\"too late\"}\n\n", "too late"),
        ] {
            let server = try CannedServer([.raw(head + body)])
            let done = try TestStore().run("changes", "--from", "now", "--server", server.url)
            #expect(done.status == 3 && done.errors.contains(words), "\(done.errors)")
            #expect(!done.text.contains("\u{1B}"))
            _ = server.stop()
        }
        let refusing = try CannedServer([.problem(410, "position_gone", "begin anew")])
        let done = try TestStore().run("changes", "--from", "now", "--server", refusing.url)
        #expect(done.status == 3 && done.errors.contains("refused: begin anew"))
        #expect(
            refusing.stop().map(\.line) == [
                "GET /v1/changes?from=now&limit=1000&follow=false HTTP/1.1"
            ])
    }
}
