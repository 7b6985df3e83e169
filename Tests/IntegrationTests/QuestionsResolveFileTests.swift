import Foundation
import Testing

/// `kindred resolve --file`.
@Suite("Questions: resolve --file", .atOneAndThreePartitions)
struct QuestionsResolveFileTests {
    private static let events = """
        {"a":"email:a@x","b":"cookie:1","ts":1}
        {"a":"email:b@x","b":"cookie:\\"q\\\\\\t\\u0001é","ts":2}
        {"op":"observe","a":"cookie:alone","ts":3}
        {"op":"unlink","a":"cookie:never1","b":"cookie:never2","ts":3}

        """

    private func filled() throws -> TestStore {
        let test = try TestStore()
        try test.json("replay", "-", input: Self.events)
        return test
    }

    private func rows(_ done: Finished) throws -> [JSONValue] {
        try done.lines.map { try JSONValue($0.utf8) }
    }

    @Test func shouldAnswerEachLineInItsOrder() throws {
        let test = try filled()
        let ids = ["cookie:1", "email:a@x", "cookie:alone", "email:b@x"]
        let wanted = try ids.map { try test.customer(of: $0) }
        let past = try #require(wanted[0])
        let input = (ids + [past]).joined(separator: "\n")
        let done = try test.run("resolve", "--file", "-", "--json", input: input)
        #expect(done.status == 0)
        #expect(done.errors.isEmpty)
        let rows = try rows(done)
        #expect(try rows.map { try $0["id"].string } == ids + [past])
        #expect(try rows.map { try $0["customer_id"].string } == wanted + [past])
        #expect(rows.allSatisfy { $0.keys == ["customer_id", "id"] })
        #expect(done.lines[0] == #"{"id":"cookie:1","customer_id":"\#(past)"}"#)
        let text = try test.run("resolve", "--file", "-", input: input)
        #expect(text.status == 0)
        #expect(text.lines == zip(ids + [past], wanted + [past]).map { "\($0)\t\($1 ?? "")" })
    }

    @Test func shouldAnswerWhatIsNoIDAndGoOn() throws {
        let test = try filled()
        let long = "cookie:" + String(repeating: "x", count: 1_025)
        let lines = [
            "cookie:1", "nocolon", "NS:v", "cookie:", long, "cookie:never1",
            String(repeating: "0", count: 32), "cookie:alone",
        ]
        let done = try test.run(
            "resolve", "--file", "-", "--json", input: lines.joined(separator: "\r\n\n"))
        #expect(done.status == 1)
        let rows = try rows(done)
        #expect(try rows.map { try $0["id"].string } == lines)
        #expect(
            rows.map { $0["error"] } == [
                .null, .text("bad_namespace"), .text("bad_namespace"), .text("empty_value"),
                .text("value_too_long"), .text("not_found"), .text("not_found"), .null,
            ])
        let text = try test.run("resolve", "--file", "-", input: "nocolon\ncookie:x\n")
        #expect(text.status == 1)
        #expect(text.lines == ["nocolon\trefused: bad_namespace", "cookie:x\tnot found"])
    }

    @Test func shouldWriteAnyIDAsJSON() throws {
        let test = try filled()
        let id = "cookie:\"q\\\t\u{1}é"
        let done = try test.run("resolve", "--file", "-", "--json", input: id)
        #expect(done.status == 0)
        #expect(try rows(done)[0]["id"].string == id)
        let broken = try test.run(
            ["resolve", "--file", "-", "--json"], input: Array("cookie:".utf8) + [0xC3, 0x28])
        #expect(broken.status == 1)
        #expect(try rows(broken)[0]["error"].string == "bad_utf8")
        #expect(try rows(broken)[0]["id"].string == "cookie:\u{FFFD}(")
        let long = String(repeating: "x", count: (1 << 20) + 1) + "\ncookie:1"
        let after = try rows(try test.run("resolve", "--file", "-", "--json", input: long))
        #expect(try after[0]["error"].string == "line_too_long")
        #expect(try after[0]["id"].string.utf8.count == 4_096)
        #expect(try after[1]["id"].string == "cookie:1")
    }

    @Test func shouldReadPackedFilesAndRefuseOddWords() throws {
        let test = try filled()
        try test.write("ids", "cookie:1\ncookie:alone\n")
        let plain = try test.run("resolve", "--file", "ids", "--json")
        #expect(plain.status == 0 && plain.lines.count == 2)
        try test.shell("gzip -k ids")
        #expect(try test.run("resolve", "--file", "ids.gz", "--json").output == plain.output)
        try test.write("none", "")
        let none = try test.run("resolve", "--file", "none", "--json")
        #expect(none.status == 0 && none.output.isEmpty)
        #expect(try test.run("resolve").status == 2)
        #expect(try test.run("resolve", "cookie:1", "--file", "ids").status == 2)
        #expect(try test.run("resolve", "--file", "absent").status == 3)
    }

    /// Over several batches and threads, with what no checkpoint holds yet, as the graph answers.
    @Test func differentialManyLinesAreWhatExportSays() throws {
        let test = try TestStore()
        try test.shell("kindred generate --links 60000 --seed 9 --output g.jsonl")
        try test.json("replay", "g.jsonl", "--checkpoint-events", "20000")
        let table = CSVText.rows(try test.run("export").output).dropFirst()
        var customers: [String: String] = [:]
        for row in table {
            let texts = row.map { String(decoding: $0, as: UTF8.self) }
            customers[texts[0] + ":" + texts[1]] = texts[2]
        }
        let ids = customers.keys.sorted()
        #expect(ids.count > 20_000)
        var lines: [String] = []
        for index in 0..<200_000 { lines.append(ids[(index * 7_919) % ids.count]) }
        lines[123_456] = "cookie:nobody-at-all"
        let done = try test.run(
            "resolve", "--file", "-", input: lines.joined(separator: "\n"))
        #expect(done.status == 1)
        let answers = done.lines
        try #require(answers.count == lines.count)
        for (line, answer) in zip(lines, answers) {
            try #require(answer == "\(line)\t\(customers[line] ?? "not found")")
        }
    }
}
