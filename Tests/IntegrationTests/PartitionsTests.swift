import Foundation
import Testing

/// Stores of several partitions, by the built program.
@Suite("Several partitions on the command line")
struct PartitionsTests {
    private static let key = "000102030405060708090a0b0c0d0e0f\n"

    /// A store of so many partitions that holds a generated stream.
    private static func store(
        _ test: TestStore, _ partitions: Int, of stream: String
    ) throws -> [String] {
        let data = ["--data", test.folder + "/p\(partitions)"]
        try (key.data(using: .utf8) ?? Data()).write(to: URL(fileURLWithPath: test.folder + "/key"))
        let words = ["--partitions", "\(partitions)", "--key-file", "key"]
        let summary = try test.run(["replay", stream] + data + words, input: [])
        try #require(summary.status == 0, "\(summary.errors)")
        return data
    }

    @Test func shouldHoldTheSameGraphWhateverTheirNumber() throws {
        let test = try TestStore()
        try test.run(
            "generate", "--links", "20000", "--unlinks", "10", "--seed", "7", "--output", "s.jsonl")
        var answers: [[String]] = []
        for partitions in [1, 2, 4] {
            let data = try Self.store(test, partitions, of: "s.jsonl")
            var answer: [String] = []
            for command in ["digest", "export", "verify"] {
                let finished = try test.run([command] + data, input: [])
                #expect(finished.status == 0, "\(command) at \(partitions): \(finished.errors)")
                answer.append(finished.text)
            }
            let rows = answer[1].split(separator: "\n").dropFirst()
            let some = stride(from: 0, to: rows.count, by: 97).map { rows[rows.startIndex + $0] }
            let ids = some.map { row in
                let cells = row.split(separator: ",")
                return "\(cells[0]):\(cells[1])"
            }
            for command in ["resolve", "component"] {
                let words = command == "resolve" ? Array(ids.prefix(50)) : [ids[0]]
                let finished = try test.run([command] + words + data, input: [])
                #expect(finished.status == 0, "\(command) at \(partitions): \(finished.errors)")
                answer.append(finished.text)
            }
            let lines = ids.joined(separator: "\n")
            let file = try test.run(
                ["resolve", "--file", "-"] + data, input: Array(lines.utf8))
            #expect(file.status == 0)
            answer.append(file.text)
            answer.append(try test.run(["top"] + data, input: []).text)
            answers.append(answer)
        }
        for (place, what) in [
            "digest", "export", "verify", "resolve", "component", "resolve --file", "top",
        ].enumerated() {
            #expect(!answers[0][place].isEmpty)
            #expect(answers[1][place] == answers[0][place], "\(what) at 2 partitions")
            #expect(answers[2][place] == answers[0][place], "\(what) at 4 partitions")
        }
    }

    @Test func shouldBeAsManyAsTheCores() throws {
        let test = try TestStore(partitions: 0)
        try test.json("link", "a:1", "b:1", "--source", "x")
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let folders = try FileManager.default.contentsOfDirectory(atPath: test.data + "/partitions")
        #expect(folders.count == min(max(cores, 1), 64))
        #expect(try test.run("verify").status == 0)
    }

    @Test func shouldKeepTheirNumber() throws {
        let test = try TestStore(partitions: 0)
        let data = ["--data", test.data]
        let line = Array(#"{"a":"email:a@x","b":"cookie:1","ts":1000}"#.utf8)
        let made = try test.run(["replay", "-", "--partitions", "3"] + data, input: line)
        #expect(made.status == 0)
        #expect(try test.run(["replay", "-"] + data, input: line).status == 0)
        #expect(try test.run(["replay", "-", "--partitions", "3"] + data, input: line).status == 0)
        let other = try test.run(["replay", "-", "--partitions", "2"] + data, input: line)
        #expect(other.status == 3)
        #expect(other.errors.contains("has 3 partitions, and --partitions says 2"))
        #expect(other.errors.contains("kindred repartition --data"))
        #expect(other.errors.contains("--into NEW --partitions 2"))
        let stats = try test.run(["stats"] + data, input: [])
        #expect(stats.text.contains("in partition 2"))
        for wrong in ["0", "65", "two", "-1"] {
            let refused = try test.run(
                ["replay", "-", "--partitions=\(wrong)"] + data, input: line)
            #expect(refused.status == 2, "\(wrong)")
        }
    }

    @Test func shouldBackUpAndRestore() throws {
        let test = try TestStore()
        try test.run("generate", "--links", "3000", "--unlinks", "10", "--output", "s.jsonl")
        let data = try Self.store(test, 3, of: "s.jsonl")
        let digest = try test.run(["digest"] + data, input: []).text
        let backup = try test.run(["backup", "copies"] + data, input: [])
        try #require(backup.status == 0, "\(backup.errors)")
        let back = ["--data", test.folder + "/back"]
        let restored = try test.run(["restore", "copies"] + back, input: [])
        try #require(restored.status == 0, "\(restored.errors)")
        #expect(try test.run(["digest"] + back, input: []).text == digest)
        #expect(try test.run(["verify"] + back, input: []).status == 0)
    }

    @Test func shouldSayOneEventByHand() throws {
        let test = try TestStore(partitions: 4)
        let data = ["--data", test.data]
        let line = Array(#"{"a":"email:a@x","b":"cookie:1","ts":1000}"#.utf8)
        try test.run(["replay", "-"] + data, input: line)
        for number in 1..<8 {
            let linked = try test.run(
                ["link", "cookie:\(number)", "cookie:\(number + 1)", "--source", "s"] + data,
                input: [])
            #expect(linked.status == 0, "\(linked.errors)")
        }
        let digest = try test.run(["digest"] + data).text
        let dry = try test.run(
            ["unlink", "cookie:4", "cookie:5", "--source", "s", "--dry-run", "--json"] + data)
        #expect(try dry.json["same"] == .bool(false), "\(dry.errors)")
        let more = Array(#"{"a":"cookie:8","b":"email:b@x","ts":1000}"#.utf8)
        let replayed = try test.run(["replay", "-", "--dry-run", "--json"] + data, input: more)
        #expect(try replayed.json["identifiers"].integer == 10, "\(replayed.errors)")
        #expect(try test.run(["digest"] + data).text == digest, "they were dry")
        let one = try test.run(["explain", "email:a@x", "cookie:8"] + data, input: [])
        #expect(one.status == 0 && one.text.contains("cookie:5"))
        let cut = try test.run(
            ["unlink", "cookie:4", "cookie:5", "--source", "s"] + data, input: [])
        #expect(cut.status == 0, "\(cut.errors)")
        #expect(try test.run(["explain", "email:a@x", "cookie:8"] + data, input: []).status == 1)
        #expect(try test.run(["verify"] + data, input: []).status == 0)
    }
}
