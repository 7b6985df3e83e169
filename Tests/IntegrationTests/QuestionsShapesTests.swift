import Foundation
import Testing

/// CSV as others write it: `replay --delimiter`, `--columns`, `--wide`.
@Suite("Questions: shapes of CSV")
struct QuestionsShapesTests {
    private static let mapped = """
        ROW;EMAIL_ADDR;CK;EVENT_TIME
        1;a@x;c1;2026-01-01T00:00:00Z
        2;a@x;c2;2026-01-02T00:00:00Z

        """
    private static let mapping = "a=email:EMAIL_ADDR,b=cookie:CK,ts=EVENT_TIME"

    @Test func shouldMapColumnsUnderAnyDelimiter() throws {
        for (delimiter, word) in [(";", ";"), ("\t", "tab"), ("\t", "\\t"), ("|", "|")] {
            let test = try TestStore()
            let file = try test.write(
                "crm.txt", Self.mapped.replacingOccurrences(of: ";", with: delimiter))
            let answer = try test.json(
                "replay", file, "--delimiter", word, "--columns", Self.mapping)
            #expect(answer["accepted"].integer == 2, "\(word)")
            #expect(try test.customer(of: "cookie:c1") == test.customer(of: "email:a@x"))
            let links = try test.json("component", "cookie:c2")["links"].list
            #expect(
                try links.map { try $0["evidence"][0]["ts"].string }.sorted()
                    == ["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"])
        }
    }

    @Test func shouldGiveTheSameGraphAsOurOwnNames() throws {
        let (one, other) = (try TestStore(), try TestStore())
        let key = try one.write("key", "000102030405060708090a0b0c0d0e0f\n")
        try one.json(
            "replay", "-", "--key-file", key, "--delimiter", ";", "--columns", Self.mapping,
            input: Self.mapped)
        try other.json(
            "replay", "-", "--key-file", key,
            input: """
                a,b,ts
                email:a@x,cookie:c1,2026-01-01T00:00:00Z
                email:a@x,cookie:c2,2026-01-02T00:00:00Z
                """)
        #expect(try one.digest() == other.digest())
    }

    @Test func shouldNameWhatIsMissing() throws {
        let test = try TestStore()
        let file = try test.write("crm.csv", "EMAIL,CK\na,b\n")
        let done = try test.run("replay", file, "--columns", "a=email:MAIL,b=cookie:CK")
        #expect(done.status == 3)
        #expect(done.errors.contains("lacks the column MAIL"))
        #expect(done.errors.contains("it has: EMAIL, CK"))
        for words in [
            ["--columns", "a"], ["--columns", "x=EMAIL"], ["--columns", "a=EMAIL,a=CK"],
            ["--delimiter", ""], ["--delimiter", "ab"], ["--delimiter", "\""],
            ["--delimiter", "é"],
            ["--wide", "--columns", "Email=EMAIL"],
        ] {
            let done = try test.run(["replay", file] + words)
            #expect(done.status == 2, "\(words)")
        }
        let wide = try test.run("replay", file, "--wide")
        #expect(wide.status == 3)
        #expect(wide.errors.contains("EMAIL") && wide.errors.contains("--columns"))
    }

    @Test func shouldTakeWideRowsApart() throws {
        let test = try TestStore()
        let namespaces = try test.write(
            "n.yaml", "namespaces: [{name: phone, normalize: [e164]}, {name: loyalty, priority: 1}]"
        )
        let rejects = test.folder + "/rejects.jsonl"
        let file = try test.write(
            "wide.csv",
            """
            loyalty,email,phone,ts,source
            L1,a@x,600 000 001,2026-01-01T00:00:00Z,crm
            ,b@x,+34600000002,2026-01-01T00:00:00Z,crm
            L3,c@x,12,2026-01-01T00:00:00Z,crm
            L4,,,2026-01-01T00:00:00Z,crm
            ,,,2026-01-01T00:00:00Z,crm
            L6,d@x,600000006,yesterday,crm
            L7,e@x

            """)
        let answer = try test.json(
            "replay", file, "--wide", "--namespaces", namespaces, "--rejects", rejects)
        #expect(answer["accepted"].integer == 5)
        #expect(answer["rejected"].integer == 4)
        #expect(answer["links"].integer == 4)
        #expect(answer["identifiers"].integer == 8)
        #expect(answer["customers"].integer == 4)
        #expect(try test.customer(of: "loyalty:L1") == test.customer(of: "phone:600000001"))
        let links = try test.json("component", "loyalty:L1")["links"].list
        #expect(
            try links.allSatisfy { try [$0["a"].string, $0["b"].string].contains("loyalty:L1") })
        let rows = try String(decoding: test.read(rejects), as: UTF8.self).split(separator: "\n")
            .map { try JSONValue($0.utf8) }
        #expect(rows.map { $0["line"].integer } == [4, 6, 7, 8])
        #expect(
            try rows.map { try $0["reason"].string }
                == ["bad_phone", "missing_end", "bad_ts", "malformed_json"])
        #expect(try rows[0]["message"].string.contains("cell 3 (phone)"))
    }

    @Test func shouldMapWideColumnsAndLeaveSomeOut() throws {
        let test = try TestStore()
        let answer = try test.json(
            "replay", "-", "--wide", "--columns", "email=BILLING,email=SHIPPING,-=First Name",
            "--columns", "ts=WHEN",
            input: """
                BILLING,SHIPPING,First Name,cookie,WHEN
                a@x,a@x,Ana,c1,1000
                b@x,c@x,Ana,,2000
                """)
        #expect(answer["accepted"].integer == 2)
        #expect(answer["identifiers"].integer == 4)
        #expect(answer["customers"].integer == 2)
        #expect(try test.customer(of: "email:b@x") == test.customer(of: "email:c@x"))
    }

    /// One row may hold more events than a batch: it is acknowledged whole or not at all.
    @Test func shouldFoldRowsThatAreLargerThanABatch() throws {
        let test = try TestStore()
        let names = (0..<4_096).map { "n\($0)" }
        let rows = (0..<3).map { row in names.map { "\($0)-\(row)" }.joined(separator: ",") }
        let text = ([names.joined(separator: ",")] + rows).joined(separator: "\n")
        let answer = try test.json("replay", "-", "--wide", input: text)
        #expect(answer["accepted"].integer == 3 * 4_095)
        #expect(answer["customers"].integer == 3)
        #expect(answer["identifiers"].integer == 3 * 4_096)
    }

    /// A replay that stops prints the command that goes on, with every flag that says what the
    /// file is.
    @Test func shouldGoOnUnderTheSameFlags() throws {
        let test = try TestStore()
        let whole = "CK\tEMAIL ADDR\nc1\ta@x\nc2\ta@x\nc3\tb@x\n"
        try test.write("w.txt", whole)
        // The pack breaks off behind the second row: what came before it is acknowledged.
        try test.shell("head -c 26 w.txt | gzip -c | head -c -8 > cut.gz; gzip -c w.txt > w.txt.gz")
        let stopped = try test.run(
            "replay", "cut.gz", "--wide", "--delimiter", "tab", "--columns",
            "email=EMAIL ADDR,cookie=CK")
        #expect(stopped.status == 3)
        let command = try #require(stopped.errors.components(separatedBy: "go on with: ").last)
        for word in [
            "--wide", "--delimiter tab", "--columns 'email=EMAIL ADDR,cookie=CK'", "--from-line 3",
        ] {
            #expect(command.contains(word), "\(command)")
        }
        try test.shell("mv w.txt.gz cut.gz")
        let done = try test.shell(command)
        #expect(done.status == 0, "\(done.errors)")
        #expect(try test.customer(of: "cookie:c1") == test.customer(of: "cookie:c2"))
        #expect(try test.customer(of: "cookie:c3") == test.customer(of: "email:b@x"))
    }
}
