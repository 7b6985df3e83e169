import IdentityModel
import Testing
import WireFormat

@Suite struct EventsColumnsTests {
    static func columns(_ texts: String..., isWide: Bool = false) -> CSVColumns? {
        switch CSVColumns.parse(texts.map { Array($0.utf8) }, isWide: isWide) {
        case .columns(let columns): columns
        case .malformed: nil
        }
    }

    static func fault(_ texts: String..., isWide: Bool = false) -> String? {
        switch CSVColumns.parse(texts.map { Array($0.utf8) }, isWide: isWide) {
        case .columns: nil
        case .malformed(let message): message
        }
    }

    private func read(
        _ row: String, under header: String, _ mapping: String..., delimiter: Character = ","
    ) throws -> ReadOutcome {
        let outcome = CSVColumns.parse(mapping.map { Array($0.utf8) }, isWide: false)
        guard case .columns(let columns) = outcome else {
            throw Refusal(message: "\(outcome)")
        }
        let parsed = CSVHeader.parse(
            Array(header.utf8).span, delimiter: delimiter.asciiValue ?? 0, columns: columns)
        switch parsed {
        case .rejected(let rejected): throw Refusal(message: rejected.message)
        case .header(let header):
            var decoder = CSVEventDecoder(header: header, options: EventsFixture.options)
            return decoder.read(Array(row.utf8))
        }
    }

    struct Refusal: Error, Equatable { let message: String }

    @Test func shouldMapFieldsToColumns() throws {
        let header = "ROW,EMAIL_ADDR,CK,EVENT_TIME,WHO"
        let mapping = "a=email:EMAIL_ADDR,b=cookie:CK,ts=EVENT_TIME"
        #expect(
            try read("1,A@B,c:1,7,crm", under: header, mapping)
                == .event(ReadEvent(.link, "email:a@b", "cookie:c:1", 7)))
        #expect(
            try read("1,A@B,c,7,crm", under: header, mapping, "source=WHO")
                == .event(ReadEvent(.link, "email:a@b", "cookie:c", 7, source: "crm")))
        #expect(try read("1,,c,7,crm", under: header, mapping) == .rejected(.missingEnd))
        #expect(try read("1, ,c,7,crm", under: header, mapping) == .rejected(.emptyValue))
        #expect(try read("1,x,c,7", under: header, mapping) == .rejected(.malformedJSON))
        #expect(
            try read(
                "1|A@B|c|7|crm", under: "ROW|EMAIL_ADDR|CK|EVENT_TIME|WHO", mapping,
                delimiter: "|") == .event(ReadEvent(.link, "email:a@b", "cookie:c", 7)))
    }

    @Test func shouldMapWholeEndsAndPartsOfThem() throws {
        #expect(
            try read("x:1,y,2,7", under: "LEFT,NS,VALUE,ts", "a=LEFT,b_ns=NS,b_value=VALUE")
                == .event(ReadEvent(.link, "x:1", "y:2", 7)))
        // Names that are not mapped keep their meaning; those that were given away lose it.
        #expect(
            try read("x:1,no:1,y:2,7", under: "A,a,b,ts", "a=A")
                == .event(ReadEvent(.link, "x:1", "y:2", 7)))
        #expect(
            try read("x:1,ban,y:2,7", under: "a,op,b,ts")
                == .event(ReadEvent(.ban, "x:1", "y:2", 7)))
        #expect(
            try read("x:1,ban,y:2,7", under: "a,op,b,ts", "-=op")
                == .event(ReadEvent(.link, "x:1", "y:2", 7)))
        #expect(
            try read("x:1,y:2,ban,7", under: "a,b,KIND,ts", "op=KIND")
                == .event(ReadEvent(.ban, "x:1", "y:2", 7)))
        #expect(
            try read("x:1,y:2,7,e-1,why", under: "a,b,ts,KEY,NOTE", "id=KEY", "reason=NOTE")
                == .event(ReadEvent(.link, "x:1", "y:2", 7, id: "e-1", reason: "why")))
    }

    @Test func shouldQuoteNamesWithCommas() throws {
        #expect(
            try read("1,2,7", under: "\"MAIL, home\",CK,ts", "\"a=x:MAIL, home\",b=y:CK")
                == .event(ReadEvent(.link, "x:1", "y:2", 7)))
    }

    @Test func shouldNameTheColumnThatIsMissingAndThoseFound() {
        let missing = Refusal(message: "the header lacks the column NAME; it has: a, b, EMAIL")
        #expect(throws: missing) { try read("", under: "a,b,EMAIL", "ts=NAME") }
        let twice = Refusal(message: "the header names the column T twice")
        #expect(throws: twice) { try read("", under: "a,b,T,T", "ts=T") }
        #expect(throws: Refusal.self) { try read("", under: "B,ts", "b=B") }
        #expect(throws: Refusal.self) { try read("", under: "N,b", "a_ns=N") }
    }

    @Test(arguments: [
        "a", "a=", "a=x:", "=A", "A=a", "a=X:COLUMN", "a=A,a=B", "a=A,a_ns=B", "a=A,b=A",
        "a=A,,b=B", "a=\"A", "ts=T,ts=U",
    ])
    func shouldRefuseWhatIsNoMapping(_ text: String) {
        #expect(Self.fault(text) != nil)
        #expect(Self.fault("op=O", text) != nil)
    }

    @Test func shouldKnowOtherNamesInWideRows() {
        #expect(Self.fault("email=E1,email=E2,ts=T,source=S,id=I,-=X", isWide: true) == nil)
        #expect(Self.fault("Email=E", isWide: true) != nil)
        #expect(Self.fault("ts=T,ts=U", isWide: true) != nil)
        #expect(Self.fault("email=E,phone=E", isWide: true) != nil)
    }
}
