import Foundation
import TestSupport
import Testing

/// `replay --changes FILE`: each change once, in order, over any number of kills; folded it is the
/// store.
@Suite("Changes of a replay", .serialized)
struct ChangesFileTests {
    private static let namespaces = TestStore.repository + "/Fixtures/Events/namespaces.yaml"

    /// A store that replays a stream of links, unlinks and observes into it.
    private struct Replayed {
        let folder: CrashFolder
        let partitions: Int
        var store: CrashStore { CrashStore(path: folder("store"), folder: folder) }
        var file: String { folder("changes.jsonl") }

        init(_ partitions: Int, links: Int = 6_000) throws {
            folder = try CrashFolder()
            self.partitions = partitions
            folder.environment = ["KINDRED_PARTITIONS": "\(partitions)"]
            _ = try CrashAnswer.expect(
                [
                    "generate", "--links", "\(links)", "--seed", "\(partitions)", "--unlinks", "8",
                    "--attributes", "3", "--output", folder("events.jsonl"),
                ], in: folder)
        }

        var words: [String] { words(folder("events.jsonl")) }

        func words(_ events: String) -> [String] {
            [
                "replay", events, "--data", store.path, "--changes", file, "--reveal",
                "--namespaces", ChangesFileTests.namespaces, "--checkpoint-events", "2000",
            ]
        }

        /// The stream in so many files, one behind the other.
        func cut(into count: Int) throws -> [String] {
            let all = FileManager.default.contents(atPath: folder("events.jsonl")) ?? Data()
            let lines = String(decoding: all, as: UTF8.self).split(separator: "\n")
            return try (0..<count).map { part in
                let range = lines.count * part / count..<lines.count * (part + 1) / count
                let path = folder("events-\(part).jsonl")
                let text = lines[range].joined(separator: "\n") + "\n"
                try Data(text.utf8).write(to: URL(filePath: path))
                return path
            }
        }

        func run(_ words: [String]) throws -> CrashAnswer { try CrashAnswer(words, in: folder) }

        /// The whole lines that the file has by now.
        func bytes() -> [UInt8] {
            let bytes = Array(FileManager.default.contents(atPath: file) ?? Data())
            return Array(bytes[..<((bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)])
        }

        func lines() -> [String] {
            String(decoding: bytes(), as: UTF8.self).split(separator: "\n").map(String.init)
        }

        /// The file holds all that the store told, and folded it is what the store holds.
        func expectTheStore(allKinds: Bool = false) throws {
            let byPartition = try FeedConsumer.byPartition(lines())
            let told = try run(["changes", "--from", "oldest", "--reveal", "--data", store.path])
            #expect(told.status == 0, "\(told.errors)")
            let feed = told.output.split(separator: "\n")
            #expect(try FeedConsumer.byPartition(feed) == byPartition)
            #expect(byPartition.values.allSatisfy { FeedConsumer.place($0[0])?.offset == 0 })
            #expect(byPartition.count == partitions)
            let consumer = try FeedConsumer(changes: lines())
            let export = try CrashAnswer.expect(
                ["export", "--format", "jsonl", "--reveal", "--data", store.path], in: folder)
            let differences = try consumer.differences(
                fromExport: export.split(separator: "\n").map(String.init))
            #expect(differences == [] && !consumer.customers.isEmpty)
            guard allKinds else { return }
            let kinds = ["created", "updated", "merged", "split", "renamed", "retired"]
            #expect(consumer.kinds == Set(kinds.map { "customer." + $0 }))
            #expect(consumer.rebirths > 0)
        }
    }

    /// Each of several replays ends with a tick, so that changes of every kind are told.
    @Test(arguments: PartitionCounts.all)
    func oracleShouldBeTheStore(_ partitions: Int) throws {
        let replay = try Replayed(partitions)
        for part in try replay.cut(into: 12) {
            let done = try replay.run(replay.words(part))
            #expect(done.status == 0, "\(done.errors)")
        }
        try replay.expectTheStore(allKinds: true)
        let mode = try FileManager.default.attributesOfItem(atPath: replay.file)
        #expect(mode[.posixPermissions] as? Int == 0o600)
        // The same events again tell nothing.
        let before = replay.bytes()
        #expect(try replay.run(replay.words).status == 0)
        #expect(replay.bytes() == before)
    }

