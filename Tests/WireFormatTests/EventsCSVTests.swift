import IdentityModel
import Testing
import WireFormat

@Suite struct EventsCSVTests {
    func header(_ row: String, delimiter: Character = ",") -> CSVHeader? {
        let byte = delimiter.asciiValue ?? 0
        guard case .header(let header) = CSVHeader.parse(Array(row.utf8).span, delimiter: byte)
        else { return nil }
        return header
    }

    func rejection(_ row: String) -> Rejected? {
        guard case .rejected(let rejected) = CSVHeader.parse(Array(row.utf8).span) else {
            return nil
        }
        return rejected
    }

    func read(
        _ row: String, under headerRow: String = "op,a,b,ts,source,id,reason",
        _ options: EventDecoderOptions = EventsFixture.options, delimiter: Character = ",",
        lineNumber: Int = 1
    ) -> ReadOutcome? {
        guard let header = header(headerRow, delimiter: delimiter) else { return nil }
        var decoder = CSVEventDecoder(header: header, options: options)
        return decoder.read(Array(row.utf8), lineNumber: lineNumber)
    }

    @Test func shouldReadRows() {
        #expect(
            read("unlink,email: A@B ,cookie:c,1970-01-01T00:00:01Z,web,e-1,by hand")
                == .event(
                    ReadEvent(
                        .unlink, "email:a@b", "cookie:c", 1_000, source: "web", id: "e-1",
                        reason: "by hand")))
        #expect(read(",x:1,y:2,7,,,") == .event(ReadEvent(.link, "x:1", "y:2", 7)))
        #expect(
            read("\"\",\"x:1\",y:2,\"-7\",\"\",,\r\n") == .event(ReadEvent(.link, "x:1", "y:2", -7))
        )
        #expect(read("observe,x:1,,0,,,\r") == .event(ReadEvent(.observe, "x:1")))
    }

    @Test func shouldReadEndsInTwoColumns() {
        let names = "b_value,b_ns,junk,a_ns,a_value,ts"
        #expect(
            read("2:3,y,?,email,A@B,0", under: names)
                == .event(ReadEvent(.link, "email:a@b", "y:2:3")))
        #expect(read("2,y,?,,,0", under: names) == .rejected(.missingEnd))
        #expect(read(",,?,x,1,0", under: names) == .rejected(.missingEnd))
        #expect(read("2,y,?,,1,0", under: names) == .rejected(.badNamespace))
        #expect(read("2,y,?,x:x,1,0", under: names) == .rejected(.badNamespace))
        #expect(read("2,y,?,x,,0", under: names) == .rejected(.emptyValue))
        #expect(
            read("y:2,x,1", under: "b,a_ns,a_value", defaultsToLine)
                == .event(ReadEvent(.link, "x:1", "y:2", 1)))
    }

    var defaultsToLine: EventDecoderOptions {
        EventDecoderOptions(namespaces: EventsFixture.namespaces, defaultTime: .lineNumber)
    }

    @Test func shouldReadQuotedCells() {
        #expect(
            read("link,\"x:a,\"\"b\"\"\r\nc\n\",\"y:\"\"\"\"\",0,\"s,\",\"\"\"\",\"\"\"q\"\"\"")
                == .event(
                    ReadEvent(
                        .link, "x:a,\"b\"\r\nc\n", "y:\"\"", source: "s,", id: "\"",
                        reason: "\"q\"")))
    }

    @Test func shouldReadOtherDelimiters() {
        for delimiter in [";", "\t", "|", " "] as [Character] {
            let row = ["x:1,2", "y:2", "0"].joined(separator: String(delimiter))
            let names = ["a", "b", "ts"].joined(separator: String(delimiter))
            #expect(
                read(row, under: names, delimiter: delimiter)
                    == .event(ReadEvent(.link, "x:1,2", "y:2")))
        }
        for byte in UInt8.min...UInt8.max {
            let isAllowed = byte < 0x80 && ![0, 0x0A, 0x0D, 0x22].contains(byte)
            #expect(CSVHeader.isDelimiter(byte) == isAllowed)
        }
    }

    @Test(arguments: [
        "link,x:1,y:2,0,s,i", "link,x:1,y:2,0,s,i,r,more", "", "link", ",,,,,,,",
        "link,x\":1,y:2,0,s,i,r", "link,x:1\",y:2,0,s,i,r", "link,\"x:1\"x,y:2,0,s,i,r",
        "link,\"x:1,y:2,0,s,i,r", "link,x:1,y:2,0,s,i,\"", "link,x:1,y:2,0,s,i,\"r\" ",
        "link,x:1,y:2,0,s,i,r\rr", "link,x:1,y:2\n,0,s,i,r", "link,x:1,y:2,0,s,i,\"\"\"",
    ])
    func shouldRefuseRow(_ row: String) {
        #expect(read(row) == .rejected(.malformedJSON))
    }

    @Test func shouldSayWhatIsWrongWithARow() {
        guard let header = header("a,b,ts") else {
            Issue.record("no header")
            return
        }
        var decoder = CSVEventDecoder(header: header, options: EventsFixture.options)
        func message(_ row: String) -> String? {
            guard
                case .rejected(let rejected) = decoder.decode(
                    row: Array(row.utf8).span, lineNumber: 1)
            else { return nil }
            return rejected.message
        }
        #expect(
            message("x:1,y:2")
                == "the row has 2 cells where the header has 3: "
                + "quote a cell that holds the delimiter"
        )
        #expect(
            message("x:1,y\"2,0")
                == "byte 6 of the row: a quote stands inside a cell that is not quoted")
        #expect(
            message("\"x:1,y:2,0")
                == "byte 11 of the row: a quote is opened and never closed")
    }

    @Test func shouldRefuseForTheReasonsOfEvents() {
        let cases: [(RejectReason, String)] = [
            (.missingEnd, "link,,y:2,0,,,"), (.missingEnd, "link,x:1,,0,,,"),
            (.missingEnd, "observe,,y:2,0,,,"), (.selfLink, "link,email:A,\"email: a\",0,,,"),
            (.unknownOperation, "Link,x:1,y:2,0,,,"), (.unknownOperation, " link,x:1,y:2,0,,,"),
            (.unknownOperation, "\"li\"\"nk\",x:1,y:2,0,,,"), (.notSupported, "forget,x:1,,0,,,"),
            (.badTime, "link,x:1,y:2,soon,,,"), (.badTime, "link,x:1,y:2,1.5,,,"),
            (.badTime, "link,x:1,y:2,1970-01-01 00:00:00,,,"), (.badTime, "link,x:1,y:2,-,,,"),
            (.badTime, "link,x:1,y:2,99999999999999999999,,,"), (.missingTime, "link,x:1,y:2,,,,"),
            (.badNamespace, "link,x,y:2,0,,,"), (.emptyValue, "link,x:,y:2,0,,,"),
            (.badPhone, "link,phone:1,y:2,0,,,"),
            (.valueTooLong, "link,x:\(String(repeating: "v", count: 1_025)),y:2,0,,,"),
            (.valueTooLong, "link,x:1,y:2,0,\(String(repeating: "v", count: 257)),,"),
            (.valueTooLong, "link,x:1,y:2,0,,\(String(repeating: "v", count: 257)),"),
            (.valueTooLong, "link,x:1,y:2,0,,,\(String(repeating: "v", count: 1_025))"),
            (.lineTooLong, "link,x:1,y:2,0,,,\(String(repeating: "v", count: 1 << 20))"),
        ]
        for (reason, row) in cases {
            #expect(read(row) == .rejected(reason), "\(row.prefix(80))")
        }
        guard let header = header("a,b,ts") else { return }
        var decoder = CSVEventDecoder(header: header, options: EventsFixture.options)
        #expect(
            decoder.read(Array("x:1,y:".utf8) + [0xC3] + Array(",0".utf8)) == .rejected(.badUTF8))
        var options = EventsFixture.options
        options.latestTime = EventTime(milliseconds: 5)
        #expect(read("link,x:1,y:2,6,,,", options) == .rejected(.futureTime))
        #expect(read("link,x:1,y:2,5,,,", options) == .event(ReadEvent(.link, "x:1", "y:2", 5)))
    }

    @Test func shouldTakeTimesByUnitZoneAndLine() {
        var options = EventsFixture.options
        options.timeUnit = .seconds
        options.assumedZoneMinutes = 60
        let names = "a,b,ts"
        func milliseconds(_ time: String) -> Int64? {
            guard case .event(let event) = read("x:1,y:2,\(time)", under: names, options) else {
                return nil
            }
            return event.milliseconds
        }
        #expect(milliseconds("5") == 5_000)
        #expect(milliseconds("1970-01-01 01:00:00") == 0)
        #expect(milliseconds("1970-01-01T01:00:00.5") == 500)
        #expect(milliseconds("1970-01-01 01:00:00Z") == 3_600_000)
        #expect(header("a,b")?.hasTime == false)
        #expect(header(names)?.hasTime == true)
        #expect(
            read("x:1,y:2", under: "a,b", defaultsToLine, lineNumber: 9)
                == .event(ReadEvent(.link, "x:1", "y:2", 9)))
    }

    @Test func shouldIgnoreAndCountExtraColumnsInTheHeader() {
        let parsed = header("name,a,,b,name,ts,A")
        #expect(parsed?.ignoredColumns == 4)
        #expect(parsed?.columnCount == 7)
        #expect(
            read("n,x:1,\"q\",y:2,,0,", under: "name,a,,b,name,ts,A")
                == .event(ReadEvent(.link, "x:1", "y:2")))
        guard let header = header("op,a,b,ts") else { return }
        var decoder = CSVEventDecoder(header: header, options: EventsFixture.options)
        let row = Array("observe,x:1,y:2,0".utf8)
        guard case .event(let event) = decoder.decode(row: row.span, lineNumber: 1) else {
            Issue.record("refused")
            return
        }
        #expect(event.ignoredKeys == 1)
        #expect(event.b == .absent)
    }

    @Test func shouldNameTheColumnThatAHeaderLacks() {
        #expect(
            rejection("op,a,ts")
                == Rejected(
                    .missingEnd,
                    "the header lacks the column b, or b_ns and b_value; it has: op, a, ts"))
        #expect(
            rejection("A,B\r\n")
                == Rejected(
                    .missingEnd, "the header lacks the column a, or a_ns and a_value; it has: A, B")
        )
        #expect(
            rejection("a_ns,b")?.message
                == "the header lacks the column a_value; it has: a_ns, b")
        #expect(
            rejection("a,b_value")?.message
                == "the header lacks the column b_ns; it has: a, b_value")
        #expect(rejection("a,b,a")?.message == "the header names the column a twice")
        #expect(rejection("a,b,a")?.reason == .duplicateKey)
        #expect(
            rejection("a,a_ns,b")?.message
                == "the header has both a and a_ns: one form is enough; it has: a, a_ns, b")
        #expect(rejection("a,\"b")?.reason == .malformedJSON)
        #expect(rejection("")?.reason == .missingEnd)
        #expect(header("\"a\",\"b\"") != nil)
    }

    @Test func differentialRandomCellsAgainstTheirWriter() {
        var random = EventsRandom(state: 8)
        guard let header = header("a,b,ts,source,reason") else { return }
        var decoder = CSVEventDecoder(header: header, options: EventsFixture.options)
        let pieces = ["\"", ",", "\r\n", "\n", "é", "v", "\"\"", " ", "😀", "\u{0}"]
        for _ in 0..<10_000 {
            func text() -> String {
                (0..<random.below(6)).map { _ in random.pick(pieces) }.joined()
            }
            let values = ["x:1" + text(), "y:2" + text(), "0", "s" + text(), text()]
            let cells = values.map { value in
                let mustQuote = value.utf8.contains { "\",\r\n".utf8.contains($0) }
                let isQuoted = mustQuote || random.below(3) == 0
                return isQuoted ? "\"" + value.replacingQuotes() + "\"" : value
            }
            let expected = ReadEvent(
                .link, values[0], values[1], 0, source: values[3], reason: values[4])
            #expect(decoder.read(Array(cells.joined(separator: ",").utf8)) == .event(expected))
        }
    }
}

