import IdentityModel
import Testing
import WireFormat

/// Attributes of observes in the columns of CSV.
@Suite struct EventsAttributeColumnsTests {
    private static let header = "op,a,b,ts,attributes.plan,attributes.city"

    private func text(_ text: String) -> [UInt8] { EventsAttributesTests.text(text) }

    private func said(_ attributes: KeyValuePairs<String, [UInt8]>, id: String = "") -> ReadOutcome
    {
        var event = ReadEvent(observe: "x:1", EventsAttributesTests.block(attributes))
        event.eventID = Array(id.utf8)
        return .event(event)
    }

    private func parse(_ header: String, _ mapping: String...) -> CSVHeader.Outcome {
        let outcome = CSVColumns.parse(mapping.map { Array($0.utf8) }, isWide: false)
        guard case .columns(let columns) = outcome else { preconditionFailure("\(outcome)") }
        return CSVHeader.parse(Array(header.utf8).span, columns: columns)
    }

    private func read(
        _ row: String, under outcome: CSVHeader.Outcome? = nil
    ) -> ReadOutcome? {
        guard case .header(let header) = outcome ?? parse(Self.header) else { return nil }
        var decoder = CSVEventDecoder(header: header, options: EventsFixture.options)
        return decoder.read(Array(row.utf8))
    }

    private func rejection(_ outcome: CSVHeader.Outcome) -> Rejected? {
        guard case .rejected(let rejected) = outcome else { return nil }
        return rejected
    }

    // MARK: Rows of events

