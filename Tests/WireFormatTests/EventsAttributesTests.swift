import IdentityModel
import ProfileCore
import Testing
import WireFormat

/// Attributes of observes in lines of JSON.
@Suite struct EventsAttributesTests {
    static func line(_ attributes: String) -> String {
        #"{"op":"observe","a":"x:1","ts":0,"attributes":\#(attributes)}"#
    }

    /// A block of attributes by hand: names in order, values as bytes.
    static func block(_ attributes: KeyValuePairs<String, [UInt8]>) -> [UInt8] {
        var bytes = [UInt8(attributes.count)]
        for (name, value) in attributes {
            bytes.append(UInt8(name.utf8.count))
            bytes += Array(name.utf8) + value
        }
        return bytes
    }

    static func text(_ text: String) -> [UInt8] {
        precondition(text.utf8.count < 128, "a length of one byte")
        return [4, UInt8(text.utf8.count)] + Array(text.utf8)
    }

    private func read(_ attributes: String) -> ReadOutcome { readJSON(Self.line(attributes)) }

    private func said(_ block: [UInt8]) -> ReadOutcome {
        .event(ReadEvent(observe: "x:1", block))
    }

    private func message(_ attributes: String) -> String? {
        rejectionOfJSON(Self.line(attributes))?.message
    }

    @Test func shouldReadTheObserveOfTheManual() {
        #expect(
            readJSON(
                #"{"op":"observe","a":"cookie:c-123","ts":"2026-01-02T03:04:05Z","source":"web","#
                    + #""attributes":{"first_name":"Ana","country":"ES"}}"#)
                == .event(
                    ReadEvent(
                        operation: .observe, a: Array("cookie:c-123".utf8), b: [],
                        milliseconds: 1_767_323_045_000, source: Array("web".utf8), eventID: [],
                        reason: [],
                        attributes: Self.block([
                            "country": Self.text("ES"), "first_name": Self.text("Ana"),
                        ]))))
    }

    @Test func shouldReadEveryKindOfValue() {
        #expect(
            read(#"{"s":"","t":true,"f":false,"n":12,"m":-0.50,"l":["a",1,false],"e":[]}"#)
                == said(
                    Self.block([
                        "e": [5, 0], "f": [1],
                        "l": [5, 3] + Self.text("a") + [3, 15, 2, 1], "m": [3, 14, 9],
                        "n": [3, 15, 24], "s": [4, 0], "t": [2],
                    ])))
    }

