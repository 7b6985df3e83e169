import Foundation
import Testing

/// Files that are not what they should be.
@Suite("Bad input: files")
struct BadInputFileTests {
    private static let good = #"{"a":"good:1","b":"good:2","ts":1}"# + "\n"

    @Test(arguments: ["", "\n\n  \n", "\u{FEFF}", "\r\n"], ["in.jsonl", "in.csv", "in"])
    func shouldTakeAnEmptyFileForNoEvents(_ text: String, _ name: String) throws {
        let test = try TestStore()
        let answer = try test.json("replay", test.write(name, text))
        #expect(answer["events"].integer == 0)
        #expect(answer["customers"].integer == 0)
        #expect(try test.json("replay", "-", input: text)["events"].integer == 0)
    }

    @Test(arguments: ["in.jsonl", "in.csv", "in"])
    func shouldNotMindMarksAndLineEnds(_ name: String) throws {
        let test = try TestStore()
        let lines =
            name == "in.csv"
            ? ["op,a,b,ts", "link,a:1,b:1,1", "", "link,a:2,b:2,2"]
            : [#"{"a":"a:1","b":"b:1","ts":1}"#, "", #"{"a":"a:2","b":"b:2","ts":2}"#]
        for end in ["\n", "\r\n"] {
            for mark in ["", "\u{FEFF}"] {
                let text = mark + lines.joined(separator: end)
                for whole in [text, text + end] {
                    let answer = try test.json("replay", test.write(name, whole))
                    #expect(answer["accepted"].integer == 2)
                    #expect(answer["rejected"].integer == 0)
                }
            }
        }
        #expect(try test.json("stats")["identifiers"].integer == 4)
    }

    @Test(arguments: [("UTF-16LE", [0xFF, 0xFE]), ("UTF-16BE", [0xFE, 0xFF] as [UInt8])])
    func shouldNameTheCommandThatConvertsUTF16(_ name: String, _ mark: [UInt8]) throws {
        let test = try TestStore()
        var bytes = mark
        for unit in Self.good.utf16 {
            let halves = [UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8)]
            bytes += name == "UTF-16LE" ? halves : halves.reversed()
        }
        try test.write("in.jsonl", bytes)
        let done = try test.run("replay", "in.jsonl")
        #expect(done.status == 3)
        let command = try #require(done.errors.firstMatch(of: /convert it: (iconv .*)/)).1
        #expect(try test.shell(String(command)).status == 0, "\(command)")
        let converted = try #require(command.firstMatch(of: /> (\S+)/)).1
        #expect(try test.json("replay", String(converted))["accepted"].integer == 1)
        let unmarked = try test.write("plain.jsonl", Array(bytes.dropFirst(2)))
        #expect(try test.run("replay", unmarked).status == 3, "told without a mark, too")
    }

    @Test func shouldTakeGarbageInJSONLinesForARefusedLine() throws {
        let test = try TestStore()
        for name in ["in.jsonl", "in", "-"] {
            let text = "garbage, that is\n" + Self.good
            let file = name == "-" ? name : try test.write(name, text)
            let answer = try test.json("replay", file, input: name == "-" ? text : "")
            #expect(answer["accepted"].integer == 1, "\(name)")
            #expect(answer["rejected_by_reason"]["malformed_json"].integer == 1, "\(name)")
        }
    }

    @Test(arguments: [
        ("op,a,ts,source", "lacks the column b"),
        ("a_ns,b_ns,b_value,ts", "lacks the column a_value"),
        ("op;a;b;ts", "lacks the column a"), ("op,a,b,a,ts", "a twice"),
        ("garbage", "lacks the column a"),
    ])
    func shouldNameAMissingColumn(_ header: String, _ words: String) throws {
        let test = try TestStore()
        let good = try test.write("good.jsonl", Self.good)
        let file = try test.write("in.csv", header + "\nlink,a:1,b:1,1\n")
        let done = try test.run("replay", good, file)
        #expect(done.status == 3)
        #expect(done.errors.contains(words), "\(done.errors)")
        #expect(done.errors.contains("in.csv"))
        #expect(done.errors.contains("acknowledged: 1 events"))
        #expect(try test.customer(of: "good:1") != nil)
    }

    @Test func shouldRefuseARowWithAStrayQuoteAndNoOther() throws {
        let test = try TestStore()
        for (index, row) in ["link,\"a:2,b:2,2", "link,a:2,\"b:2,2", "\"link,a:2,b:2,2"]
            .enumerated()
        {
            let rows = ["op,a,b,ts", "link,a:1,b:1,1", row, "link,a:3,b:3,3", "link,a:4,b:4,4"]
            let file = try test.write("in.csv", rows.joined(separator: "\n") + "\n")
            let rejects = "rejects\(index)"
            let answer = try test.json("replay", file, "--rejects", rejects)
            #expect(answer["accepted"].integer == 3)
            #expect(answer["rejected_by_reason"]["malformed_json"].integer == 1)
            let refused = try JSONValue(test.read(test.folder + "/" + rejects))
            #expect(refused["line"].integer == 3)
            #expect(try refused["raw"].string == row)
        }
        #expect(try test.json("stats")["identifiers"].integer == 6)
    }