    @Test(arguments: PartitionCounts.all)
    func shouldHaveEachChangeOnceOverKills(_ partitions: Int) throws {
        let replay = try Replayed(partitions)
        var random = SeededGenerator(seed: UInt64(partitions))
        let start = Date()
        let twin = try Replayed(partitions)
        #expect(try twin.run(twin.words).status == 0)
        var longest = Date().timeIntervalSince(start) * 1_000
        var (before, kills): ([UInt8], Int) = ([], 0)
        for _ in 0..<TestBudget.rounds(20) {
            let process = try CrashProcess(
                replay.words, in: replay.folder, named: "replay",
                environment: replay.folder.environment)
            crashPause(below: longest, &random)
            // One that had ended was faster than the twin, whose machine may have been busier.
            if process.kill() == .killed(SIGKILL) { kills += 1 } else { longest *= 0.7 }
            // What stands there stays, byte for byte.
            let now = replay.bytes()
            #expect(now.starts(with: before))
            before = now
        }
        let done = try replay.run(replay.words)
        #expect(done.status == 0, "\(done.errors)")
        #expect(replay.bytes().starts(with: before))
        #expect(kills >= 8, "\(kills) kills")
        try replay.expectTheStore()
        #expect(try replay.store.faults() == "")
    }

    @Test func shouldGoOnBehindATornLine() throws {
        let replay = try Replayed(1, links: 300)
        #expect(try replay.run(replay.words).status == 0)
        let whole = replay.bytes()
        for cut in [1, 40, 500, whole.count - 1] {
            try Data(whole.dropLast(cut)).write(to: URL(filePath: replay.file))
            #expect(try replay.run(replay.words).status == 0)
            #expect(replay.bytes() == whole)
        }
        try FileManager.default.removeItem(atPath: replay.file)
        #expect(try replay.run(replay.words).status == 0)
        #expect(replay.bytes() == whole)
    }