    @Test func shouldUndoEscapesInNamesAndValues() {
        #expect(
            read(#"{"b\u0061":"\"\u00e9\ud83d\ude00\n","a":["\u0041",""]}"#)
                == said(
                    Self.block([
                        "a": [5, 2] + Self.text("A") + Self.text(""),
                        "ba": Self.text("\"é😀\n"),
                    ])))
        // Names differ as bytes do: composed and decomposed letters are two.
        #expect(
            read("{\"\u{E9}\":1,\"e\u{301}\":2}")
                == said(Self.block(["e\u{301}": [3, 15, 4], "\u{E9}": [3, 15, 2]])))
    }

    @Test func shouldHaveOneBlockForEveryOrderAndSpelling() {
        let spellings = [
            #"{"a":1,"b":[2.50,"x"],"c":null}"#, #"{"b":[25e-1,"\u0078"],"a":1.0}"#,
            " { \"b\" : [ 2.5 , \"x\" ] , \"a\" : 100e-2 } ",
        ]
        for spelling in spellings { #expect(read(spelling) == read(spellings[0]), "\(spelling)") }
        var random = EventsRandom(state: 3)
        var members = (0..<64).map { #""name\#($0)":\#($0)"# }
        let first = read("{\(members.joined(separator: ","))}")
        for _ in 0..<20 {
            for index in members.indices { members.swapAt(index, random.below(64)) }
            #expect(read("{\(members.joined(separator: ","))}") == first)
        }
    }

    @Test func shouldTakeNothingForNone() {
        for nothing in ["null", "{}", " { } ", #"{"a":null,"":null,"\u0001":null}"#] {
            #expect(read(nothing) == .event(ReadEvent(.observe, "x:1")), "\(nothing)")
        }
    }

    @Test func shouldCountNullsAsIgnoredKeys() {
        var decoder = JSONEventDecoder(options: EventsFixture.options)
        let line = Array(Self.line(#"{"a":null,"b":1,"c":null}"#).utf8)
        guard case .event(let event) = decoder.decode(line.span, lineNumber: 1) else {
            Issue.record("refused")
            return
        }
        #expect(event.ignoredKeys == 2)
    }

    @Test(arguments: ["link", "unlink", "ban", "unban"])
    func shouldIgnoreAttributesOfOtherOperations(_ operation: String) {
        for attributes in ["7", #"{"a":{},"a":1}"#, #"{"a":1}"#] {
            var decoder = JSONEventDecoder(options: EventsFixture.options)
            let line =
                #"{"op":"\#(operation)","a":"x:1","b":"y:2","ts":0,"attributes":\#(attributes)}"#
            guard case .event(let event) = decoder.decode(Array(line.utf8).span, lineNumber: 1)
            else {
                Issue.record("refused: \(line)")
                continue
            }
            #expect(event.attributes.isEmpty)
            #expect(event.ignoredKeys == 1)
        }
    }

    @Test func shouldSayWhichAttributeIsWrong() {
        #expect(
            message(#"{"a":1,"plan":{"name":"gold"}}"#)
                == "attributes.plan: a string, a number, a boolean, or an array of those alone "
                + "is due"
        )
        #expect(
            message(#"{"pl\u0061n":1e20}"#)
                == "attributes.plan: the number has more than 20 digits before its point: "
                + "send it as a string")
        #expect(
            message(#"{"a":{},"plan":1,"pl\u0061n":1}"#)
                == #"the key "pl\u0061n" is there twice: keep one of them"#)
        #expect(
            message("[]") == "attributes has the wrong type: an object of names and values is due")
    }

    @Test func shouldTellARepeatedNameFirstAndThenWhatStandsFirst() {
        #expect(read(#"{"a":{},"b":1,"b":null}"#) == .rejected(.duplicateKey))
        #expect(read(#"{"a":{},"":1}"#) == .rejected(.badType))
        #expect(read(#"{"":1,"a":{}}"#) == .rejected(.emptyValue))
        #expect(read(#"{"a":1e30,"b":{}}"#) == .rejected(.valueTooLong))
    }

    // MARK: Limits

    private static func members(_ count: Int) -> String {
        (0..<count).map { #""n\#($0)":\#($0)"# }.joined(separator: ",")
    }

    @Test func shouldHoldTheirNumberToItsLimit() {
        let limit = AttributeLimits.perEvent
        guard case .event(let event) = read("{\(Self.members(limit))}") else {
            Issue.record("the most attributes are refused")
            return
        }
        #expect(event.attributes.first == UInt8(limit))
        #expect(read("{\(Self.members(limit + 1))}") == .rejected(.tooManyAttributes))
        // What is null is none.
        let nulls = (0..<200).map { #""null\#($0)":null"# }.joined(separator: ",")
        #expect(read("{\(nulls),\(Self.members(limit))}") == .event(event))
        #expect(
            read("{\(nulls),\(Self.members(limit)),\"null7\":null}") == .rejected(.duplicateKey))
    }

    @Test func shouldHoldNamesToTheirLimit() {
        let longest = String(repeating: "é", count: AttributeLimits.nameBytes / 2)
        #expect(read(#"{"\#(longest)":true}"#) == said(Self.block([longest: [2]])))
        let escaped = String(repeating: #"\u00e9"#, count: AttributeLimits.nameBytes / 2)
        #expect(read(#"{"\#(escaped)":true}"#) == said(Self.block([longest: [2]])))
        #expect(read(#"{"\#(longest)x":true}"#) == .rejected(.valueTooLong))
        #expect(read(#"{"\#(escaped)x":true}"#) == .rejected(.valueTooLong))
    }

    @Test func shouldHoldValuesToTheirLimit() {
        // The kind and two bytes of length are in the limit.
        let longest = String(repeating: "v", count: AttributeLimits.valueBytes - 3)
        guard case .event(let event) = read(#"{"a":"\#(longest)"}"#) else {
            Issue.record("the longest value is refused")
            return
        }
        #expect(event.attributes.count == AttributeLimits.valueBytes + 3)
        #expect(read(#"{"a":"\#(longest)v"}"#) == .rejected(.valueTooLong))
        // The array's head takes two.
        #expect(read(#"{"a":["\#(longest.dropLast(2))"]}"#) != .rejected(.valueTooLong))
        #expect(read(#"{"a":["\#(longest.dropLast(1))"]}"#) == .rejected(.valueTooLong))
    }

    @Test func shouldHoldArraysToTheirLimit() {
        func array(_ count: Int) -> String {
            "[" + [String](repeating: "true", count: count).joined(separator: ",") + "]"
        }
        let limit = AttributeLimits.arrayElements
        #expect(
            read(#"{"a":\#(array(limit))}"#)
                == said(
                    Self.block(["a": [5, UInt8(limit)] + [UInt8](repeating: 2, count: limit)])))
        #expect(read(#"{"a":\#(array(limit + 1))}"#) == .rejected(.valueTooLong))
    }

    @Test func shouldHoldAllOfThemToTheirLimit() {
        let text = String(repeating: "v", count: 1_000)
        var members = (0..<32).map { #""name\#(10 + $0)":"\#(text)""# }
        // 32 x (1 + 6 + 3 + 1,000) and the count: what is left goes into the last.
        let left = AttributeLimits.eventBytes - 32 * 1_010 - 1
        let last = String(repeating: "v", count: left - 1 - 4 - 3)
        members.append(#""last":"\#(last)""#)
        guard case .event(let event) = read("{\(members.joined(separator: ","))}") else {
            Issue.record("the longest block is refused")
            return
        }
        #expect(event.attributes.count == AttributeLimits.eventBytes)
        members[32] = #""last":"\#(last)v""#
        #expect(read("{\(members.joined(separator: ","))}") == .rejected(.tooManyAttributes))
    }

    @Test func shouldHoldNumbersToTheirLimit() {
        let most = "99999999999999999999.999999999999999"
        #expect(read(#"{"a":\#(most),"b":-\#(most)}"#) != .rejected(.valueTooLong))
        for beyond in ["\(most)9", "1e20", "-100000000000000000000", "1e999999999999999999999"] {
            #expect(read(#"{"a":\#(beyond)}"#) == .rejected(.valueTooLong), "\(beyond)")
        }
        for zero in ["-0", "0e5", "1e-999999999999999999999", "0.0000000000000005"] {
            #expect(read(#"{"a":\#(zero)}"#) == said(Self.block(["a": [3, 0, 0]])), "\(zero)")
        }
    }

    @Test func shouldGiveTheSameForOneDecoderAsForMany() {
        var decoder = JSONEventDecoder(options: EventsFixture.options)
        let lines = [
            Self.line(#"{"a":"x","b":[1,2]}"#), Self.line(#"{"a":{},"b":1}"#),
            Self.line(#"{"a":[1,{}]}"#), Self.line(#"{"\u0061":[1],"b":2,"b":3}"#),
            Self.line("{\(Self.members(65))}"), #"{"a":"x:1","b":"y:2","ts":0,"z":1}"#,
            Self.line(#"{"c":3}"#), #"{"op":"observe","a":"x:2","ts":0}"#,
        ]
        for round in 0..<3 {
            for line in lines {
                #expect(decoder.read(Array(line.utf8)) == readJSON(line), "\(round) \(line)")
            }
        }
    }

    /// What is read is a block as `ProfileCore` has it.
    @Test func shouldGiveBlocksThatTheReaderTakes() throws {
        guard case .event(let event) = read(#"{"b":"x","a":[1,true],"c":-7.25}"#) else {
            Issue.record("refused")
            return
        }
        let bytes = event.attributes
        var reader = try AttributeReader(bytes.span, 0..<bytes.count)
        var names: [String] = []
        while let attribute = try reader.next(bytes.span) {
            names.append(String(decoding: bytes[attribute.name.range], as: UTF8.self))
        }
        #expect(names == ["a", "b", "c"])
    }
}
