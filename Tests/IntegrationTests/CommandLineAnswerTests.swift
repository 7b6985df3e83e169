import Foundation
import Testing

/// The commands that ask: resolve, explain, component, export, stats, digest, verify.
@Suite("Command line: answers", .atOneAndThreePartitions)
struct CommandLineAnswerTests {
    private static let events = """
        {"a":"email:a@x","b":"cookie:1","ts":"2026-01-01T00:00:00Z","source":"web","reason":"login"}
        {"a":"cookie:1","b":"device:d","ts":"2026-01-02T00:00:00Z","source":"app"}
        {"a":"email:b@x","b":"cookie:2","ts":"2026-01-03T00:00:00Z","source":"web"}
        {"op":"observe","a":"cookie:alone","ts":"2026-01-04T00:00:00Z"}
        {"op":"ban","a":"email:a@x","b":"email:b@x","ts":"2026-01-05T00:00:00Z","source":"steward"}

        """

    private func filled() throws -> TestStore {
        let test = try TestStore()
        try test.json("replay", "-", input: Self.events)
        return test
    }

    @Test func shouldResolveIdentifiersAndCustomers() throws {
        let test = try filled()
        let answer = try test.json("resolve", "cookie:1")
        let id = try answer["customer_id"].string
        #expect(id.utf8.count == 32)
        #expect(try answer["id"].string == "cookie:1")
        #expect(
            try answer["identifiers"].strings.sorted() == ["cookie:1", "device:d", "email:a@x"])
        #expect(answer["identifier_count"].integer == 3)
        #expect(answer["position"]["partition"].integer == 0)
        #expect(try test.json("resolve", id)["customer_id"].string == id)
        let text = try test.run("resolve", "cookie:1")
        #expect(text.status == 0)
        #expect(text.text.contains(id) && text.text.contains("device:d"))
    }

    @Test func shouldAnswerEachIdInOrderAndSayNoOnce() throws {
        let test = try filled()
        let done = try test.run("resolve", "--json", "cookie:2", "cookie:never", "cookie:alone")
        #expect(done.status == 1)
        #expect(done.errors.isEmpty)
        let rows = try done.lines.map {
            try JSONValue($0.utf8)
        }
        #expect(
            try rows.map { try $0["id"].string } == ["cookie:2", "cookie:never", "cookie:alone"])
        #expect(try rows[1]["error"].string == "not_found")
        #expect(rows[0]["error"] == .null && rows[2]["error"] == .null)
        let text = try test.run("resolve", "cookie:never")
        #expect(text.status == 1 && text.text.contains("not found"))
        let unknown = String(repeating: "0", count: 32)
        #expect(try test.run("resolve", unknown).status == 1)
    }

    @Test(arguments: ["nocolon", "0123", ":value", "NS:value", "ns:", "9x:1"])
    func shouldRefuseWhatIsNoIdBeforeAnyAnswer(_ word: String) throws {
        let test = try filled()
        let done = try test.run("resolve", "cookie:1", word)
        #expect(done.status == 2)
        #expect(done.output.isEmpty)
        #expect(done.errors.contains("'\(word)'"))
    }

    /// A customer that was merged away is found under the one that has its identifiers now, and
    /// has its id again after the merge is taken back.
    @Test func shouldResolvePastCustomersAndGiveIdsBack() throws {
        let test = try filled()
        let (one, other) = (try test.customer(of: "cookie:1"), try test.customer(of: "cookie:2"))
        let ids = [try #require(one), try #require(other)]
        #expect(ids[0] != ids[1])
        try test.json(
            "link", "cookie:1", "cookie:2", "--source", "hand", "--ts", "2026-02-01T00:00:00Z")
        let now = try #require(try test.customer(of: "cookie:1"))
        #expect(ids.contains(now))
        for id in ids {
            let answer = try test.json("resolve", id)
            #expect(try answer["customer_id"].string == now)
            #expect(answer["requested"] == (id == now ? .null : .text(id)))
            #expect(answer["identifier_count"].integer == 5)
        }
        try test.json(
            "unlink", "cookie:1", "cookie:2", "--source", "hand", "--ts", "2026-02-02T00:00:00Z")
        #expect(try test.customer(of: "cookie:1") == ids[0])
        #expect(try test.customer(of: "cookie:2") == ids[1])
        for id in ids { #expect(try test.customer(of: id) == id) }
    }

    @Test func shouldExplainByThePath() throws {
        let test = try filled()
        let answer = try test.json("explain", "email:a@x", "device:d")
        #expect(answer["same"] == .bool(true))
        #expect(try answer["path"].strings == ["email:a@x", "cookie:1", "device:d"])
        #expect(answer["links"].list.count == 2)
        let word = answer["links"][0]["evidence"][0]
        #expect(try word["source"].string == "web")
        #expect(try word["op"].string == "link")
        #expect(try word["ts"].string == "2026-01-01T00:00:00.000Z")
        #expect(try word["reason"].string == "login")
        let text = try test.run("explain", "email:a@x", "device:d")
        #expect(text.status == 0)
        #expect(text.text.contains("link by web at 2026-01-01T00:00:00.000Z: login"))
        let itself = try test.json("explain", "cookie:1", "cookie:1")
        #expect(try itself["path"].strings == ["cookie:1"])
    }

    @Test func shouldExplainThatTwoAreNotOne() throws {
        let test = try filled()
        let done = try test.run("explain", "email:a@x", "email:b@x", "--json")
        #expect(done.status == 1)
        let answer = try done.json
        #expect(answer["same"] == .bool(false))
        #expect(try answer["customer_ids"].strings.count == 2)
        #expect(try answer["direct"]["evidence"][0]["op"].string == "ban")
        let text = try test.run("explain", "email:a@x", "email:b@x")
        #expect(text.status == 1 && text.text.contains("two customers"))
        #expect(text.text.contains("ban by steward"))
        let unknown = try test.run("explain", "email:a@x", "email:never@x")
        #expect(unknown.status == 1 && unknown.text.contains("not found"))
    }

    @Test func shouldShowAComponent() throws {
        let test = try filled()
        let answer = try test.json("component", "device:d")
        let members = try answer["members"].list.map { try $0["id"].string }
        #expect(members.sorted() == ["cookie:1", "device:d", "email:a@x"])
        #expect(answer["members"].list.count { $0["anchor"] == .bool(true) } == 1)
        #expect(answer["links"].list.count == 2)
        #expect(answer["links"].list.allSatisfy { $0["live"] == .bool(true) })
        let id = try answer["customer_id"].string
        #expect(try test.json("component", id)["members"] == answer["members"])
        #expect(try test.run("component", "cookie:never").status == 1)
        let text = try test.run("component", "device:d")
        #expect(text.text.contains("members (3)") && text.text.contains("(anchor)"))
    }

    @Test func shouldExportSortedByBytes() throws {
        let test = try filled()
        try test.json(
            "replay", "-",
            input: [
                #"{"a":"cookie:\u007fz","b":"cookie:é","ts":1}"#,
                #"{"a":"cookie:with,comma","b":"cookie:with\"quote","ts":1}"#,
                #"{"a":"cookie:two\nlines","b":"cookie:Z","ts":1}"#,
                #"{"a":"cook:1","b":"cookie2:1","ts":1}"#,
            ].joined(separator: "\n"))
        let done = try test.run("export")
        let rows = CSVText.rows(done.output)
        #expect(rows[0] == ["ns", "value", "customer_id"].map { Array($0.utf8) })
        let keys = rows.dropFirst().map { [$0[0], $0[1]] }
        let sorted = keys.sorted {
            $0[0] == $1[0]
                ? $0[1].lexicographicallyPrecedes($1[1]) : $0[0].lexicographicallyPrecedes($1[0])
        }
        #expect(keys == sorted)
        #expect(keys.count == 14)
        for row in rows.dropFirst() {
            let id = String(decoding: row[0] + [UInt8(ascii: ":")] + row[1], as: UTF8.self)
            #expect(try test.customer(of: id) == String(decoding: row[2], as: UTF8.self))
        }
        let path = test.folder + "/export.csv"
        let toFile = try test.run("export", "--output", path)
        #expect(toFile.status == 0 && toFile.output.isEmpty)
        #expect(try test.read(path) == done.output)
        #expect(try test.run("export", "--output", test.folder).status == 3)
        try FileManager.default.createSymbolicLink(
            atPath: test.folder + "/link", withDestinationPath: test.data)
        for name in ["data/store.json", "data/log/new", "link/new", "data/../data/node-key"] {
            #expect(try test.run("export", "--output", name).status == 2, "\(name)")
            #expect(try test.run("replay", "-", "--rejects", name).status == 2, "\(name)")
        }
        #expect(try test.run("export", "--output", "data-2").status == 0)
    }

    @Test func shouldCountInStats() throws {
        let test = try filled()
        let answer = try test.json("stats")
        #expect(answer["customers"].integer == 3)
        #expect(answer["identifiers"].integer == 6)
        #expect(answer["links"].integer == 3)
        #expect(answer["pairs"].integer == 4)
        #expect(answer["events"].integer == 5)
        #expect(answer["merges"].integer == 3)
        #expect(answer["splits"].integer == 0)
        #expect(answer["disk_bytes"].integer > 0)
        #expect(answer["memory_bytes"].integer > 0)
        // The key is random: one partition may have nothing.
        let positions = (0..<PartitionCounts.present).map { answer["positions"]["\($0)"].integer }
        #expect(positions.reduce(0, +) >= 1)
        let text = try test.run("stats")
        #expect(text.status == 0 && text.lines.contains { $0.hasPrefix("customers") })
    }

    @Test func shouldCompareDigests() throws {
        let test = try filled()
        let digest = try test.digest()
        let text = try test.run("digest")
        #expect(text.text.contains(digest))
        let key = test.data + "/node-key"
        let file = try test.write("e.jsonl", Self.events)
        try test.json("replay", file, "--data", "same", "--key-file", key)
        let same = try test.json("digest", "--compare", "same")
        #expect(same["equal"] == .bool(true))
        try test.json("link", "a:1", "b:1", "--source", "x", "--data", "same")
        let differs = try test.run("digest", "--compare", "same", "--json")
        #expect(differs.status == 1)
        #expect(try differs.json["equal"] == .bool(false))
        try test.json("replay", file, "--data", "other")
        let foreign = try test.run("digest", "--compare", "other")
        #expect(foreign.status == 3 && foreign.errors.contains("different keys"))
        let absent = try test.run("digest", "--compare", "absent")
        #expect(absent.status == 3)
        #expect(!test.exists(test.folder + "/absent"))
    }

    @Test func shouldVerifyAWholeStore() throws {
        let test = try filled()
        let answer = try test.json("verify")
        #expect(answer["ok"] == .bool(true))
        #expect(answer["faults"].integer == 0)
        #expect(answer["identifiers"].integer == 6)
        #expect(try test.run("verify").text.contains("no fault"))
    }

    /// A value on a terminal cannot move its cursor or turn its text; in JSON it is as it is.
    @Test func shouldEscapeControlCharactersInTextAlone() throws {
        let test = try TestStore()
        let value = "\u{1B}[2J\r\n\u{202E}evil\u{7F}\u{9B}"
        let line = try JSONEncoder().encode([
            "a": "cookie:" + value, "b": "email:x", "ts": "2026-01-01T00:00:00Z", "source": value,
            "reason": value,
        ])
        try test.json("replay", "-", input: String(decoding: line, as: UTF8.self))
        for words in [
            ["resolve", "email:x"], ["component", "email:x"],
            ["explain", "email:x", "cookie:" + value],
        ] {
            let done = try test.run(words)
            #expect(done.status == 0)
            let controls = done.text.unicodeScalars.filter {
                ($0.value < 0x20 && $0 != "\n") || (0x7F..<0xA0).contains($0.value)
                    || $0.value == 0x202E
            }
            #expect(controls.isEmpty, "\(words[0])")
            #expect(done.text.contains("\\u{1b}[2J\\r\\n\\u{202e}evil\\u{7f}\\u{9b}"))
            let json = try test.run(words + ["--json"]).json
            let known =
                json["identifiers"].list + json["path"].list + json["members"].list.map { $0["id"] }
            #expect(known.contains(.text("cookie:" + value)), "\(words[0])")
        }
        let wrong = try test.run("resolve", "no\u{1B}[2Jcolon")
        #expect(wrong.status == 2 && !wrong.errors.contains("\u{1B}"))
        let file = try test.run("replay", "no\u{1B}[2Jfile")
        #expect(file.status == 3 && !file.errors.contains("\u{1B}"))
        let word = try test.run("no\u{1B}[2Jcommand")
        #expect(word.status == 2 && !word.errors.contains("\u{1B}"))
    }
}