    @Test func shouldRefuseAnotherFile() throws {
        let replay = try Replayed(1, links: 300)
        #expect(try replay.run(replay.words).status == 0)
        let whole = replay.bytes()
        let store = replay.store.path
        func refusal(_ text: String, _ words: [String] = []) throws -> String {
            try Data(text.utf8).write(to: URL(filePath: replay.file))
            let done = try replay.run(replay.words + words)
            #expect(done.status == 3 && done.output == "", "\(text): \(done.errors)")
            #expect(String(decoding: replay.bytes(), as: UTF8.self) == text, "it is as it was")
            return done.errors
        }
        #expect(try refusal("a,b\n").contains("no change of the feed"))
        let line = String(decoding: whole, as: UTF8.self).split(separator: "\n")[0]
        let elsewhere = line.replacing(#""partition":0"#, with: #""partition":7"#)
        #expect(try refusal(elsewhere + "\n").contains("partition 7, which this store lacks"))
        let later = line.replacing(#""offset":0"#, with: #""offset":99999999"#)
        #expect(try refusal(later + "\n").contains("not of this store, or of a later time"))
        // Retention has overtaken it.
        let trimmed = try replay.run(
            ["replay", replay.folder("events.jsonl"), "--data", store, "--config"]
                + [try config(replay, "feed_retention: 10\n")])
        #expect(trimmed.status == 0, "\(trimmed.errors)")
        let more = replay.folder("more.jsonl")
        try Data((0..<20).map { #"{"a":"x:\#($0)","b":"y:\#($0)","ts":1}"# + "\n" }.joined().utf8)
            .write(to: URL(filePath: more))
        let few = try config(replay, "feed_retention: 10\n")
        let told = try replay.run(["replay", more, "--data", store, "--config", few])
        #expect(told.status == 0, "\(told.errors)")
        #expect(try refusal(line + "\n").contains("is not kept any more"))
    }

    private func config(_ replay: Replayed, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: replay.folder("k.yaml")))
        return replay.folder("k.yaml")
    }

    /// A change names what came to a customer and what went, not who was there.
    @Test(arguments: PartitionCounts.all)
    func shouldTellWhatComesToALargeCustomerAlone(_ partitions: Int) throws {
        let replay = try Replayed(partitions, links: 1)
        func tell(_ events: [String]) throws -> [UInt8] {
            let before = replay.bytes().count
            let file = replay.folder("hub.jsonl")
            try Data(events.joined(separator: "\n").utf8).write(to: URL(filePath: file))
            let done = try replay.run(replay.words(file))
            #expect(done.status == 0, "\(done.errors)")
            return Array(replay.bytes().dropFirst(before))
        }
        let members = (0..<10_000).map { #"{"a":"loyalty:1","b":"cookie:\#($0)","ts":\#($0)}"# }
        let first = try tell(members)
        #expect(first.count > 10_000 * 10)
        for event in [
            #"{"a":"loyalty:1","b":"cookie:new","ts":20000}"#,
            #"{"op":"observe","a":"cookie:7","ts":20001,"attributes":{"city":"Lugo"}}"#,
            #"{"op":"unlink","a":"loyalty:1","b":"cookie:new","ts":20002}"#,
        ] {
            let told = try tell([event])
            #expect(!told.isEmpty && told.count < 1_000, "\(told.count) bytes")
        }
    }

    /// Sensitive attributes are shown only where that is asked for.
    @Test func shouldMaskUnlessAskedToReveal() throws {
        let test = try TestStore()
        let rules = try test.write(
            "p.yaml", "attributes: [{name: phone, rule: last, sensitive: true}]")
        let event = #"{"op":"observe","a":"a:1","ts":1,"attributes":{"phone":"+34600"}}"#
        let words = ["replay", "-", "--profiles", rules, "--changes"]
        for (file, more) in [("masked", []), ("whole", ["--reveal"])] {
            let path = test.folder + "/" + file
            let done = try test.run(words + [path] + more, input: Array(event.utf8))
            #expect(done.status == 0, "\(done.errors)")
            let told = try JSONValue(test.read(path))["profile"]["phone"]
            #expect(try told.string == (more.isEmpty ? "***" : "+34600"))
        }
        let alone = try test.run("replay", "-", "--reveal")
        #expect(alone.status == 2 && alone.errors.contains("--changes"), "\(alone.errors)")
    }

    /// A store that has told much before its feed was kept: the file begins where the feed does.
    @Test func shouldBeginWhereTheFeedDoes() throws {
        let replay = try Replayed(3, links: 500)
        let store = replay.store.path
        let early = ["replay", replay.folder("events.jsonl"), "--data", store]
        #expect(try replay.run(early).status == 0)
        let more = replay.folder("more.jsonl")
        try Data(#"{"a":"x:1","b":"y:1","ts":1}"#.utf8).write(to: URL(filePath: more))
        let done = try replay.run(["replay", more, "--data", store, "--changes", replay.file])
        #expect(done.status == 0, "\(done.errors)")
        let lines = replay.lines()
        #expect(!lines.isEmpty && lines.allSatisfy { $0.contains("x:1") || $0.contains("y:1") })
        #expect(lines.contains { (FeedConsumer.place($0)?.offset ?? 0) > 0 })
    }

    @Test func shouldRefuseToListWhatIsNotKept() throws {
        let test = try TestStore()
        let none = ["KINDRED_FEED_RETENTION": "0"]
        let words = ["replay", "-", "--changes", "c.jsonl"]
        let done = try test.run(words, environment: none)
        #expect(done.status == 2 && done.errors.contains("feed_retention"), "\(done.errors)")
        #expect(!test.exists(test.data) && !test.exists(test.folder + "/c.jsonl"))
        #expect(try test.run("replay", "-", "--changes", "c.jsonl", "--dry-run").status == 2)
    }
}
