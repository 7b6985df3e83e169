import Foundation
import Testing

/// `kindred replay` and `kindred generate`.
@Suite("Command line: replay", .atOneAndThreePartitions)
struct CommandLineReplayTests {
    private static let four = """
        {"op":"link","a":"email:a@x","b":"cookie:1","ts":1000,"source":"web"}
        {"op":"link","a":"email:b@x","b":"cookie:2","ts":2000,"source":"web"}
        {"op":"link","a":"cookie:1","b":"cookie:2","ts":3000,"source":"web"}
        {"op":"unlink","a":"cookie:1","b":"cookie:2","ts":4000,"source":"web"}

        """
    private static let oneBad = """
        {"a":"a:1","b":"b:1","ts":1}
        {"a":"a:2","b":
        {"a":"a:3","b":"b:3","ts":1}
        {"a":"a:4","ts":1}

        """

    @Test func shouldSummarizeInJSON() throws {
        let test = try TestStore()
        let answer = try test.json("replay", "-", input: Self.four)
        for (key, value) in [
            ("events", 4), ("accepted", 4), ("rejected", 0), ("links", 2), ("identifiers", 4),
            ("customers", 2),
        ] {
            #expect(answer[key].integer == value, "\(key)")
        }
        // Of several partitions one may hear of the unlink before the other has heard of the link.
        let merges = answer["merges"].integer
        #expect(answer["splits"].integer == merges - 2)
        #expect(PartitionCounts.present > 1 || merges == 3)
        guard case .number(let seconds) = answer["seconds"] else {
            Issue.record("no seconds in \(answer)")
            return
        }
        #expect(seconds >= 0 && seconds < 60)
    }

    /// Enough events for several checkpoints, which the summary and `stats` tell of.
    @Test func shouldTellWhatItsCheckpointsCost() throws {
        let test = try TestStore()
        let lines = (0..<40_000).map {
            #"{"a":"email:\#($0 / 3)","b":"cookie:\#($0)","ts":\#($0)}"#
        }
        let text = lines.joined(separator: "\n")
        let told = try test.json("replay", "-", "--checkpoint-events", "5000", input: text)
        let checkpoints = told["checkpoints"]
        let stored = checkpoints["stored"].integer
        let slices = checkpoints["slices"].integer
        let pauses = checkpoints["pauses"]["count"].integer
        #expect(stored >= 2 && slices >= stored && pauses >= slices)
        let p50 = checkpoints["pauses"]["p50_us"].integer
        let p99 = checkpoints["pauses"]["p99_us"].integer
        let longest = checkpoints["pauses"]["maximum_us"].integer
        let total = checkpoints["pauses"]["total_us"].integer
        #expect(0 < p50 && p50 <= p99 && p99 <= longest && longest <= total)
        #expect(checkpoints["waits"]["count"].integer >= 0)
        #expect(checkpoints["forced_cuts"].integer >= 0)
        let stats = try test.json("stats")
        #expect(stats["tail_records"].integer == 0)
        guard case .number(let seconds) = stats["opening_seconds"] else {
            Issue.record("stats does not say how long opening took")
            return
        }
        #expect(seconds > 0 && seconds < 60)
        let again = try test.run("replay", "-", "--checkpoint-events", "5000", input: text)
        #expect(String(decoding: again.output, as: UTF8.self).contains("\ncheckpoints"))
    }

    @Test func shouldSummarizeInText() throws {
        let test = try TestStore()
        let done = try test.run("replay", "-", input: Self.four)
        #expect(done.status == 0)
        for word in [
            "events", "accepted", "rejected", "links", "identifiers", "customers", "merges",
            "splits",
        ] {
            #expect(done.lines.contains { $0.hasPrefix(word) }, "\(word)")
        }
        #expect(done.errors.isEmpty)
    }

    @Test func shouldChangeNothingWhenRepeated() throws {
        let test = try TestStore()
        let file = try test.write("events.jsonl", Self.four)
        try test.json("replay", file)
        let digest = try test.digest()
        let again = try test.json("replay", file)
        #expect(again["accepted"].integer == 4)
        #expect(again["merges"].integer == 0)
        #expect(again["splits"].integer == 0)
        #expect(again["customers"].integer == 2)
        #expect(try test.digest() == digest)
    }