    @Test func shouldReadTheColumnsOfAttributes() {
        #expect(
            read("observe,x:1,,0,gold,Madrid")
                == said(["city": text("Madrid"), "plan": text("gold")]))
        #expect(
            read("observe,x:1,,0,\"\"\"g,\"\"\r\n\",") == said(["plan": text("\"g,\"\r\n")]))
        #expect(read("observe,x:1,,0,, ") == said(["city": text(" ")]))
        #expect(read("observe,x:1,,0,\"\",") == .event(ReadEvent(.observe, "x:1")))
    }

    @Test func shouldIgnoreAttributesOfOtherOperations() throws {
        guard case .header(let header) = parse(Self.header) else {
            Issue.record("no header")
            return
        }
        #expect(header.ignoredColumns == 0)
        var decoder = CSVEventDecoder(header: header, options: EventsFixture.options)
        for (row, ignored) in [
            ("link,x:1,y:2,0,gold,Madrid", 1), ("link,x:1,y:2,0,,Madrid", 1),
            ("link,x:1,y:2,0,,", 0), ("observe,x:1,y:2,0,gold,Madrid", 1),
        ] {
            let outcome = decoder.decode(row: Array(row.utf8).span, lineNumber: 1)
            guard case .event(let event) = outcome else {
                Issue.record("refused: \(row)")
                continue
            }
            #expect(event.ignoredKeys == ignored, "\(row)")
            #expect(event.attributes.isEmpty == (event.operation == .link), "\(row)")
        }
    }

    @Test func shouldMapColumnsToAttributes() {
        let mapped = parse("op,a,b,ts,FNAME,TOWN", "attributes.first_name=FNAME")
        #expect(
            read("observe,x:1,,0,Ana,Madrid", under: mapped) == said(["first_name": text("Ana")]))
        // What is mapped leaves the column of its own name, as fields do.
        let moved = parse("op,a,b,ts,attributes.city,TOWN", "attributes.city=TOWN")
        #expect(read("observe,x:1,,0,no,Madrid", under: moved) == said(["city": text("Madrid")]))
        let dropped = parse("op,a,b,ts,attributes.city", "-=attributes.city")
        #expect(read("observe,x:1,,0,no", under: dropped) == .event(ReadEvent(.observe, "x:1")))
    }

    @Test func shouldRefuseMappingsToNoAttribute() {
        let faults = [
            ("attributes.=N", "'attributes.': an attribute has an empty name"),
            (
                "attributes.\u{1}=N",
                "'attributes.\u{1}': an attribute's name has a control character"
            ),
            ("attributes.x=N,attributes.x=M", "attributes.x is given twice"),
            ("attributes.x=N,attributes.y=N", "the column 'N' is given twice"),
            ("attributes.x=", "'attributes.x=' names no column"),
        ]
        for (mapping, fault) in faults {
            #expect(EventsColumnsTests.fault(mapping) == fault)
            #expect(EventsColumnsTests.fault(mapping, isWide: true) == fault)
        }
        #expect(EventsColumnsTests.fault("attributes=N")?.contains("attributes.NAME") == true)
        let longest = String(repeating: "n", count: AttributeLimits.nameBytes)
        #expect(EventsColumnsTests.fault("attributes.\(longest)=N") == nil)
        #expect(EventsColumnsTests.fault("attributes.\(longest)n=N") != nil)
    }

    @Test func shouldRefuseHeadersThatNameNoAttribute() {
        #expect(
            rejection(parse("a,b,ts,attributes."))
                == Rejected(.emptyValue, "column 4 of the header: an attribute has an empty name"))
        let longest = String(repeating: "n", count: AttributeLimits.nameBytes)
        #expect(rejection(parse("a,b,ts,attributes.\(longest)")) == nil)
        #expect(rejection(parse("a,b,ts,attributes.\(longest)n"))?.reason == .valueTooLong)
        let twice = Rejected(.duplicateKey, "the header names the column attributes.x twice")
        #expect(rejection(parse("a,attributes.x,b,ts,attributes.x")) == twice)
        // Others that look alike are columns that nobody reads.
        guard case .header(let header) = parse("a,b,ts,attributes,Attributes.x,attribute.x") else {
            Issue.record("refused")
            return
        }
        #expect(header.ignoredColumns == 3)
    }

    @Test func shouldHoldAttributesOfRowsToTheirLimits() {
        let names = (0...AttributeLimits.perEvent).map { "attributes.n\($0)" }
        let header = parse("op,a,b,ts," + names.joined(separator: ","))
        let most = [String](repeating: "v", count: AttributeLimits.perEvent)
        guard
            case .event(let event)? = read(
                "observe,x:1,,0,,\(most.joined(separator: ","))", under: header)
        else {
            Issue.record("the most attributes are refused")
            return
        }
        #expect(event.attributes.first == UInt8(AttributeLimits.perEvent))
        #expect(
            read("observe,x:1,,0,v,\(most.joined(separator: ","))", under: header)
                == .rejected(.tooManyAttributes))
        // Beside the kind and two bytes of length; a pair of quotes is one byte.
        let longest = String(repeating: "\"\"", count: AttributeLimits.valueBytes - 3)
        #expect(read("observe,x:1,,0,\"\(longest)\",") != .rejected(.valueTooLong))
        #expect(read("observe,x:1,,0,\"\(longest)v\",") == .rejected(.valueTooLong))
    }

    @Test func shouldSayWhichCellIsTooLong() {
        guard case .header(let header) = parse(Self.header) else { return }
        var decoder = CSVEventDecoder(header: header, options: EventsFixture.options)
        let row = "observe,x:1,,0,gold," + String(repeating: "v", count: 1_022)
        let outcome = decoder.decode(row: Array(row.utf8).span, lineNumber: 1)
        let message =
            "attributes.city: an attribute's value takes 1025 bytes, 1024 are allowed"
        #expect(outcome == .rejected(Rejected(.valueTooLong, message)))
    }

    // MARK: Wide rows

    private func readWide(
        _ row: String, under header: String, _ mapping: String...
    ) throws -> [ReadOutcome] {
        let parsed = CSVColumns.parse(mapping.map { Array($0.utf8) }, isWide: true)
        guard case .columns(let columns) = parsed else { preconditionFailure("\(parsed)") }
        let outcome = WideHeader.parse(Array(header.utf8).span, columns: columns)
        guard case .header(let wide) = outcome else {
            throw EventsWideTests.HeaderRefused(outcome: outcome)
        }
        var decoder = WideRowDecoder(header: wide, options: EventsFixture.options)
        let bytes = Array(row.utf8)
        var found: [ReadOutcome] = []
        var next: DecodeOutcome? = decoder.decode(row: bytes.span, lineNumber: 1)
        while let outcome = next {
            switch outcome {
            case .event(let event): found.append(.event(ReadEvent(event, decoder.scratch)))
            case .rejected(let rejected): found.append(.rejected(rejected.reason))
            }
            next = decoder.decodeMore(row: bytes.span)
        }
        return found
    }

    private static let wide = "x,y,attributes.plan,ts,id,attributes.city"

    @Test func shouldSayAttributesOfTheFirstIdentifierOfAWideRow() throws {
        let attributes = said(["city": text("Madrid"), "plan": text("gold")], id: "e")
        #expect(
            try readWide("1,2,gold,0,e,Madrid", under: Self.wide)
                == [.event(ReadEvent(.link, "x:1", "y:2", id: "e")), attributes])
        #expect(try readWide("1,,gold,0,e,Madrid", under: Self.wide) == [attributes])
        #expect(
            try readWide("1,,,0,e,", under: Self.wide)
                == [.event(ReadEvent(.observe, "x:1", id: "e"))])
        #expect(
            try readWide("1,2,,0,e,", under: Self.wide)
                == [.event(ReadEvent(.link, "x:1", "y:2", id: "e"))])
        #expect(
            try readWide("1,2,gold", under: "x,y,PLAN", "attributes.plan=PLAN")
                == [.rejected(.missingTime)])
        #expect(
            try readWide("1,gold,0", under: "x,PLAN,ts", "attributes.plan=PLAN")
                == [said(["plan": text("gold")])])
    }

    @Test func shouldRefuseAttributesOfAWideRowAlone() throws {
        let long = String(repeating: "v", count: 1_022)
        #expect(
            try readWide("1,2,\(long),0,,", under: Self.wide)
                == [.event(ReadEvent(.link, "x:1", "y:2")), .rejected(.valueTooLong)])
        #expect(try readWide("1,,\(long),0,,", under: Self.wide) == [.rejected(.valueTooLong)])
        // Nobody is there of whom they could be said.
        #expect(try readWide(",,gold,0,,", under: Self.wide) == [.rejected(.missingEnd)])
        #expect(
            try readWide("12,,gold,0", under: "phone,y,attributes.plan,ts") == [
                .rejected(.badPhone)
            ])
        for header in ["x,attributes.", "x,attributes.a,attributes.a"] {
            #expect(throws: EventsWideTests.HeaderRefused.self) { try readWide("", under: header) }
        }
    }
}
