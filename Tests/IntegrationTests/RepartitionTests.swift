import Foundation
import TestSupport
import Testing

/// `kindred repartition`: the same graph in another number of partitions.
@Suite("Repartition")
struct RepartitionTests {
    private static let key = "000102030405060708090a0b0c0d0e0f"
    private static let namespaces = """
        namespaces: [{name: loyalty, priority: 1}, {name: email, priority: 2, normalize: [trim]}]
        """

    /// Events of every kind about few identifiers, so that words, times and reasons meet.
    private static func stream(_ seed: UInt64, count: Int) -> String {
        var generator = SeededGenerator(seed: seed)
        func number(_ limit: Int) -> Int { generator.below(limit) }
        let spaces = ["loyalty", "email", "cookie", "device"]
        let reasons = ["", #","reason":"seen at the desk""#, #","reason":"ä""#, #","reason":"z""#]
        let lines = (0..<count).map { _ in
            let (one, other) = (number(60), number(60))
            let ends = [one, other].map { "\(spaces[$0 % 4]):v \($0)" }
            let ts = "\(number(12) * 1_000 - 4_000)"
            let source = "s\(number(3))"
            let roll = number(20)
            if roll == 0 {
                return #"{"op":"observe","a":"\#(ends[0])","ts":\#(ts),"source":"\#(source)"}"#
            }
            let words = ["unlink", "unlink", "ban", "unban"]
            let op = roll < 12 ? "link" : words[number(4)]
            return #"{"op":"\#(op)","a":"\#(ends[0])","b":"\#(ends[1])","ts":\#(ts),"#
                + #""source":"\#(source)"\#(reasons[number(4)])}"#
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func store(
        _ test: TestStore, _ partitions: Int, _ lines: String
    ) throws -> String {
        let data = test.folder + "/old-\(partitions)"
        try test.write("key", key + "\n")
        try test.write("namespaces.yaml", namespaces)
        let words = ["--data", data, "--partitions", "\(partitions)", "--key-file", "key"]
        let replayed = try test.run(
            ["replay", "-", "--namespaces", "namespaces.yaml"] + words, input: Array(lines.utf8))
        try #require(replayed.status == 0, "\(replayed.errors)")
        return data
    }

    /// What two stores of one graph say alike, whatever their partitions.
    private static func answers(_ test: TestStore, _ data: String) throws -> [String] {
        var answers: [String] = []
        for command in ["digest", "export", "verify", "top"] {
            let finished = try test.run([command, "--data", data])
            #expect(finished.status == 0, "\(command): \(finished.text)\(finished.errors)")
            answers.append(finished.text)
        }
        for id in ["loyalty:v 0", "email:v 1", "cookie:v 2"] {
            answers.append(try test.run("component", id, "--data", data).text)
        }
        return answers
    }

    @Test(arguments: [(1, 3), (3, 1), (2, 5)])
    func oracleSameGraph(_ old: Int, _ new: Int) throws {
        for seed in 0..<UInt64(TestStore.isNightly ? 40 : 4) {
            let test = try TestStore()
            let lines = Self.stream(seed * 10 + UInt64(old), count: 60 + 300 * Int(seed % 3))
            let data = try Self.store(test, old, lines)
            let before = try Self.answers(test, data)
            let into = test.folder + "/new"
            let done = try test.run(
                "repartition", "--data", data, "--into", into, "--partitions", "\(new)", "--json")
            try #require(done.status == 0, "seed \(seed): \(done.errors)")
            #expect(try done.json["partitions"].integer == new)
            #expect(try done.json["partitions_before"].integer == old)
            #expect(before[0].contains(try done.json["digest"].string))
            #expect(try Self.answers(test, into) == before, "seed \(seed)")
            #expect(try Self.answers(test, data) == before, "the old store is as it was")
            // The new store goes on as the old one does, with events in any order.
            let more = Self.stream(seed + 1_000, count: 200)
            for place in [data, into] {
                let went = try test.run(
                    ["replay", "-", "--data", place], input: Array(more.utf8),
                    environment: ["KINDRED_PARTITIONS": ""])
                #expect(went.status == 0, "\(went.errors)")
            }
            #expect(try Self.answers(test, into) == Self.answers(test, data))
        }
    }

    /// Homes and components in rows, and many batches.
    @Test func oracleSameGraphOfALargeStream() throws {
        let test = try TestStore()
        try test.run(
            "generate", "--links", "30000", "--unlinks", "10", "--seed", "3", "--output", "s.jsonl")
        var lines = String(decoding: try test.read(test.folder + "/s.jsonl"), as: UTF8.self)
        for number in 0..<1_500 {
            let ends = #""a":"shop:hub","b":"cookie:h\#(number)""#
            lines += #"{\#(ends),"ts":\#(number),"source":"s"}"# + "\n"
        }
        let data = try Self.store(test, 2, lines)
        let into = test.folder + "/new"
        let done = try test.run(
            "repartition", "--data", data, "--into", into, "--partitions", "3", "--memory",
            "32MiB")
        try #require(done.status == 0, "\(done.errors)")
        #expect(done.text.contains("as the old store's"))
        for command in ["digest", "export", "verify"] {
            let (old, new) = (
                try test.run([command, "--data", data]), try test.run([command, "--data", into])
            )
            #expect(new.status == 0 && old.text == new.text, "\(command): \(new.errors)")
        }
        let stats = try test.run("stats", "--data", into)
        #expect(stats.status == 0 && stats.text.contains("tail"), "\(stats.text)")
    }

    /// A pair that nobody has linked has ends that do not exist, and no values.
    @Test func shouldCarryWordsAboutStrangers() throws {
        let test = try TestStore()
        let lines = """
            {"op":"ban","a":"x:1","b":"x:2","ts":5,"source":"desk","reason":"two people"}
            {"op":"unlink","a":"x:2","b":"x:3","ts":5,"source":"web"}

            """
        let data = try Self.store(test, 1, lines)
        let into = test.folder + "/new"
        let done = try test.run(
            "repartition", "--data", data, "--into", into, "--partitions", "4")
        try #require(done.status == 0, "\(done.errors)")
        let late = Array(#"{"a":"x:1","b":"x:2","ts":9,"source":"web"}"#.utf8)
        for place in [data, into] {
            #expect(try test.run("resolve", "x:1", "--data", place).status == 1)
            try test.run(
                ["replay", "-", "--data", place], input: late,
                environment: ["KINDRED_PARTITIONS": ""])
            let explained = try test.run("explain", "x:1", "x:2", "--data", place)
            #expect(explained.status == 1, "the ban stands")
        }
        #expect(try test.digest(of: data) == test.digest(of: into))
        #expect(try test.run("export", "--data", into).text.contains("x,1,"))
        #expect(try test.run("verify", "--data", into).status == 0)
    }

    @Test func shouldRefuseWhatCannotBe() throws {
        let test = try TestStore()
        let data = try Self.store(test, 2, Self.stream(7, count: 50))
        func refuse(_ words: [String], _ status: Int32, _ text: String) throws {
            let done = try test.run(
                ["repartition"] + words, environment: ["KINDRED_PARTITIONS": ""])
            #expect(done.status == status && done.errors.contains(text), "\(words): \(done.errors)")
            #expect(done.output.isEmpty)
        }
        let into = ["--into", "new"]
        try refuse(["--data", data] + into, 2, "--partitions")
        try refuse(["--data", data, "--partitions", "3"], 2, "--into")
        try refuse(["--data", data, "--partitions", "65"] + into, 2, "1 to 64")
        try refuse(["--data", data, "--partitions", "2"] + into, 3, "has 2 partitions already")
        try refuse(["--data", "none", "--partitions", "3"] + into, 3, "holds no store")
        #expect(!test.exists(test.folder + "/none") && !test.exists(test.folder + "/new"))
        try refuse(["--data", data, "--partitions", "3", "--into", data], 3, "in one another")
        try refuse(
            ["--data", data, "--partitions", "3", "--into", data + "/new"], 3, "in one another")
        try FileManager.default.createDirectory(
            atPath: test.folder + "/full", withIntermediateDirectories: false)
        try test.write("full/mine", "x")
        try refuse(["--data", data, "--partitions", "3", "--into", "full"], 3, "is not empty")
        #expect(try test.read(test.folder + "/full/mine") == Array("x".utf8))
    }

    /// Killed at any moment, the new folder is no store, and the next run begins anew.
    @Test func shouldBeginAnewAfterAKill() throws {
        let test = try TestStore()
        try test.run("generate", "--links", "60000", "--output", "s.jsonl")
        let lines = String(decoding: try test.read(test.folder + "/s.jsonl"), as: UTF8.self)
        let data = try Self.store(test, 1, lines)
        let digest = try test.digest(of: data)
        let into = test.folder + "/new"
        let words = ["repartition", "--data", data, "--into", into, "--partitions", "3"]
        let mark = into + "/REPARTITION-UNFINISHED"
        var kills = 0
        for signal in [SIGKILL, SIGKILL, SIGTERM] {
            let child = try test.start(words + ["--progress-every", "0.001"])
            // A batch has gone into the new store's logs.
            #expect(child.waitForErrors { $0.contains("acknowledged") })
            child.send(signal)
            let ended = try child.finish()
            try #require(ended.status == 128 + signal, "\(ended.errors)")
            if signal == SIGKILL {
                kills += 1
                #expect(test.exists(mark))
                for command in [["digest"], ["verify"], ["link", "a:1", "b:1", "--source", "x"]] {
                    let refused = try test.run(command + ["--data", into])
                    #expect(refused.status == 3)
                    #expect(refused.errors.contains("did not finish"), "\(refused.errors)")
                }
            } else {
                #expect(ended.errors.contains("nothing is kept of the new store"))
                #expect(!test.exists(mark) && !test.exists(into + "/store.json"))
            }
        }
        #expect(kills == 2)
        let done = try test.run(words)
        #expect(done.status == 0, "\(done.errors)")
        #expect(try test.digest(of: into) == digest)
        #expect(try test.run("verify", "--data", into).status == 0)
        #expect(try test.digest(of: data) == digest)
    }
}