    @Test func shouldRehearseWithoutMakingAStore() throws {
        let test = try TestStore()
        let answer = try test.json("replay", "-", "--dry-run", input: Self.four)
        #expect(answer["customers"].integer == 2)
        #expect(answer["merges"].integer == 3)
        #expect(!test.exists(test.data))
    }

    @Test func shouldRehearseOnAStoreWithoutChangingIt() throws {
        let test = try TestStore()
        try test.json("replay", "-", input: Self.four)
        let before = (try test.digest(), try test.run("export").output)
        let namespaces = try test.write(
            "n.yaml", "namespaces: [{name: fresh, priority: 5, normalize: [trim]}]")
        let description = try test.read(test.data + "/store.json")
        let answer = try test.json(
            "replay", "-", "--dry-run", "--namespaces", namespaces,
            input: #"{"a":"email:a@x","b":"fresh:9","ts":1}"#)
        #expect(answer["identifiers"].integer == 5)
        #expect(answer["merges"].integer == 1)
        #expect(try test.digest() == before.0)
        #expect(try test.run("export").output == before.1)
        #expect(try test.read(test.data + "/store.json") == description)
    }

    @Test func shouldStartAtALine() throws {
        let test = try TestStore()
        let file = try test.write("events.jsonl", Self.four)
        let answer = try test.json("replay", file, "--from-line", "3")
        #expect(answer["events"].integer == 2)
        let second = try test.json("replay", file, file, "--from-line", "4")
        #expect(second["events"].integer == 5, "the number is the first file's alone")
        #expect(try test.json("replay", file, "--from-line", "99")["events"].integer == 0)
        #expect(try test.run("replay", file, "--from-line", "0").status == 2)
    }

    @Test func shouldListRefusedEventsForItsOwnerAlone() throws {
        let test = try TestStore()
        let file = try test.write("events.jsonl", Self.oneBad)
        let rejects = try test.write("rejects.jsonl", "what was there\n")
        #expect(chmod(rejects, 0o644) == 0)
        let answer = try test.json("replay", file, "--rejects", rejects)
        #expect(answer["accepted"].integer == 2)
        #expect(answer["rejected"].integer == 2)
        #expect(answer["rejected_by_reason"]["malformed_json"].integer == 1)
        #expect(answer["rejected_by_reason"]["missing_end"].integer == 1)
        #expect(try test.mode(rejects) == 0o600)
        let rows = try Self.rows(rejects, test)
        #expect(rows.count == 2)
        #expect(rows[0].keys == ["file", "line", "message", "raw", "reason"])
        #expect(try rows[0]["file"].string == file)
        #expect(rows.map { $0["line"].integer } == [2, 4])
        #expect(try rows.map { try $0["reason"].string } == ["malformed_json", "missing_end"])
        #expect(try rows[0]["raw"].string == #"{"a":"a:2","b":"#)
        #expect(try rows.allSatisfy { try !$0["message"].string.isEmpty })
    }

    @Test func shouldKeepTheFirstFourKiBOfARefusedLine() throws {
        let test = try TestStore()
        let rejects = test.folder + "/rejects.jsonl"
        try test.json(
            "replay", "-", "--rejects", rejects, input: String(repeating: "x", count: 5_000))
        let rows = try Self.rows(rejects, test)
        #expect(try rows[0]["raw"].string == String(repeating: "x", count: 4_096))
    }

    @Test func shouldNeverWriteRejectsOverAnInputNorChangeADevice() throws {
        let test = try TestStore()
        let file = try test.write("events.jsonl", Self.oneBad)
        try FileManager.default.createSymbolicLink(
            atPath: test.folder + "/link", withDestinationPath: file)
        for name in [file, test.folder + "/link", test.folder + "/../" + file] {
            guard test.exists(name) else { continue }
            #expect(try test.run("replay", file, "--rejects", name).status == 2)
        }
        #expect(try test.read(file) == Array(Self.oneBad.utf8))
        let device = try test.mode("/dev/null")
        #expect(try test.run("replay", file, "--rejects", "/dev/null").status == 0)
        #expect(try test.mode("/dev/null") == device)
    }

    @Test func shouldFailOnRejectAfterAllElseIsAccepted() throws {
        let test = try TestStore()
        let done = try test.run("replay", "-", "--fail-on-reject", "--json", input: Self.oneBad)
        #expect(done.status == 3)
        #expect(try done.json["accepted"].integer == 2)
        #expect(done.errors.contains("2 events were refused"))
        #expect(try test.customer(of: "a:3") != nil)
        let clean = try test.run("replay", "-", "--fail-on-reject", input: Self.four)
        #expect(clean.status == 0)
    }

    @Test(arguments: ["absent.jsonl", "folder", "absent-folder/x.csv", ""])
    func shouldTellAWrongFileBeforeAnythingIsFolded(_ name: String) throws {
        let test = try TestStore()
        let good = try test.write("events.jsonl", Self.four)
        try FileManager.default.createDirectory(
            atPath: test.folder + "/folder", withIntermediateDirectories: false)
        let done = try test.run("replay", good, name)
        #expect(done.status == 3)
        #expect(done.errors.split(separator: "\n").count == 1, "\(done.errors)")
        #expect(name.isEmpty || done.errors.contains(name))
        #expect(!test.exists(test.data), "nothing was folded, no store was made")
    }

    @Test func shouldReadFilesPipesAndStandardInputAlike() throws {
        let test = try TestStore()
        try test.write("events.jsonl", Self.four)
        try test.write("events.csv", "op,a,b,ts\nlink,a:1,\"b:1,\"\"x\"\"\",5\nlink,a:2,b:2,6\n")
        let whole = try test.shell(
            "kindred replay events.jsonl events.csv --data whole "
                + "--key-file <(echo 000102030405060708090a0b0c0d0e0f)")
        try #require(whole.status == 0, "\(whole.errors)")
        let digest = try test.digest(of: test.folder + "/whole")
        try FileManager.default.copyItem(
            atPath: test.folder + "/whole/node-key", toPath: test.folder + "/key")
        let replay = "kindred replay --key-file key --json --data"
        for (name, line) in [
            ("input", "cat events.jsonl | \(replay) input - && cat events.csv | \(replay) input -"),
            ("pipes", "\(replay) pipes <(cat events.jsonl) <(cat events.csv)"),
            ("mixed", "cat events.csv | \(replay) mixed <(cat events.jsonl) -"),
            ("after", "cat events.csv | \(replay) after - <(cat events.jsonl)"),
            (
                "noname",
                "cp events.csv rows && cp events.jsonl lines && \(replay) noname rows lines"
            ),
            (
                "packed",
                "gzip -c events.jsonl > p && gzip -c events.csv > q && \(replay) packed p q"
            ),
            ("packedin", "gzip -c events.csv | \(replay) packedin <(gzip -c events.jsonl) -"),
        ] {
            let done = try test.shell(line)
            #expect(done.status == 0, "\(name): \(done.errors)")
            #expect(try test.digest(of: "\(test.folder)/\(name)") == digest, "\(name)")
        }
    }

    @Test func shouldTakeTimesAsAsked() throws {
        let test = try TestStore()
        try test.json(
            "replay", "-", "--time-unit", "s", "--default-ts", "2020-01-01T00:00:00Z",
            input: #"{"a":"a:1","b":"b:1","ts":100}"# + "\n" + #"{"a":"a:2","b":"b:2"}"#)
        let first = try test.json("component", "a:1")["members"][0]["first_seen"].string
        #expect(first == "1970-01-01T00:01:40.000Z")
        let second = try test.json("component", "a:2")["members"][0]["first_seen"].string
        #expect(second == "2020-01-01T00:00:00.000Z")
        let csv = try test.write("t.csv", "a,b,ts\na:3,b:3,2020-01-01 00:00:00\n")
        try test.json("replay", csv, "--assume-zone", "+01:00")
        let third = try test.json("component", "a:3")["members"][0]["first_seen"].string
        #expect(third == "2019-12-31T23:00:00.000Z")
        #expect(try test.run("replay", csv, "--default-ts", "soon").status == 2)
        #expect(try test.run("replay", csv, "--assume-zone", "CET").status == 2)
    }

    @Test func shouldNumberLinesOverFilesWhereACSVHasNoTimes() throws {
        let test = try TestStore()
        let one = try test.write("one.csv", "op,a,b\nlink,a:1,b:1\nlink,a:2,b:2\n")
        let two = try test.write("two.csv", "op,a,b\nunlink,a:1,b:1\n")
        let done = try test.run("replay", one, two)
        #expect(done.status == 0)
        #expect(done.errors.contains("one.csv has no ts column"))
        #expect(done.errors.contains("only within this set of files"))
        #expect(try test.customer(of: "a:1") != test.customer(of: "b:1"))
        let members = try test.json("component", "a:2")["members"]
        #expect(try members[0]["first_seen"].string == "1970-01-01T00:00:00.003Z")
    }

    @Test func shouldGenerateTheSameStreamForTheSameSeed() throws {
        let test = try TestStore()
        let words = ["generate", "--links", "500", "--seed", "3", "--unlinks", "4"]
        let first = try test.run(words)
        #expect(first.status == 0)
        #expect(first.lines.count == 500)
        #expect(first.lines.contains { $0.contains("unlink") })
        let path = test.folder + "/out.jsonl"
        #expect(try test.run(words + ["--output", path]).status == 0)
        #expect(try test.read(path) == first.output)
        #expect(try test.run("generate", "--links", "500", "--seed", "4").output != first.output)
        let csv = try test.run(words + ["--format", "csv"])
        let file = try test.write("same.csv", csv.output)
        let key = try test.write("key", "000102030405060708090a0b0c0d0e0f")
        try test.json("replay", path, "--data", "j", "--key-file", key)
        try test.json("replay", file, "--data", "c", "--key-file", key)
        #expect(try test.digest(of: "j") == test.digest(of: "c"))
        #expect(try test.run("generate", "--links", "-1").status == 2)
        #expect(try test.run("generate", "--links", "1", "--output", "/absent/x").status == 3)
    }

    @Test func shouldTakeAttributesInEveryFormat() throws {
        let test = try TestStore()
        let words = ["generate", "--links", "500", "--seed", "3", "--attributes", "5"]
        let plain = try test.run("generate", "--links", "500", "--seed", "3")
        let stream = try test.run(words)
        #expect(stream.lines.count == 1_000)
        #expect(stride(from: 0, to: 1_000, by: 2).map { stream.lines[$0] } == plain.lines)
        let lines = try test.write("said.jsonl", stream.output)
        let rows = try test.write("said.csv", try test.run(words + ["--format", "csv"]).output)
        for (file, data) in [(lines, "l"), (rows, "r")] {
            let summary = try test.json("replay", file, "--data", data)
            #expect(summary["accepted"].integer == 1_000)
            #expect(summary["rejected"].integer == 0)
            #expect(try test.run("verify", "--data", data).status == 0)
        }
        let wide = try test.write(
            "wide.csv", "loyalty,mail,ts,attributes.city,PLAN\nL1,a@b,5,Madrid,gold\nL2,,6,,\n")
        let summary = try test.json(
            "replay", wide, "--wide", "--columns", "attributes.plan=PLAN", "--data", "w")
        #expect(summary["accepted"].integer == 3)
        let most = try test.write(
            "most.jsonl", try test.run("generate", "--links", "9", "--attributes", "64").output)
        #expect(try test.json("replay", most, "--data", "m")["accepted"].integer == 18)
        let refused = try test.run("replay", wide, "--wide", "--data", "x")
        #expect(refused.status == 3 && refused.errors.contains("PLAN"))
    }

    private static func rows(_ path: String, _ test: TestStore) throws -> [JSONValue] {
        try test.read(path).split(separator: UInt8(ascii: "\n")).map {
            try JSONValue($0)
        }
    }
}
