import IdentityModel
import Testing
import WireFormat

@Suite struct EventsLimitTests {
    func filled(_ count: Int, _ character: Character = "v") -> String {
        String(repeating: character, count: count)
    }

    @Test func shouldHoldValuesToTheirLimitAfterNormalizing() {
        let limit = EventLimits.valueBytes
        let longest = filled(limit)
        #expect(
            readJSON(#"{"a":"email: \#(longest)\u3000 ","b":"y:2","ts":0}"#)
                == .event(ReadEvent(.link, "email:\(longest)", "y:2")))
        #expect(
            readJSON(#"{"a":"email:\#(longest)v","b":"y:2","ts":0}"#) == .rejected(.valueTooLong))
        #expect(
            readJSON(#"{"a":{"ns":"x","value":1\#(filled(limit, "0"))},"b":"y:2","ts":0}"#)
                == .rejected(.valueTooLong))
        // Bytes, not characters: é takes two.
        let half = filled(limit / 2, "é")
        #expect(
            readJSON(#"{"a":"email:\#(half)","b":"y:2","ts":0}"#)
                == .event(ReadEvent(.link, "email:\(half)", "y:2")))
        #expect(
            readJSON(#"{"a":"email:\#(half)x","b":"y:2","ts":0}"#) == .rejected(.valueTooLong))
        // Lower-case forms may be longer, or shorter, than what was written.
        let growing = filled(limit / 3, "\u{23A}")
        #expect(
            readJSON(#"{"a":"email:\#(growing)","b":"y:2","ts":0}"#)
                == .event(ReadEvent(.link, "email:\(growing.lowercased())", "y:2")))
        #expect(
            readJSON(#"{"a":"email:\#(growing)\u023a","b":"y:2","ts":0}"#)
                == .rejected(.valueTooLong))
        let shrinking = filled(limit, "\u{212A}")
        #expect(
            readJSON(#"{"a":"email:\#(shrinking)","b":"y:2","ts":0}"#)
                == .event(ReadEvent(.link, "email:\(filled(limit, "k"))", "y:2")))
    }

    @Test func shouldHoldNamespacesToTheirLimit() {
        let longest = filled(EventLimits.namespaceBytes, "n")
        #expect(
            readJSON(#"{"a":"\#(longest):1","b":{"ns":"\#(longest)","value":2},"ts":0}"#)
                == .event(ReadEvent(.link, "\(longest):1", "\(longest):2")))
        #expect(readJSON(#"{"a":"\#(longest)n:1","b":"y:2","ts":0}"#) == .rejected(.badNamespace))
        #expect(
            readJSON(#"{"a":{"ns":"\#(longest)n","value":2},"b":"y:2","ts":0}"#)
                == .rejected(.badNamespace))
    }

    @Test func shouldHoldTextsToTheirLimits() {
        let limits = [
            ("source", EventLimits.sourceBytes), ("id", EventLimits.eventIDBytes),
            ("reason", EventLimits.reasonBytes),
        ]
        for (name, limit) in limits {
            let line = #"{"a":"x:1","b":"y:2","ts":0,"\#(name)":"\#(filled(limit))"}"#
            guard case .event(let event) = readJSON(line) else {
                Issue.record("\(name) of \(limit) bytes is refused")
                continue
            }
            #expect([event.source, event.eventID, event.reason].contains { $0.count == limit })
            let over = #"{"a":"x:1","b":"y:2","ts":0,"\#(name)":"\#(filled(limit - 1))é"}"#
            #expect(readJSON(over) == .rejected(.valueTooLong), "\(name)")
        }
        let longID = filled(EventLimits.eventIDBytes + 1, "1")
        #expect(
            readJSON(#"{"a":"x:1","b":"y:2","ts":0,"id":\#(longID)}"#) == .rejected(.valueTooLong))
    }

    @Test func shouldHoldLinesToTheirLimit() {
        let frame = #"{"a":"x:1","b":"y:2","ts":0,"z":""}"#
        let padding = filled(EventLimits.lineBytes - frame.utf8.count)
        let longest = #"{"a":"x:1","b":"y:2","ts":0,"z":"\#(padding)"}"#
        #expect(longest.utf8.count == EventLimits.lineBytes)
        #expect(readJSON(longest) == .event(ReadEvent(.link, "x:1", "y:2")))
        #expect(readJSON(longest + " ") == .rejected(.lineTooLong))
    }

    @Test func shouldReadAsMuchWhiteSpaceAsALineHolds() {
        let spaces = filled(500_000, " ")
        let line = #"{"op":"observe","ts":0,"a":"email:\#(spaces)X\#(spaces)"}"#
        #expect(readJSON(line) == .event(ReadEvent(.observe, "email:x")))
    }

    @Test func shouldHoldNestingToItsLimit() {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            let brackets =
                String(repeating: open, count: depth) + "0" + String(repeating: close, count: depth)
            return #"{"z":\#(brackets),"a":"x:1","b":"y:2","ts":0}"#
        }
        // The event's own object is the first level.
        let inside = EventLimits.nestingDepth - 1
        for (open, close) in [("[", "]"), (#"{"k":"#, "}"), (#"[{"k":"#, "}]")] {
            let levels = open.count { $0 == "[" || $0 == "{" }
            let deepest = inside / levels
            let expected = ReadOutcome.event(ReadEvent(.link, "x:1", "y:2"))
            #expect(readJSON(nested(deepest, open, close)) == expected, "\(open)")
            #expect(readJSON(nested(deepest + 1, open, close)) == .rejected(.tooDeep), "\(open)")
            #expect(readJSON(nested(10_000, open, close)) == .rejected(.tooDeep), "\(open)")
        }
        let inEnd =
            filled(inside - 1, "[") + filled(inside - 1, "]")
        #expect(
            readJSON(#"{"a":{"ns":"x","value":"1","z":\#(inEnd)},"b":"y:2","ts":0}"#)
                == .event(ReadEvent(.link, "x:1", "y:2")))
        #expect(
            readJSON(#"{"a":{"ns":"x","value":"1","z":[\#(inEnd)]},"b":"y:2","ts":0}"#)
                == .rejected(.tooDeep))
        #expect(readJSON(filled(10_000, "[")) == .rejected(.malformedJSON))
        #expect(readJSON(#"{"z":"# + filled(10_000, "[")) == .rejected(.tooDeep))
    }

    @Test func shouldCompareManyKeysWithoutComparingAllPairs() {
        let keys = (0..<60_000).map { #""key\#($0)":0"# }.joined(separator: ",")
        let line = #"{"a":"x:1","b":"y:2","ts":0,"# + keys
        let clock = ContinuousClock()
        let taken = clock.measure {
            #expect(readJSON(line + "}") == .event(ReadEvent(.link, "x:1", "y:2")))
            #expect(readJSON(line + #","k\u0065y7":0}"#) == .rejected(.duplicateKey))
            #expect(readJSON(line + #","key59999":0}"#) == .rejected(.duplicateKey))
        }
        // All pairs of 60,000 keys would take minutes here; a sort takes well under a second.
        #expect(taken < .seconds(30))
    }

    @Test(arguments: [2, 3, 15, 16, 17, 18, 40])
    func shouldFindADuplicateAmongAnyNumberOfKeys(_ count: Int) {
        for first in [0, 1, count / 2, count - 2] where first >= 0 && first < count - 1 {
            var keys = (0..<count).map { "k\($0)" }
            keys[count - 1] = keys[first]
            let members = keys.map { #""\#($0)":0"# }.joined(separator: ",")
            #expect(readJSON("{\(members)}") == .rejected(.duplicateKey), "\(count) \(first)")
            let distinct = (0..<count).map { #""k\#($0)":0"# }.joined(separator: ",")
            #expect(readJSON("{\(distinct)}") == .rejected(.missingEnd), "\(count)")
        }
    }
}