    @Test func shouldRefuseRowsWhoseCellsAreWrongAndNoOther() throws {
        let test = try TestStore()
        let rows = [
            "op,a,b,ts", "link,a:1,b:1,1", "link,a:4,b:\"4,4", "link,a:5,\"b:5\"x,5",
            "link,a:6,b:6",
            "link,a:7,b:7,7,extra", "link,\"a:8\",\"b:\"\"8\"\"\",8", "link,\"a:\n9\",b:9,9",
            "link,a:10,,10", "link,a:11,b:11,10",
        ]
        let file = try test.write("in.csv", rows.joined(separator: "\n") + "\n")
        let answer = try test.json("replay", file, "--rejects", "rejects")
        let refused = try test.read(test.folder + "/rejects").split(separator: UInt8(ascii: "\n"))
            .map { try JSONValue($0) }
        #expect(refused.map { $0["line"].integer } == [3, 4, 5, 6, 10])
        #expect(answer["rejected_by_reason"]["malformed_json"].integer == 4)
        #expect(answer["rejected_by_reason"]["missing_end"].integer == 1)
        #expect(answer["accepted"].integer == 4)
        for id in ["a:1", "b:\"8\"", "a:\n9", "a:11"] {
            #expect(try test.customer(of: id) != nil, "\(id)")
        }
    }

    @Test(arguments: ["gzip", "zstd"])
    func shouldKeepTheWholeLinesOfACutFile(_ packer: String) throws {
        let test = try TestStore()
        let have = try test.shell("command -v \(packer)")
        try #require(packer == "zstd" || have.status == 0)
        guard have.status == 0 else { return }  // zstd's program is no part of the base system.
        let done = try test.shell(
            """
            kindred generate --links 20000 > whole.jsonl
            \(packer) -c whole.jsonl > all.packed
            head -c $(($(stat -c %s all.packed) * 2 / 3)) all.packed > cut.packed
            kindred replay cut.packed
            """)
        #expect(done.status == 3)
        let said = try #require(
            done.errors.firstMatch(of: /after (\d+) whole lines/), "\(done.errors)")
        let count = try #require(Int(said.1))
        #expect(count > 1_000 && count < 20_000)
        #expect(
            done.errors.contains("acknowledged: \(count) events, up to line \(count) of cut.packed")
        )
        #expect(done.errors.contains("--from-line \(count + 1)"))
        try test.shell(
            "head -n \(count) whole.jsonl | kindred replay - --data part --key-file data/node-key")
        #expect(try test.digest() == test.digest(of: "part"))
        // The whole file, from the line that was named, completes it.
        let rest = try test.json("replay", "all.packed", "--from-line", "\(count + 1)")
        #expect(rest["accepted"].integer == 20_000 - count)
    }

    @Test(
        arguments: [[0x1F, 0x8B], [0x1F, 0x8B, 0x08, 0xFF], [0x28, 0xB5, 0x2F, 0xFD, 0xFF]]
            as [[UInt8]])
    func shouldRefuseADamagedPackedFile(_ bytes: [UInt8]) throws {
        let test = try TestStore()
        let done = try test.run("replay", test.write("in.gz", bytes + Array("nonsense".utf8)))
        #expect(done.status == 3)
        #expect(done.errors.contains("in.gz"))
    }

    /// A GiB without a line's end is skipped in constant memory; the lines around it are accepted.
    @Test func shouldSkipAGiBLongLineInConstantMemory() throws {
        let test = try TestStore()
        let child = try test.start(["replay", "-", "--json"])
        #expect(child.write(Array((Self.good + #"{"a":""#).utf8)))
        let part = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for _ in 0..<1_024 { #expect(child.write(part)) }
        #expect(child.write(Array(("\n" + #"{"a":"good:3","b":"good:2","ts":1}"# + "\n").utf8)))
        // All but the pipe's last 64 KiB has been read by now: this is the peak.
        let status = String(
            decoding: try test.read("/proc/\(child.identifier)/status"), as: UTF8.self)
        let peak = try #require(status.firstMatch(of: /VmHWM:\s+(\d+) kB/)).1
        #expect(try #require(Int(peak)) < 200 * 1_024)
        let answer = try child.finish().json
        #expect(answer["accepted"].integer == 2)
        #expect(answer["rejected_by_reason"]["line_too_long"].integer == 1)
        #expect(answer["customers"].integer == 1)
    }

    @Test func shouldRefuseAFileThatMayNotBeRead() throws {
        let test = try TestStore()
        let good = try test.write("good.jsonl", Self.good)
        let file = try test.write("secret.jsonl", Self.good)
        #expect(chmod(file, 0) == 0 && chmod(test.folder, 0o777) == 0)
        let done = try test.asNobody("kindred replay \(good) \(file)")
        #expect(done.status == 3)
        #expect(done.errors.contains("secret.jsonl"))
        #expect(!test.exists(test.data), "nothing was folded")
    }
}
