import IdentityModel
import Testing
import WireFormat

@Suite struct EventsJSONTests {
    @Test func shouldReadTheEventsOfTheManual() {
        #expect(
            readJSON(
                #"{"op":"link","a":"email:Ana@Example.com","b":"cookie:c-123","#
                    + #""ts":"2026-01-02T03:04:05.678Z","source":"web-login","id":"evt-1"}"#)
                == .event(
                    ReadEvent(
                        .link, "email:ana@example.com", "cookie:c-123", 1_767_323_045_678,
                        source: "web-login", id: "evt-1")))
        #expect(
            readJSON(
                #"{"op":"unlink","a":{"ns":"email","value":"ana@example.com"},"#
                    + #""b":{"ns":"cookie","value":"c-123"},"ts":1767323045678,"source":"s"}"#)
                == .event(
                    ReadEvent(
                        .unlink, "email:ana@example.com", "cookie:c-123", 1_767_323_045_678,
                        source: "s")))
        #expect(
            readJSON(#"{"op":"observe","a":"cookie:c-123","ts":0}"#)
                == .event(ReadEvent(.observe, "cookie:c-123")))
    }

    @Test(arguments: LinkOperation.allCases)
    func shouldReadEveryOperation(_ operation: LinkOperation) {
        let b = operation == .observe ? "" : "y:2"
        #expect(
            readJSON(#"{"op":"\#(operation.word)","a":"x:1","b":"y:2","ts":0}"#)
                == .event(ReadEvent(operation, "x:1", b)))
        let escaped = "\\u00" + String(operation.word.utf8.first!, radix: 16)
        #expect(
            readJSON(
                #"{"op":"\#(escaped)\#(operation.word.dropFirst())","a":"x:1","b":"y:2","ts":0}"#)
                == .event(ReadEvent(operation, "x:1", b)))
    }

    @Test func shouldTakeLinkAndDefaultWhereNothingIsSaid() {
        let expected = ReadOutcome.event(ReadEvent(.link, "x:1", "y:2", 7))
        #expect(readJSON(#"{"a":"x:1","b":"y:2","ts":7}"#) == expected)
        let nulls = #"{"op":null,"a":"x:1","b":"y:2","ts":7,"source":null,"id":null,"reason":null}"#
        #expect(readJSON(nulls) == expected)
    }

    @Test func shouldSplitAtTheFirstColon() {
        #expect(
            readJSON(#"{"a":"x:1:2:","b":{"ns":"y","value":":2"},"ts":0}"#)
                == .event(ReadEvent(.link, "x:1:2:", "y::2")))
    }