extension String {
    fileprivate func replacingQuotes() -> String {
        unicodeScalars.map { $0 == "\"" ? "\"\"" : String(Character($0)) }.joined()
    }
}

@Suite struct EventsIdentifierParserTests {
    @Test func shouldReadWhatPeopleType() {
        var parser = IdentifierParser(namespaces: EventsFixture.namespaces)
        guard case .identifier(let identifier) = parser.parse("email: Ana:B@Example.COM ") else {
            Issue.record("refused")
            return
        }
        #expect(identifier.bytes == Array("email:ana:b@example.com".utf8))
        #expect(identifier.namespaceLength == 5)
        #expect(identifier.namespaceIndex == 1)
        guard case .identifier(let other) = parser.parse("cookie:C") else {
            Issue.record("refused")
            return
        }
        #expect(other.bytes == Array("cookie:C".utf8))
        #expect(other.namespaceIndex == nil)
    }

    @Test func shouldRefuseAsEventsAre() {
        var parser = IdentifierParser(namespaces: EventsFixture.namespaces)
        var strict = IdentifierParser(namespaces: EventsFixture.strict.namespaces)
        func reason(_ outcome: IdentifierParser.Outcome) -> RejectReason? {
            guard case .rejected(let rejected) = outcome else { return nil }
            return rejected.reason
        }
        #expect(reason(parser.parse("email")) == .badNamespace)
        #expect(reason(parser.parse("")) == .badNamespace)
        #expect(reason(parser.parse("email:  ")) == .emptyValue)
        #expect(reason(parser.parse("phone:12")) == .badPhone)
        #expect(reason(parser.parse("x:" + String(repeating: "v", count: 1_025))) == .valueTooLong)
        #expect(reason(parser.parse("x:" + String(repeating: "v", count: 1_024))) == nil)
        #expect(reason(parser.parse(([0x78, 0x3A, 0xFF] as [UInt8]).span)) == .badUTF8)
        #expect(reason(parser.parse("cookie:1")) == nil)
        #expect(reason(strict.parse("cookie:1")) == .badNamespace)
    }
}
