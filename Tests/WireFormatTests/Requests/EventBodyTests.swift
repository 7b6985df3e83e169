import IdentityModel
import Testing
import WireFormat

@Suite struct EventBodyTests {
    func split(_ body: String, isLines: Bool = false) -> [String]? {
        EventBody.read(Array(body.utf8), isLines: isLines)?.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    func fault(_ body: String, isLines: Bool = false) -> RequestFault? {
        EventBody(Array(body.utf8).span, isLines: isLines).survey(Array(body.utf8).span).fault
    }

    func shape(_ body: String, isLines: Bool = false) -> EventBody.Shape {
        EventBody(Array(body.utf8).span, isLines: isLines).shape
    }

    @Test func shouldSplitAnArray() {
        #expect(split(#"[{"a":1},{"b":"],{"}]"#) == [#"{"a":1}"#, #"{"b":"],{"}"#])
        #expect(
            split("\u{FEFF} \r\n[ {} \t,\n[1,[2]] , \"a\\\",\" ] \n") == [
                "{}", "[1,[2]]", "\"a\\\",\"",
            ])
        #expect(split("[]") == [])
        #expect(split(" [ \n ] ") == [])
        #expect(shape("[]") == .array)
    }

    @Test func shouldHandOutElementsThatAreBadInside() {
        #expect(
            split(#"[1,nul,-,{"a"},{"a":01},"x",{"a":1],[}]"#)
                == ["1", "nul", "-", #"{"a"}"#, #"{"a":01}"#, "\"x\"", #"{"a":1]"#, "[}"])
    }

    @Test(arguments: [
        ("[", 1), ("[ ", 2), ("[{}", 3), ("[{} ", 4), ("[{},", 4), ("[{},]", 4), ("[,{}]", 1),
        ("[{}{}]", 3), ("[{} {}]", 4), ("[1 2]", 3), ("[{}]x", 4), ("[{}]\n]", 5), ("[] {}", 3),
        ("[\"", 2), ("[\"a\\\"]", 6), ("[{\"a]", 5), ("[[", 2), ("[1}", 2), ("[}", 1), ("[1{}]", 2),
        ("[\"\"\"\"]", 3), ("[1,,2]", 3), ("[{]}", 3), ("[\u{0}]", 1),
    ])
    func shouldRefuseAnArrayThatIsWrongItself(_ body: String, _ offset: Int) {
        let found = fault(body)
        #expect(found?.word == .malformedJSON, "\(body)")
        #expect(found?.offset == offset, "\(body)")
        #expect(found?.message.hasPrefix("byte \(offset + 1) of the body: ") == true)
    }

    @Test func shouldSayNothingMoreBehindAFault() {
        let body = Array("[{},{}{},{}]".utf8)
        var split = EventBody(body.span)
        #expect(split.next(in: body.span) == 1..<3)
        #expect(split.next(in: body.span) == nil)
        let fault = split.fault
        #expect(fault != nil)
        #expect(split.next(in: body.span) == nil)
        #expect(split.fault == fault)
        #expect(split.count == 1)
    }

    @Test func shouldTakeOneObjectOverLines() {
        let body = "\u{FEFF}\r\n{\r\n  \"a\": \"}\",\n\n  \"b\": {\n}\n}\n\n"
        #expect(split(body) == ["{\r\n  \"a\": \"}\",\n\n  \"b\": {\n}\n}"])
        #expect(shape(body) == .object)
        #expect(shape(body, isLines: true) == .object)
        #expect(split("{}") == ["{}"])
    }

    @Test func shouldSplitLines() {
        #expect(split("{}\n{}") == ["{}", "{}"])
        #expect(shape("{}\n{}") == .lines)
        #expect(
            split("\u{FEFF}\n\r\n{\"a\":1} \r\n\r\n \t\n\t{\"b\":\n x\n{\"c\":3}\r\n")
                == ["{\"a\":1} ", "{\"b\":", "x", "{\"c\":3}"])
        // What opens and does not close spoils its line only.
        #expect(split("{\"a\n{\"b\":2}\n") == ["{\"a", "{\"b\":2}"])
        #expect(split("{} {}\n{}") == ["{} {}", "{}"])
        #expect(split("{\n\r") == ["{"])
        #expect(split("{\r\r\n1") == ["{\r", "1"])
    }

    @Test func shouldTakeOtherTextAsLinesOnlyWhereTheMediaTypeSaysSo() {
        #expect(split("junk\n{}\n", isLines: true) == ["junk", "{}"])
        #expect(split("\"a\"", isLines: true) == ["\"a\""])
        for body in ["junk\n{}", "\"a\"", "1", "]", "}", "\u{0}", "\u{FEFF}\u{FEFF}{}", "\u{B}{}"] {
            #expect(fault(body)?.word == .malformedJSON, "\(body)")
            #expect(shape(body) == .unreadable)
            #expect(split(body) == nil)
        }
        #expect(fault(" x")?.offset == 1)
        let utf16 = [0xFF, 0xFE, 0x7B, 0x00] as [UInt8]
        #expect(EventBody(utf16.span).fault?.word == .badUTF8)
    }

    @Test func shouldFindNothingInNothing() {
        for body in ["", " ", "\r\n\t ", "\u{FEFF}", "\u{FEFF}\n"] {
            for isLines in [false, true] {
                #expect(split(body, isLines: isLines) == [])
                #expect(EventBody(Array(body.utf8).span, isLines: isLines).isEmpty)
            }
        }
        #expect(!EventBody(Array("[]".utf8).span).isEmpty)
        #expect(fault("\u{EF}") != nil)
    }

    @Test func shouldSurveyWithoutMovingOn() {
        let body = Array("[1,2,3]".utf8)
        var split = EventBody(body.span)
        #expect(split.survey(body.span) == (3, nil))
        #expect(split.next(in: body.span) == 1..<2)
        #expect(split.survey(body.span) == (3, nil))
        #expect(split.count == 1)
        #expect(EventBody(Array("[1,2,3".utf8).span).survey(Array("[1,2,3".utf8).span).count == 2)
    }

    @Test func shouldHandOutWhatTheDecoderTakes() {
        let one =
            "{\n\"op\" :\r\n \"link\",\n\t\"a\":\"x:1\",\n\"b\":{\n\"ns\":\"y\",\n"
            + "\"value\":2},\n\"ts\":0\n}"
        let flat = #"{"a":"x:1","b":"y:2","ts":0}"#
        let expected = ReadOutcome.event(ReadEvent(.link, "x:1", "y:2"))
        for body in [one, "[\n\(one)\n,\n\(one)]", "\(flat)\r\n\n \(flat) "] {
            let texts = split(body) ?? []
            #expect(!texts.isEmpty)
            for text in texts { #expect(readJSON(text) == expected, "\(text)") }
        }
    }

    @Test func shouldHandOutObservesWithTheirAttributes() {
        let lines = EventsAttributesTests.line(
            "{\n \"b\" : [\"}\",\"\\\"\"] ,\r\n\t\"a\" : \"{[,\\n\" }")
        let flat = EventsAttributesTests.line(#"{"b":["}","\""],"a":"{[,\n"}"#)
        let block = EventsAttributesTests.block([
            "a": EventsAttributesTests.text("{[,\n"),
            "b": [5, 2] + EventsAttributesTests.text("}") + EventsAttributesTests.text("\""),
        ])
        let expected = ReadOutcome.event(ReadEvent(observe: "x:1", block))
        for (body, count) in [(lines, 1), ("[\(lines),\(flat)]", 2), ("\(flat)\n\(flat)\n", 2)] {
            let texts = split(body) ?? []
            #expect(texts.count == count)
            for text in texts { #expect(readJSON(text) == expected, "\(text)") }
        }
    }

    @Test func shouldLeaveDepthToTheDecoder() throws {
        func nested(_ depth: Int) -> String {
            let inside = String(repeating: "[", count: depth - 1)
            let end = String(repeating: "]", count: depth - 1)
            return #"{"a":"x:1","b":"y:2","ts":0,"z":\#(inside)\#(end)}"#
        }
        let limit = EventLimits.nestingDepth
        let texts = try #require(split("[\(nested(limit)),\(nested(limit + 1)),\(nested(4_000))]"))
        #expect(readJSON(texts[0]) == .event(ReadEvent(.link, "x:1", "y:2")))
        #expect(readJSON(texts[1]) == .rejected(.tooDeep))
        #expect(readJSON(texts[2]) == .rejected(.tooDeep))
    }

    @Test(
        .timeLimit(.minutes(10)),
        arguments: ["[", "{", "\"", "[\"", "{\n", "\\", "[,", "[1,", "\n", "[[],", "{\"\\", "[ "])
    func shouldBeLinearInAnyBody(_ piece: String) {
        // A scan that began again at each piece would take hours here.
        let bytes = Array(piece.utf8)
        var body: [UInt8] = [bytes[0] == UInt8(ascii: "{") ? bytes[0] : UInt8(ascii: "[")]
        while body.count < RequestLimits.bodyBytes { body += bytes }
        for isLines in [false, true] {
            let survey = EventBody(body.span, isLines: isLines).survey(body.span)
            #expect(survey.count <= body.count)
        }
    }
}