    @Test func shouldTakeIntegersAsTheirExactText() {
        let long = String(repeating: "9", count: 1_024)
        for text in ["0", "-1", "9007199254740993", "123456789012345678901234567890", long] {
            let line = #"{"a":{"ns":"x","value":\#(text)},"b":"y:2","ts":0,"id":17}"#
            #expect(
                readJSON(line) == .event(ReadEvent(.link, "x:\(text)", "y:2", id: "17")), "\(text)")
        }
        #expect(
            readJSON(#"{"a":{"ns":"phone","value":34600111222},"b":"y:2","ts":0}"#)
                == .event(ReadEvent(.link, "phone:34600111222", "y:2")))
    }

    @Test func shouldUndoEscapes() {
        let line =
            #"{"\u0061":"x:\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\uDE00\u0000","#
            + #""b":{"n\u0073":"\u0079","value":"\u0032"},"t\u0073":"\u0031970-01-01T00:00:00Z","#
            + #""source":"\u0073","id":"\u0069","reason":"caf\u00e9"}"#
        #expect(
            readJSON(line)
                == .event(
                    ReadEvent(
                        .link, "x:\"\\/\u{8}\u{C}\n\r\té€😀\u{0}", "y:2", source: "s", id: "i",
                        reason: "café")))
    }

    @Test func shouldNormalizeInAnyNamespace() {
        #expect(
            readJSON(
                #"{"a":"browser_profile_number_9:ABCdef\u0041É","b":"phone: 0034 600-111.222 ","#
                    + #""ts":0}"#)
                == .event(
                    ReadEvent(.link, "browser_profile_number_9:abcdefaé", "phone:+34600111222")))
        // A name that is a beginning or a continuation of a known one is another.
        #expect(
            readJSON(#"{"a":"emai:A","b":"emailx:A","ts":0}"#)
                == .event(ReadEvent(.link, "emai:A", "emailx:A")))
        #expect(
            readJSON(
                #"{"a":"browser_profile_number_8:A","b":"browser_profile_number_90:A","ts":0}"#)
                == .event(
                    ReadEvent(.link, "browser_profile_number_8:A", "browser_profile_number_90:A")))
    }

    @Test func shouldSayWhichNamespaceItIs() throws {
        var decoder = JSONEventDecoder(options: EventsFixture.options)
        let line = Array(#"{"a":"phone:+34600111222","b":"cookie:c","ts":0}"#.utf8)
        guard case .event(let event) = decoder.decode(line.span, lineNumber: 1) else {
            Issue.record("refused")
            return
        }
        #expect(event.a.namespaceIndex == 2)
        #expect(event.a.namespaceLength == 5)
        #expect(decoder.scratch.copy(event.a.value) == Array("+34600111222".utf8))
        #expect(event.b.namespaceIndex == nil)
        #expect(decoder.scratch.copy(event.b.value) == Array("c".utf8))
    }

    @Test func shouldKeepNFCAndNFDApart() {
        #expect(
            readJSON("{\"a\":\"x:\u{E9}\",\"b\":\"x:e\u{301}\",\"ts\":0}")
                == .event(ReadEvent(.link, "x:\u{E9}", "x:e\u{301}")))
    }

    @Test func shouldIgnoreAndCountOtherKeys() {
        func ignored(_ line: String) -> Int? {
            var decoder = JSONEventDecoder(options: EventsFixture.options)
            guard case .event(let event) = decoder.decode(Array(line.utf8).span, lineNumber: 1)
            else { return nil }
            return event.ignoredKeys
        }
        #expect(ignored(#"{"a":"x:1","b":"y:2","ts":0}"#) == 0)
        #expect(
            ignored(
                #"{"":1,"A":-0.5e+3,"ns":[{},[],{"x":null}],"value":true,"attribut":0,"#
                    + #""attributez":"\ud83d\ude00","a":"x:1","b":"y:2","ts":0,"opop":false}"#) == 7
        )
        #expect(
            ignored(
                #"{"a":{"ns":"x","value":"1","a":1,"ts":2},"b":{"value":"2","x":{},"ns":"y"},"#
                    + #""attributes":{"k":1},"ts":0}"#) == 4)
        #expect(ignored(#"{"a\u0000":1,"ts\u0000":"","a":"x:1","b":"y:2","ts":0}"#) == 2)
        #expect(ignored(#"{"op":"observe","a":"x:1","b":{"q":1,"r":2},"ts":0}"#) == 1)
        #expect(ignored(#"{"op":"observe","a":"x:1","b":null,"attributes":null,"ts":0}"#) == 0)
    }

    @Test func shouldTakeJSONWhiteSpaceAnywhere() {
        let line =
            " \t\r\n{ \"a\"\t:\r\"x:1\" , \"b\" : { \"ns\" : \"y\" , \"value\" : 2 } ,"
            + " \"z\" : [ 1 , { } , [ ] ] , \"ts\" : 0 } \r"
        #expect(readJSON(line) == .event(ReadEvent(.link, "x:1", "y:2")))
    }

    @Test func shouldKeepApartWhatIsOpenAtTheSameDepth() {
        let expected = ReadOutcome.event(ReadEvent(.link, "x:1", "y:2"))
        for value in [
            #"[{},[1,2],{"k":1},[3,4],{"k":1,"l":2}]"#, #"{"k":[1,2],"l":{"m":1,"n":[{}]},"o":[]}"#,
            #"[[],[[]],[{}],{"k":[]}]"#,
        ] {
            let line = #"{"z":\#(value),"a":{"ns":"x","z":\#(value),"value":1},"b":"y:2","ts":0}"#
            #expect(readJSON(line) == expected, "\(value)")
        }
        for value in [#"[{},["k":1]]"#, #"[[],{1}]"#, #"{"k":[1],2}"#, "[[1}]", #"[{"k":1]]"#] {
            let line = #"{"z":\#(value),"a":"x:1","b":"y:2","ts":0}"#
            #expect(readJSON(line) == .rejected(.malformedJSON), "\(value)")
        }
    }

    @Test func shouldGiveDefaultTimes() {
        let line = #"{"a":"x:1","b":"y:2"}"#
        var options = EventsFixture.options
        options.defaultTime = .fixed(EventTime(milliseconds: -5))
        #expect(readJSON(line, options) == .event(ReadEvent(.link, "x:1", "y:2", -5)))
        options.defaultTime = .lineNumber
        #expect(
            readJSON(line, options, lineNumber: 41) == .event(ReadEvent(.link, "x:1", "y:2", 41)))
        #expect(
            readJSON(line, options, lineNumber: Int.max)
                == .event(ReadEvent(.link, "x:1", "y:2", EventTime.maximum.milliseconds)))
        // A time of its own goes first.
        #expect(
            readJSON(#"{"a":"x:1","b":"y:2","ts":9}"#, options)
                == .event(ReadEvent(.link, "x:1", "y:2", 9)))
    }

    @Test func shouldGiveTheSameForOneDecoderAsForMany() {
        var decoder = JSONEventDecoder(options: EventsFixture.options)
        let lines = [
            #"{"a":"x:1","b":"y:2","ts":0,"source":"\#(String(repeating: "s", count: 256))"}"#,
            #"{"a":"x:\#(String(repeating: "é", count: 512))","b":"y:2","ts":0}"#, "{", "[1]",
            #"{"u":1,"\u0075":2,"a":"x:1"}"#, #"{"u":1,"a":"x:1","b":"y:2","ts":3}"#,
            #"{"a":"x:1","b":"x:1","ts":0}"#, #"{"op":"observe","a":"email:ÀB","ts":4}"#,
        ]
        for round in 0..<3 {
            for line in lines {
                #expect(decoder.read(Array(line.utf8)) == readJSON(line), "\(round) \(line)")
            }
        }
    }

    @Test func shouldRoundTripRandomValues() {
        var random = EventsRandom(state: 5)
        for _ in 0..<20_000 {
            var value = ""
            for _ in 0..<(1 + random.below(12)) {
                let bound = random.pick([0x80, 0x100, 0x3000, 0x11_0000])
                guard let scalar = Unicode.Scalar(UInt32(random.below(bound))) else { continue }
                value.unicodeScalars.append(scalar)
            }
            if value.isEmpty { continue }
            let line = "{\"a\":\"x:\(escaped(value, &random))\",\"op\":\"observe\",\"ts\":0}"
            let expected = ReadOutcome.event(ReadEvent(.observe, "x:" + value))
            #expect(readJSON(line) == expected, "\(line)")
        }
    }

    /// A JSON string's inside, each character written in one of the ways that it may be.
    func escaped(_ value: String, _ random: inout EventsRandom) -> String {
        let short: [Unicode.Scalar: String] = [
            "\"": "\\\"", "\\": "\\\\", "/": "\\/", "\u{8}": "\\b", "\u{C}": "\\f", "\n": "\\n",
            "\r": "\\r", "\t": "\\t",
        ]
        var text = ""
        for scalar in value.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if let written = short[scalar], random.below(2) == 0 {
                text += written
            } else if mustEscape || random.below(3) == 0 {
                for unit in Character(scalar).utf16 {
                    let digits = String(unit, radix: 16, uppercase: random.below(2) == 0)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
