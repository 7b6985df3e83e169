import Foundation
import Testing

/// One bad line among good ones: it is refused by its reason, and the good ones are accepted.
@Suite("Bad input: lines")
struct BadInputLineTests {
    /// A line and the word that it is refused with.
    struct Case: CustomTestStringConvertible, Sendable {
        let reason: String
        let line: [UInt8]
        var testDescription: String {
            "\(reason): \(String(decoding: line.prefix(60), as: UTF8.self))"
        }

        init(_ reason: String, _ line: String) { self.init(reason, Array(line.utf8)) }

        init(_ reason: String, _ line: [UInt8]) {
            self.reason = reason
            self.line = line
        }
    }

    private static func event(_ members: String) -> String {
        #"{"a":"a:1","b":"b:1","ts":1,"# + members + "}"
    }
    private static func timed(_ ts: String) -> String { #"{"a":"a:1","b":"b:1","ts":\#(ts)}"# }
    private static func said(_ attributes: String) -> String {
        #"{"op":"observe","a":"a:1","ts":1,"attributes":\#(attributes)}"#
    }
    private static func ended(_ a: String) -> String { #"{"a":\#(a),"b":"b:1","ts":1}"# }
    private static func bytes(_ value: [UInt8]) -> [UInt8] {
        Array(#"{"a":"a:"#.utf8) + value + Array(#"","b":"b:1","ts":1}"#.utf8)
    }

    static let syntax = [
        Case("malformed_json", "garbage"), Case("malformed_json", "{"),
        Case("malformed_json", #"{"a":"a:1","b":"b:1","ts":1"#),
        Case("malformed_json", #"{"a":"a:1","b":"b:1","ts":1}}"#),
        Case("malformed_json", #"{"a":"a:1","b":"b:1","ts":1,}"#),
        Case("malformed_json", #"{'a':'a:1'}"#), Case("malformed_json", "[]"),
        Case("malformed_json", "null"), Case("malformed_json", event(#""x":01"#)),
        Case("malformed_json", event(#""x":"\ud800""#)), Case("malformed_json", event(#""x":nan"#)),
        Case("malformed_json", event("\"x\":\"tab\tinside\"")),
        Case("malformed_json", [0]), Case("malformed_json", bytes([0x61, 0])),
        Case("duplicate_key", event(#""ts":1"#)), Case("duplicate_key", event(#""x":1,"x":1"#)),
        Case("duplicate_key", event(#""\u0061":"a:2""#)),
        Case("duplicate_key", ended(#"{"ns":"a","value":"1","ns":"a"}"#)),
        Case("too_deep", event(#""x":"# + String(repeating: "[", count: 10_000))),
        Case(
            "too_deep",
            event(
                #""x":"# + String(repeating: #"{"k":"#, count: 10_000) + "1"
                    + String(repeating: "}", count: 10_000))),
        Case("bad_utf8", bytes([0xFF])), Case("bad_utf8", bytes([0xC0, 0xAF])),
        Case("bad_utf8", bytes([0xED, 0xA0, 0x80])), Case("bad_utf8", bytes([0xE2, 0x82])),
    ]

    static let meaning = [
        Case("missing_end", #"{"ts":1}"#), Case("missing_end", #"{"a":"a:1","ts":1}"#),
        Case("missing_end", #"{"op":"observe","ts":1}"#), Case("missing_end", ended("null")),
        Case("missing_end", ended(#"{"ns":"a"}"#)), Case("self_link", ended(#""b:1""#)),
        Case("self_link", ended(#"{"ns":"b","value":1}"#)),
        Case("unknown_op", event(#""op":"merge""#)), Case("unknown_op", event(#""op":"LINK""#)),
        Case("not_supported", event(#""op":"forget""#)),
        Case("bad_type", said("7")), Case("bad_type", said(#"{"x":{}}"#)),
        Case("duplicate_key", said(#"{"x":1,"x":1}"#)), Case("empty_value", said(#"{"":1}"#)),
        Case("value_too_long", said(#"{"x":1e20}"#)),
        Case(
            "too_many_attributes",
            said("{\((0..<65).map { #""n\#($0)":0"# }.joined(separator: ","))}")),
        Case("bad_type", event(#""op":1"#)), Case("bad_type", ended("1")),
        Case("bad_type", ended("[]")), Case("bad_type", ended(#"{"ns":1,"value":"1"}"#)),
        Case("bad_type", ended(#"{"ns":"a","value":1.5}"#)),
        Case("bad_type", ended(#"{"ns":"a","value":true}"#)),
        Case("bad_type", event(#""source":1"#)), Case("bad_type", timed("true")),
        Case("bad_type", timed("1.5")), Case("missing_ts", #"{"a":"a:1","b":"b:1"}"#),
        Case("missing_ts", timed("null")), Case("bad_ts", timed(#""""#)),
        Case("bad_ts", timed(#""yesterday""#)), Case("bad_ts", timed(#""2026-01-02T03:04:05""#)),
        Case("bad_ts", timed(#""2026-01-02""#)), Case("bad_ts", timed(#""2026-02-29T00:00:00Z""#)),
        Case("bad_ts", timed(#""2026-01-02T24:00:00Z""#)),
        Case("bad_ts", timed(#""2026-01-02T00:00:00+25:00""#)),
        Case("bad_ts", timed(#""0000-12-31T23:59:59Z""#)),
        Case("bad_ts", timed(#""10000-01-01T00:00:00Z""#)),
        Case("bad_ts", timed("253402300800000")), Case("bad_ts", timed("-62135596800001")),
        Case("bad_ts", timed("9223372036854775808")),
        Case("bad_namespace", ended(#""A:1""#)), Case("bad_namespace", ended(#"":1""#)),
        Case("bad_namespace", ended(#""nocolon""#)), Case("bad_namespace", ended(#""9a:1""#)),
        Case("bad_namespace", ended("\"" + String(repeating: "n", count: 33) + ":1\"")),
        Case("empty_value", ended(#""a:""#)), Case("empty_value", ended(#""mail: \u00a0 ""#)),
        Case("empty_value", event(#""source":"""#)),
        Case("value_too_long", ended("\"a:" + String(repeating: "é", count: 512) + "x\"")),
        Case("bad_phone", ended(#""phone:call me""#)), Case("bad_phone", ended(#""phone:12345""#)),
        Case("line_too_long", event("\"x\":\"" + String(repeating: "x", count: 1 << 20) + "\"")),
    ]

    @Test(arguments: syntax + meaning)
    func shouldBeRefusedAloneByItsReason(_ bad: Case) throws {
        let test = try TestStore()
        let table = try test.write(
            "n.yaml",
            "namespaces: [{name: mail, normalize: [trim]}, {name: phone, normalize: [e164]}]")
        let good = [#"{"a":"good:1","b":"good:2","ts":1}"#, #"{"a":"good:2","b":"good:3","ts":1}"#]
            .map { Array($0.utf8) }
        let newline = [UInt8(ascii: "\n")]
        let file = try test.write(
            "in.jsonl", Array([good[0], bad.line, good[1]].joined(separator: newline)))
        let done = try test.run(
            "replay", file, "--namespaces", table, "--rejects", "rejects", "--json")
        #expect(done.status == 0, "refused events are no failures")
        let answer = try done.json
        #expect(answer["events"].integer == 3)
        #expect(answer["accepted"].integer == 2)
        #expect(answer["rejected_by_reason"].keys == [bad.reason])
        #expect(answer["customers"].integer == 1)
        #expect(answer["identifiers"].integer == 3)
        let row = try JSONValue(test.read(test.folder + "/rejects"))
        #expect(row["line"].integer == 2)
        #expect(try row["reason"].string == bad.reason)
        #expect(try !row["message"].string.isEmpty)
        let kept = String(decoding: bad.line.prefix(4_096), as: UTF8.self)
        #expect(try row["raw"].string == kept)
    }

    /// What is just at a limit, or only looks odd, is accepted.
    @Test(arguments: [
        ended("\"a:" + String(repeating: "é", count: 512) + "\""),
        ended("\"" + String(repeating: "n", count: 32) + ":1\""),
        ended(#""a:\u0000""#), ended(#"{"value":-7,"ns":"a"}"#), ended(#""a:with:colons""#),
        timed(#""0001-01-01T00:00:00Z""#), timed(#""9999-12-31T23:59:59.999999Z""#),
        timed("253402300799999"), timed("-62135596800000"), timed(#""2024-02-29t00:00:00.1z""#),
        event(#""x":"# + String(repeating: "[", count: 31) + String(repeating: "]", count: 31)),
        event(#""x":{"x":1,"x":1},"y":null"#), #" { "a" : "a:1" , "b" : "b:1" , "ts" : 1 } "#,
        event("\"x\":\"" + String(repeating: "x", count: (1 << 20) - 36) + "\""),
    ])
    func shouldBeAccepted(_ line: String) throws {
        let test = try TestStore()
        let answer = try test.json("replay", "-", input: line)
        #expect(answer["accepted"].integer == 1, "\(answer) \(line.utf8.count)")
        #expect(try test.run("verify").status == 0)
    }
}
