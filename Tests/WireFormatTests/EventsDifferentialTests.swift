import IdentityModel
import Testing
import WireFormat

/// The decoder against its slow twin, on lines that were bent at random.
@Suite struct EventsDifferentialTests {
    static let pieces =
        [
            "\"", "\\", "\\u0061", "\\ud83d\\ude00", "\\ud800", "\\u0000", "{", "}", "[", "]", ":",
            ",",
            "null", "true", "false", "0", "-0", "1.5", "1e3", "-17", "9223372036854775808", " ",
            "\t",
            "\"a\"", "\"b\"", "\"ns\"", "\"value\"", "\"ts\"", "\"op\"", "\"source\"", "\"id\"",
            "\"reason\"", "\"attributes\"", "\"observe\"", "\"forget\"", "\"ban\"",
            "\"email:\u{130}\"",
            "\"phone:0034 600-111-222\"", "\"x:1\"", "{\"ns\":\"x\",\"value\":1}", "email:",
            "\u{A0}", "é",
            "e\u{301}", "\u{2028}", "\u{1F600}", "\"2016-12-31T23:59:60Z\"",
            "\"0001-01-01T00:00:00Z\"",
            "2026-02-29", "+01:00", "\u{0}", "\u{FEFF}", "\r", ",\"a\":\"x:2\"", "[[[[[[[[[[[[[[[[",
            "]]]]]]]]]]]]]]]]", "\"#number#\"", "\"k\":", "\"attributes\":{\"k\":1},",
            "99999999999999999999.9999999999999995", "1e-15", "0.0000000000000015", "e+19",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80]]

    @Test func differentialEveryRefusedLineAgainstTheTwin() {
        let twin = EventsTwin(options: EventsFixture.options)
        for (reason, line) in EventsReasonTests.cases {
            #expect(twin.read(Array(line.utf8)) == .rejected(reason), "\(line)")
        }
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func differentialBentLinesAgainstTheTwin(_ seed: UInt64) {
        var options = seed % 2 == 0 ? EventsFixture.strict : EventsFixture.options
        if seed == 3 { options.defaultTime = .lineNumber }
        if seed == 4 { options.latestTime = EventTime(milliseconds: 1_767_323_045_000) }
        let twin = EventsTwin(options: options)
        var decoder = JSONEventDecoder(options: options)
        var random = EventsRandom(state: seed)
        let seeds = EventsReasonTests.cases.map { Array($0.1.utf8) } + EventsDifferentialTests.whole
        var accepted = 0
        for _ in 0..<15_000 {
            var line = random.below(3) == 0 ? random.pick(seeds) : random.pick(Self.whole)
            for _ in 0..<(1 + random.below(2) * random.below(3)) { bend(&line, &random) }
            let fast = decoder.read(line, lineNumber: 77)
            let slow = twin.read(line, lineNumber: 77)
            if case .event = fast { accepted += 1 }
            if !EventsDifferentialTests.isAgreed(fast, slow, line) {
                Issue.record("\(fast) / \(slow): \(String(decoding: line, as: UTF8.self))")
            }
        }
        // The bending leaves enough lines whole for the fields to be compared.
        #expect(accepted > 500)
    }

    /// Whether two outcomes are the same, but for the one thing that the twin sees in another
    /// order: whether a line is too deep or malformed depends on which stands first.
    static func isAgreed(_ fast: ReadOutcome, _ slow: ReadOutcome, _ line: [UInt8]) -> Bool {
        if fast == slow { return true }
        return fast == .rejected(.tooDeep) && slow == .rejected(.malformedJSON)
            && EventsTwin.bracketDepth(line) > EventLimits.nestingDepth
    }

    static let whole: [[UInt8]] = [
        #"{"op":"link","a":"email:Ana@Example.com","b":"cookie:c-123","#
            + #""ts":"2026-01-02T03:04:05.678Z","source":"web-login","id":"evt-1"}"#,
        #"{"op":"unlink","a":{"ns":"email","value":"ana@example.com"},"#
            + #""b":{"ns":"loyalty","value":42},"ts":1767323045678,"source":"web"}"#,
        #"{"op":"ban","a":"email:info@shop.example","b":"phone:+34 600 111 222","#
            + #""ts":"2016-12-31T23:59:60+00:00","reason":"kiosk"}"#,
        #"{"op":"observe","a":"loyalty: 17 ","ts":"0001-01-01 00:00:00.999z","id":12}"#,
        #"{"op":"observe","a":"x:1","ts":0,"attributes":{"first_name":"Ana","flag":true,"k":"","#
            + #""n\u0061me":[1.50,-2e-7,"é"],"none":null,"é":"\ud83d\ude00","ns":[]}}"#,
        #" { "b" : "email:\u0041\u00c9" , "x" : [ 1 , -2.5e+3 , { "y" : [ ] } , "z\n" ] ,"#
            + #" "a" : "email:İ" , "ts" : -1 } "#,
    ].map { Array($0.utf8) }

    private func bend(_ line: inout [UInt8], _ random: inout EventsRandom) {
        let place = random.below(line.count + 1)
        let end = min(line.count, place + random.below(8))
        switch random.below(6) {
        case 0: line.removeSubrange(place..<end)
        case 1: line.insert(contentsOf: random.pick(Self.pieces), at: place)
        case 2: line.replaceSubrange(place..<end, with: random.pick(Self.pieces))
        case 3: line.insert(contentsOf: line[place..<end], at: random.below(line.count + 1))
        case 4: if place < line.count { line[place] ^= 1 << UInt8(random.below(8)) }
        default: if place < line.count { line[place] = UInt8(random.below(128)) }
        }
    }
}
