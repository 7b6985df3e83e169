import IdentityModel
import Testing
import WireFormat

@Suite struct ResolveRequestTests {
    func read(_ body: String) -> ReadRequest? { ResolveRequest.read(Array(body.utf8)) }

    func fault(_ body: String) -> RequestFault? {
        var request = ResolveRequest()
        return request.read(Array(body.utf8).span)
    }

    static let customer = "0123456789abcdef0123456789abcdef"

    @Test func shouldReadTheRequestOfTheManual() throws {
        let body =
            #"{"ids":["email:Ana@Example.com","\#(Self.customer)"],"include":["identifiers"]}"#
        let request = try #require(read(body))
        #expect(request.ids == ["email:Ana@Example.com", Self.customer].map { Array($0.utf8) })
        #expect(
            request.meanings == ["identifier email:ana@example.com", "customer \(Self.customer)"])
        #expect(request.include == ["identifiers"])
    }

    @Test func shouldReadIdsOfEachKind() throws {
        let body =
            "\u{FEFF} { \"include\" : [ \"identifier_count\" , \"identif\\u0069ers\" ] ,\r\n"
            + #""\u0069ds" : [ "x:\u00e9\n\"\\" , {"ns":"email","value":" A\u0062 "},"#
            + #"{"value":-42,"\u006es":"x"},{"ns":"x","value":"1:2"},"x:1",""] } "#
        let request = try #require(read(body))
        let texts = ["x:é\n\"\\", "email: Ab ", "x:-42", "x:1:2", "x:1", ""]
        #expect(request.ids == texts.map { Array($0.utf8) })
        #expect(
            request.meanings == [
                "identifier x:é\n\"\\", "identifier email:ab", "identifier x:-42",
                "identifier x:1:2",
                "identifier x:1", "bad_id",
            ])
        #expect(request.include == ["identifiers", "identifier_count"])
        #expect(read(#"{"ids":[]}"#) == ReadRequest())
        #expect(read(#"{"include":[],"ids":[ ]}"#) == ReadRequest())
    }

    @Test func shouldGiveEachBadIdItsOwnWord() throws {
        let upper = Self.customer.uppercased()
        let long = String(repeating: "v", count: EventLimits.valueBytes)
        let cases: [(id: String, word: String)] = [
            ("\"\(upper)\"", "bad_id"), ("\"\(Self.customer.dropLast())\"", "bad_id"),
            ("\"\(Self.customer)0\"", "bad_id"), ("\"nocolon\"", "bad_id"),
            ("\":1\"", "bad_namespace"), ("\"9a:1\"", "bad_namespace"),
            ("\"email: \"", "empty_value"), ("\"phone:12\"", "bad_phone"),
            ("\"x:\(long)v\"", "value_too_long"), ("\"x:\(long)\"", "identifier x:\(long)"),
            (#"{"ns":"x:y","value":"1"}"#, "bad_namespace"),
            (#"{"ns":"","value":1}"#, "bad_namespace"),
            (#"{"ns":"x","value":""}"#, "empty_value"),
            (#"{"ns":"x","value":"\#(long)v"}"#, "value_too_long"),
            (#"{"ns":"\#(Self.customer.dropLast())","value":""}"#, "bad_namespace"),
        ]
        let body = "{\"ids\":[\(cases.map(\.id).joined(separator: ","))]}"
        #expect(try #require(read(body)).meanings == cases.map(\.word))
    }

    @Test func shouldHonourStrictNamespaces() {
        var request = ResolveRequest()
        #expect(request.read(Array(#"{"ids":["x:1","email:a"]}"#.utf8).span) == nil)
        let meanings = request.copy(EventsFixture.strict.namespaces).meanings
        #expect(meanings == ["bad_namespace", "identifier email:a"])
    }

    static let faults: [(RequestFault.Word, Int, String)] = [
        (.malformedJSON, 7, #"{"ids":"#), (.malformedJSON, 8, #"{"ids":["#),
        (.malformedJSON, 9, #"{"ids":[]"#), (.malformedJSON, 10, #"{"ids":[]}x"#),
        (.malformedJSON, 13, #"{"ids":["x:1""#), (.malformedJSON, 14, #"{"ids":["x:1" "y:1"]}"#),
        (.malformedJSON, 10, #"{"ids":[],}"#), (.malformedJSON, 1, "{"),
        (.malformedJSON, 11, #"{"ids":["x:\q"]}"#), (.malformedJSON, 11, "{\"ids\":[\"x:\n\"]}"),
        (.malformedJSON, 11, #"{"ids":["x:\ud800"]}"#), (.malformedJSON, 7, #"{"ids" []}"#),
        (.malformedJSON, 1, "{ids:[]}"), (.malformedJSON, 27, #"{"ids":[{"ns":"x","value":01"#),
        (.malformedJSON, 0, ""), (.badType, 0, "[]"), (.badType, 1, " null"),
        (.badType, 0, "\"a\""),
        (.badType, 7, #"{"ids":null}"#), (.badType, 7, #"{"ids":"x:1"}"#),
        (.badType, 7, #"{"ids":{}}"#), (.badType, 8, #"{"ids":[1]}"#),
        (.badType, 8, #"{"ids":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["#),
        (.badType, 14, #"{"ids":["x:1",null]}"#), (.malformedJSON, 14, #"{"ids":["x:1",]}"#),
        (.badType, 14, #"{"ids":[{"ns":1,"value":1}]}"#),
        (.malformedJSON, 26, #"{"ids":[{"ns":"x","value":}]}"#),
        (.malformedJSON, 21, #"{"ids":[],"include":[+]}"#),
        (.badType, 26, #"{"ids":[{"ns":"x","value":1.5}]}"#),
        (.badType, 26, #"{"ids":[{"ns":"x","value":-0}]}"#),
        (.badType, 26, #"{"ids":[{"ns":"x","value":true}]}"#),
        (.badType, 26, #"{"ids":[{"ns":"x","value":null}]}"#),
        (.badType, 26, #"{"ids":[{"ns":"x","value":{}}]}"#),
        (.badType, 20, #"{"ids":[],"include":"identifiers"}"#),
        (.badType, 20, #"{"ids":[],"include":null}"#), (.badType, 21, #"{"ids":[],"include":[1]}"#),
        (.duplicateKey, 10, #"{"ids":[],"ids":[]}"#),
        (.duplicateKey, 10, #"{"ids":[],"\u0069ds":[]}"#),
        (.duplicateKey, 14, #"{"include":[],"include":[],"ids":[]}"#),
        (.duplicateKey, 18, #"{"ids":[{"ns":"x","ns":"x","value":1}]}"#),
        (.duplicateKey, 19, #"{"ids":[{"value":1,"value":1,"ns":"x"}]}"#),
        (.unknownKey, 1, #"{"id":[]}"#), (.unknownKey, 10, #"{"ids":[],"":1}"#),
        (.unknownKey, 1, #"{"ns":"x"}"#), (.unknownKey, 1, "{\"ids\\u0000\":[]}"),
        (.unknownKey, 10, #"{"ids":[],"includes":[]}"#), (.unknownKey, 9, #"{"ids":[{"ids":1}]}"#),
        (.unknownKey, 18, #"{"ids":[{"ns":"x","valuee":1}]}"#),
        (.missingKey, 2, "{}"), (.missingKey, 14, #"{"include":[]}"#),
        (.missingKey, 8, #"{"ids":[{}]}"#), (.missingKey, 14, #"{"ids":["x:1",{"ns":"x"}]}"#),
        (.missingKey, 8, #"{"ids":[{"value":"x"}]}"#),
        (.unknownInclude, 21, #"{"ids":[],"include":["provenance"]}"#),
        (.unknownInclude, 21, #"{"ids":[],"include":["Identifiers"]}"#),
        (.unknownInclude, 35, #"{"ids":[],"include":["identifiers",""]}"#),
    ]

    @Test func shouldSayWhatIsWrongAndWhere() {
        for (word, offset, body) in Self.faults {
            let found = fault(body)
            #expect(found?.word == word, "\(body)")
            #expect(found?.offset == offset, "\(body)")
            #expect(ResolveTwin.read(Array(body.utf8)) == nil, "\(body)")
        }
        // Every word but those whose bodies are made below has a case.
        let words = Set(Self.faults.map(\.0)).union([.badUTF8, .bodyTooLong, .tooManyIDs])
        #expect(words == Set(RequestFault.Word.allCases))
        let invalid = Array(#"{"ids":["x:"#.utf8) + [0xFF] + Array(#""]}"#.utf8)
        var request = ResolveRequest()
        #expect(request.read(invalid.span)?.word == .badUTF8)
        #expect(request.read(invalid.span)?.offset == 11)
    }

    @Test func shouldForgetWhatWasReadBefore() {
        var request = ResolveRequest()
        let good = Array(#"{"ids":["x:1","y:2"],"include":["identifiers"]}"#.utf8)
        #expect(request.read(good.span) == nil)
        #expect(request.count == 2)
        #expect(request.read(Array(#"{"ids":["z:3",1]}"#.utf8).span)?.word == .badType)
        #expect(request.copy() == ReadRequest())
        #expect(request.read(Array(#"{"ids":["z:3"]}"#.utf8).span) == nil)
        #expect(request.copy().ids == [Array("z:3".utf8)])
        #expect(request.include.isEmpty)
    }

    @Test func shouldHoldToItsLimits() {
        func body(_ count: Int) -> String {
            "{\"ids\":[\((0..<count).map { "\"x:\($0)\"" }.joined(separator: ","))]}"
        }
        #expect(RequestLimits.resolvedIDs == 1_000)
        #expect(read(body(1_000))?.ids.count == 1_000)
        #expect(fault(body(1_001))?.word == .tooManyIDs)
        #expect(fault(body(1_001))?.offset == body(1_000).utf8.count - 1)

        let end = #"{"ids":["x:1"]}"#
        let filling = RequestLimits.bodyBytes - end.utf8.count
        #expect(read(String(repeating: " ", count: filling) + end)?.ids.count == 1)
        let tooLong = fault(String(repeating: " ", count: filling + 1) + end)
        #expect(tooLong?.word == .bodyTooLong)
        #expect(tooLong?.offset == RequestLimits.bodyBytes)
    }

    @Test func shouldReadIdsOfAnyLength() {
        let long = String(repeating: "é", count: EventLimits.lineBytes / 2)
        let body = #"{"ids":["x:\#(long)","\#(long)",{"ns":"\#(long)","value":"\u0061\#(long)"}]}"#
        #expect(
            read(body)?.meanings == [RejectReason.lineTooLong.rawValue, "bad_id", "line_too_long"])
    }

    @Test(arguments: [
        #"{"ids":["x:1",{"ns":"email","value":"\u0041b"},{"value":17,"ns":"y"},"#
            + #""0123456789abcdef0123456789abcdef"],"include":["identifiers","identifier_count"]}"#,
        "\u{FEFF} {\"include\":[],\"ids\":[ \"x:\\ud83d\\ude00é\" , \"q\" ]}\r\n",
    ])
    func differentialEveryTruncationAndEveryByte(_ text: String) {
        let sample = Array(text.utf8)
        #expect(ResolveRequest.read(sample) != nil)
        for count in 0...sample.count { compare(Array(sample[..<count])) }
        for index in sample.indices {
            var body = sample
            for byte in UInt8.min...UInt8.max {
                body[index] = byte
                compare(body)
            }
        }
    }

    @Test func differentialBentRequestsAgainstTheTwin() {
        var random = EventsRandom(state: 11)
        let pieces = [
            "\"ids\"", "\"include\"", ":", ",", "[", "]", "{", "}", "\"x:1\"", "\"identifiers\"",
            "{\"ns\":\"x\",\"value\":\"1\"}", "{\"value\":-7,\"ns\":\"email\"}", "\"ns\":\"y\"",
            "\"value\":", "12", "1.5", "null", " ", "\"\\u0078:\\n\"", "\"identifier_count\"",
            "\"\(Self.customer)\"", "\"phone:600 111 222\"", "\"bad\"", "é", "\\",
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let ids = (0..<random.below(4)).map { _ in random.pick([8, 10, 11, 18, 20, 21, 22]) }
            var body = "{\"ids\":[" + ids.map { pieces[$0] }.joined(separator: ",") + "]"
            body += random.below(2) == 0 ? "}" : ",\"include\":[\"identifiers\"]}"
            var bytes = Array(body.utf8)
            for _ in 0..<random.below(3) {
                let place = random.below(bytes.count + 1)
                let end = min(bytes.count, place + random.below(6))
                if random.below(2) == 0 { bytes.removeSubrange(place..<end) }
                if random.below(2) == 0 {
                    bytes.insert(contentsOf: random.pick(pieces).utf8, at: place)
                }
            }
            compare(bytes)
            if ResolveRequest.read(bytes) != nil { accepted += 1 }
        }
        #expect(accepted > 5_000)
        #expect(accepted < 19_000)
    }

    func compare(_ body: [UInt8]) {
        let fast = ResolveRequest.read(body)
        let slow = ResolveTwin.read(body)
        if fast != slow { Issue.record("\(String(decoding: body, as: UTF8.self))") }
    }
}
