import IdentityModel
import Testing
import WireFormat

@Suite struct EventsReasonTests {
    static let cases: [(RejectReason, String)] =
        [
            (.malformedJSON, ""), (.malformedJSON, "  \t\r"), (.malformedJSON, "null"),
            (.malformedJSON, "[]"), (.malformedJSON, "\"x\""), (.malformedJSON, "{"),
            (.malformedJSON, "}"), (.malformedJSON, #"{"a"}"#), (.malformedJSON, #"{"a":}"#),
            (.malformedJSON, #"{"a":1,}"#), (.malformedJSON, #"{,"a":1}"#),
            (.malformedJSON, "{a:1}"),
            (.malformedJSON, #"{"a" 1}"#), (.malformedJSON, #"{"a":1 "b":2}"#),
            (.malformedJSON, #"{"a":"x:1","b":"y:2","ts":0}}"#),
            (.malformedJSON, #"{"a":"x:1","b":"y:2","ts":0} {}"#),
            (.malformedJSON, "{\"a\":\"x:1\",\"b\":\"y:2\",\"ts\":0}\u{0}"),
            (.malformedJSON, "\u{FEFF}{}"), (.malformedJSON, #"{"z":"unterminated}"#),
            (.malformedJSON, #"{"z":"\"}"#), (.malformedJSON, #"{"z":"\x"}"#),
            (.malformedJSON, #"{"z":"\u12G4"}"#), (.malformedJSON, #"{"z":"\u12"#),
            (.malformedJSON, #"{"z":"\ud800"}"#), (.malformedJSON, #"{"z":"\udc00"}"#),
            (.malformedJSON, #"{"z":"\ud800\u0041"}"#), (.malformedJSON, #"{"z":"\ud800\ud800"}"#),
            (.malformedJSON, #"{"z":"\ud83dx"}"#), (.malformedJSON, "{\"z\":\"\u{1F}\"}"),
            (.malformedJSON, "{\"z\":\"\n\"}"), (.malformedJSON, "{\"z\":\"\u{0}\"}"),
            (.malformedJSON, "{\"\t\":1}"), (.malformedJSON, "{\"z\":\u{A0}1}"),
            (.malformedJSON, #"{"z":01}"#), (.malformedJSON, #"{"z":-}"#),
            (.malformedJSON, #"{"z":+1}"#),
            (.malformedJSON, #"{"z":1.}"#), (.malformedJSON, #"{"z":.5}"#),
            (.malformedJSON, #"{"z":1e}"#),
            (.malformedJSON, #"{"z":1e+}"#), (.malformedJSON, #"{"z":0x1}"#),
            (.malformedJSON, #"{"z":NaN}"#),
            (.malformedJSON, #"{"z":tru}"#), (.malformedJSON, #"{"z":nulL}"#),
            (.malformedJSON, #"{"z":falsey}"#), (.malformedJSON, #"{"z":[1,]}"#),
            (.malformedJSON, #"{"z":[1 2]}"#), (.malformedJSON, #"{"z":[}"#),
            (.malformedJSON, #"{"z":{"y":1]}"#), (.malformedJSON, #"{"z":{"y"}}"#),
            (.malformedJSON, #"{"z":{1:1}}"#), (.malformedJSON, #"{"z":{"y":1,}}"#),
            (.malformedJSON, #"{"a":{"ns":"x","value":"1",},"b":"y:2","ts":0}"#),
            (.malformedJSON, #"{"a":{"ns":"x" "value":"1"},"b":"y:2","ts":0}"#),
            (.malformedJSON, #"{'a':'x:1'}"#), (.malformedJSON, #"{"z":1} // comment"#),

            (.missingEnd, "{}"), (.missingEnd, #"{"b":"y:2","ts":0}"#),
            (.missingEnd, #"{"a":"x:1","ts":0}"#), (.missingEnd, #"{"a":null,"b":"y:2","ts":0}"#),
            (.missingEnd, #"{"a":"x:1","b":null,"ts":0}"#),
            (.missingEnd, #"{"a":{},"b":"y:2","ts":0}"#),
            (.missingEnd, #"{"a":{"ns":"x"},"b":"y:2","ts":0}"#),
            (.missingEnd, #"{"a":{"value":1},"b":"y:2","ts":0}"#),
            (.missingEnd, #"{"a":{"ns":"x","value":null},"b":"y:2","ts":0}"#),
            (.missingEnd, #"{"a":{"ns":null,"value":1},"b":"y:2","ts":0}"#),
            (.missingEnd, #"{"op":"observe","b":"y:2","ts":0}"#),
            (.missingEnd, #"{"op":"ban","a":"y:2","ts":0}"#),

            (.selfLink, #"{"a":"x:1","b":"x:1","ts":0}"#),
            (
                .selfLink,
                #"{"op":"unban","a":"email: A@B ","b":{"ns":"email","value":"a@b"},"ts":0}"#
            ),

            (.unknownOperation, #"{"op":"","a":"x:1","b":"y:2","ts":0}"#),
            (.unknownOperation, #"{"op":"Link","a":"x:1","b":"y:2","ts":0}"#),
            (.unknownOperation, #"{"op":"link ","a":"x:1","b":"y:2","ts":0}"#),
            (.unknownOperation, #"{"op":"link\u0000","a":"x:1","b":"y:2","ts":0}"#),
            (.unknownOperation, #"{"op":"observers","a":"x:1","b":"y:2","ts":0}"#),

            (.badTime, #"{"a":"x:1","b":"y:2","ts":""}"#),
            (.badTime, #"{"a":"x:1","b":"y:2","ts":"1767323045678"}"#),
            (.badTime, #"{"a":"x:1","b":"y:2","ts":"2026-01-02"}"#),
            (.badTime, #"{"a":"x:1","b":"y:2","ts":"2026-01-02T03:04:05"}"#),
            (.badTime, #"{"a":"x:1","b":"y:2","ts":"0000-01-01T00:00:00Z"}"#),
            (.badTime, #"{"a":"x:1","b":"y:2","ts":"10000-01-01T00:00:00Z"}"#),
            (.badTime, #"{"a":"x:1","b":"y:2","ts":253402300800000}"#),
            (.badTime, #"{"a":"x:1","b":"y:2","ts":-62135596800001}"#),
            (.badTime, #"{"a":"x:1","b":"y:2","ts":123456789012345678901234567890}"#),
            (.missingTime, #"{"a":"x:1","b":"y:2"}"#),
            (.missingTime, #"{"a":"x:1","b":"y:2","ts":null}"#),

            (.badNamespace, #"{"a":"x","b":"y:2","ts":0}"#),
            (.badNamespace, #"{"a":"","b":"y:2","ts":0}"#),
            (.badNamespace, #"{"a":":1","b":"y:2","ts":0}"#),
            (.badNamespace, #"{"a":"X:1","b":"y:2","ts":0}"#),
            (.badNamespace, #"{"a":"1x:1","b":"y:2","ts":0}"#),
            (.badNamespace, #"{"a":"_x:1","b":"y:2","ts":0}"#),
            (.badNamespace, #"{"a":"x-y:1","b":"y:2","ts":0}"#),
            (.badNamespace, #"{"a":"é:1","b":"y:2","ts":0}"#),
            (.badNamespace, #"{"a":" x:1","b":"y:2","ts":0}"#),
            (.badNamespace, #"{"a":"x\u0000:1","b":"y:2","ts":0}"#),
            (.badNamespace, #"{"a":{"ns":"","value":"1"},"b":"y:2","ts":0}"#),
            (.badNamespace, #"{"a":{"ns":"x:y","value":"1"},"b":"y:2","ts":0}"#),
            (.badNamespace, #"{"a":{"ns":"x:","value":"1"},"b":"y:2","ts":0}"#),
            (
                .badNamespace,
                #"{"a":"x:1","b":"noColonHereAtAllAndALongNameOfMoreThanThirtyTwo","ts":0}"#
            ),

            (.emptyValue, #"{"a":"x:","b":"y:2","ts":0}"#),
            (.emptyValue, #"{"a":"email: \u00a0\u3000","b":"y:2","ts":0}"#),
            (.emptyValue, #"{"a":"phone: ","b":"y:2","ts":0}"#),
            (.emptyValue, #"{"a":{"ns":"x","value":""},"b":"y:2","ts":0}"#),
            (.emptyValue, #"{"a":"x:1","b":"y:2","ts":0,"source":""}"#),
            (.emptyValue, #"{"a":"x:1","b":"y:2","ts":0,"id":""}"#),

            (.badType, #"{"op":1,"a":"x:1","b":"y:2","ts":0}"#),
            (.badType, #"{"a":1,"b":"y:2","ts":0}"#),
            (.badType, #"{"a":["x:1"],"b":"y:2","ts":0}"#),
            (.badType, #"{"a":true,"b":"y:2","ts":0}"#),
            (.badType, #"{"a":{"ns":1,"value":1},"b":"y:2","ts":0}"#),
            (.badType, #"{"a":{"ns":"x","value":-0},"b":"y:2","ts":0}"#),
            (.badType, #"{"a":{"ns":"x","value":1.0},"b":"y:2","ts":0}"#),
            (.badType, #"{"a":{"ns":"x","value":1e3},"b":"y:2","ts":0}"#),
            (.badType, #"{"a":{"ns":"x","value":false},"b":"y:2","ts":0}"#),
            (.badType, #"{"a":{"ns":"x","value":{}},"b":"y:2","ts":0}"#),
            (.badType, #"{"a":{"ns":"x","value":[1]},"b":"y:2","ts":0}"#),
            (.badType, #"{"a":"x:1","b":"y:2","ts":1.5}"#),
            (.badType, #"{"a":"x:1","b":"y:2","ts":1e3}"#),
            (.badType, #"{"a":"x:1","b":"y:2","ts":-0}"#),
            (.badType, #"{"a":"x:1","b":"y:2","ts":true}"#),
            (.badType, #"{"a":"x:1","b":"y:2","ts":{}}"#),
            (.badType, #"{"a":"x:1","b":"y:2","ts":0,"source":1}"#),
            (.badType, #"{"a":"x:1","b":"y:2","ts":0,"id":1.5}"#),
            (.badType, #"{"a":"x:1","b":"y:2","ts":0,"id":[]}"#),
            (.badType, #"{"a":"x:1","b":"y:2","ts":0,"reason":7}"#),

            (.duplicateKey, #"{"a":"x:1","a":"x:1","b":"y:2","ts":0}"#),
            (.duplicateKey, #"{"a":"x:1","\u0061":"x:1","b":"y:2","ts":0}"#),
            (.duplicateKey, #"{"a":null,"a":"x:1","b":"y:2","ts":0}"#),
            (.duplicateKey, #"{"a":{"ns":"x","ns":"x","value":"1"},"b":"y:2","ts":0}"#),
            (.duplicateKey, #"{"a":{"value":"1","valu\u0065":"2","ns":"x"},"b":"y:2","ts":0}"#),
            (.duplicateKey, #"{"a":"x:1","b":{"ns":"y","q":0,"value":"2","q":1},"ts":0}"#),
            (.duplicateKey, #"{"op":"observe","a":"x:1","b":{"q":0,"q":1},"ts":0}"#),
            (.duplicateKey, #"{"zz":1,"a":"x:1","b":"y:2","ts":0,"z\u007A":2}"#),
            (.duplicateKey, #"{"\u007az":1,"a":"x:1","b":"y:2","ts":0,"z\u007A":2}"#),
            (.duplicateKey, #"{"attributes":1,"a":"x:1","b":"y:2","ts":0,"attributes":2}"#),
            (.duplicateKey, #"{"":1,"a":"x:1","b":"y:2","ts":0,"":2}"#),

            (.badPhone, #"{"a":"phone:12","b":"y:2","ts":0}"#),
            (.badPhone, #"{"a":{"ns":"phone","value":123456},"b":"y:2","ts":0}"#),

            (.notSupported, #"{"op":"forget","a":"x:1","ts":0}"#),
        ] + attributes.map { ($0, EventsAttributesTests.line($1)) }

    /// Attributes of an observe, each with what is wrong with it.
    private static let attributes: [(RejectReason, String)] = [
        (.badType, "1"), (.badType, "\"x\""), (.badType, "[]"), (.badType, "true"),
        (.badType, #"{"k":{}}"#), (.badType, #"{"k":{"l":1}}"#), (.badType, #"{"k":[null]}"#),
        (.badType, #"{"k":[[]]}"#), (.badType, #"{"k":[1,{}]}"#), (.badType, #"{"k\n":1}"#),
        (.badType, #"{"\u0000":1}"#), (.badType, "{\"k\u{7F}\":1}"),
        (.badType, "{\"k\u{85}\":1}"),
        (.emptyValue, #"{"":1}"#),
        (.duplicateKey, #"{"k":1,"k":1}"#), (.duplicateKey, #"{"k":1,"\u006b":2}"#),
        (.duplicateKey, #"{"k":null,"k":null}"#), (.duplicateKey, #"{"k":{},"k":[{}]}"#),
        (.valueTooLong, #"{"k":100000000000000000000}"#), (.valueTooLong, #"{"k":[-1e20]}"#),
        (.valueTooLong, #"{"k":"\#(String(repeating: "v", count: 1_022))"}"#),
        (.valueTooLong, #"{"\#(String(repeating: "k", count: 65))":1}"#),
        (.tooManyAttributes, "{\((0..<65).map { "\"k\($0)\":1" }.joined(separator: ","))}"),
    ]

    @Test func shouldRefuseEachLineForItsReason() {
        for (reason, line) in EventsReasonTests.cases {
            #expect(readJSON(line) == .rejected(reason), "\(line)")
        }
    }

    @Test func shouldRefuseForEveryReasonThatAnEventHas() {
        var seen = Set(EventsReasonTests.cases.map(\.0))
        // Those that need bytes, options or sizes; each is tested elsewhere in this folder. What a
        // rule needs is looked at by whoever knows the rules.
        seen.formUnion([.missingID, .badUTF8, .futureTime, .valueTooLong, .lineTooLong, .tooDeep])
        #expect(Set(RejectReason.allCases).subtracting(seen).isEmpty)
    }

    @Test func shouldSayWhatIsWrongInOneSentence() {
        for (_, line) in EventsReasonTests.cases {
            guard let rejected = rejectionOfJSON(line) else {
                Issue.record("accepted: \(line)")
                continue
            }
            let isSentence =
                rejected.message.count > 15 && rejected.message.count < 200
                && !rejected.message.hasSuffix(".") && !rejected.message.contains("\n")
            #expect(isSentence, "\(rejected.message)")
        }
        #expect(
            rejectionOfJSON(#"{"a":"x:1","b":"y:2","ts":"2026-01-02T03:04:05"}"#)?.message
                == "ts has no zone: end it with Z or an offset such as +01:00")
        #expect(
            rejectionOfJSON(#"{"z":1,"a" 1}"#)?.message
                == "byte 12 of the line: a colon is due after a key")
        // The first of several, also where so many keys are sorted.
        let others = (0..<20).map { #""k\#($0)":0"# }.joined(separator: ",")
        #expect(
            rejectionOfJSON(#"{"x":1,\#(others),"zz":1,"zz":1,"x":1}"#)?.message
                == #"the key "zz" is there twice: keep one of them"#)
        #expect(
            rejectionOfJSON(#"{"zz":1,"zz":1}"#)?.message
                == #"the key "zz" is there twice: keep one of them"#)
    }

    @Test func shouldRefuseWhatIsNotUTF8() {
        let bad: [[UInt8]] = [
            [0xFF], [0xC3], [0xC3, 0x28], [0xA0], [0xC0, 0xAF], [0xE0, 0x80, 0x80],
            [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xE2, 0x82], [0xF0, 0x9F, 0x98],
        ]
        var decoder = JSONEventDecoder(options: EventsFixture.options)
        for bytes in bad {
            for text in [#"{"a":"x:1\#u{1}","b":"y:2","ts":0}"#, "{\u{1}", "\u{1}"] {
                let line = Array(text.utf8).flatMap { $0 == 1 ? bytes : [$0] }
                #expect(decoder.read(line) == .rejected(.badUTF8), "\(bytes) in \(text)")
            }
        }
    }

    @Test func shouldRefuseTheFutureOnlyWhereAskedTo() {
        var options = EventsFixture.options
        options.latestTime = EventTime(milliseconds: 1_000)
        let expected = ReadOutcome.event(ReadEvent(.link, "x:1", "y:2", 1_000))
        #expect(readJSON(#"{"a":"x:1","b":"y:2","ts":1000}"#, options) == expected)
        for time in ["1001", #""1970-01-01T00:00:01.001Z""#, #""9999-12-31T23:59:59.999Z""#] {
            let line = #"{"a":"x:1","b":"y:2","ts":\#(time)}"#
            #expect(readJSON(line, options) == .rejected(.futureTime))
            #expect(readJSON(line) != .rejected(.futureTime))
        }
    }

    @Test func shouldRefuseUnnamedNamespacesWhereStrict() {
        let strict = EventsFixture.strict
        #expect(
            readJSON(#"{"a":"email:a","b":"loyalty:2","ts":0}"#, strict)
                == .event(ReadEvent(.link, "email:a", "loyalty:2")))
        for a in ["cookie:1", "emai:1", "emails:1", "browser_profile_number_8:1"] {
            let line = #"{"a":"\#(a)","b":"loyalty:2","ts":0}"#
            #expect(readJSON(line, strict) == .rejected(.badNamespace))
            #expect(readJSON(line) == .event(ReadEvent(.link, a, "loyalty:2")))
        }
    }

    @Test func shouldGiveTheFirstReasonWhereSeveralApply() {
        let order: [(RejectReason, String)] = [
            (.malformedJSON, #"{"op":7,"op":8,"a":true,"ts":"x""#),
            (.duplicateKey, #"{"op":7,"op":8,"a":true,"ts":"x"}"#),
            (.badType, #"{"op":7,"ts":"x","source":""}"#),
            (.unknownOperation, #"{"ts":"x","source":"","op":"x","a":7}"#),
            (.badType, #"{"ts":"x","op":"observe","attributes":{"":1},"a":7}"#),
            (.badTime, #"{"ts":"x","op":"observe","attributes":{"":1},"a":"x:1"}"#),
            (.emptyValue, #"{"ts":0,"op":"observe","attributes":1,"id":"","a":"x:1"}"#),
            (.badType, #"{"ts":"x","source":"","a":7,"b":"Y"}"#),
            (.badNamespace, #"{"ts":"x","source":"","a":"x:1","b":"Y:"}"#),
            (.selfLink, #"{"ts":"x","source":"","a":"x:1","b":"x:1"}"#),
            (.badTime, #"{"ts":"x","source":"","a":"x:1","b":"y:1"}"#),
            (.emptyValue, #"{"ts":0,"reason":7,"id":7.5,"source":"","a":"x:1","b":"y:1"}"#),
            (.badType, #"{"ts":0,"id":7.5,"a":"x:1","b":"y:1"}"#),
        ]
        for (reason, line) in order { #expect(readJSON(line) == .rejected(reason), "\(line)") }
    }
}
