import IdentityModel
import Testing
import WireFormat

@Suite struct EventsWideTests {
    private static let lines = EventDecoderOptions(
        namespaces: EventsFixture.namespaces, defaultTime: .lineNumber)

    private func header(
        _ row: String, _ mapping: String..., delimiter: Character = ","
    ) -> WideHeader.Outcome {
        let outcome = CSVColumns.parse(mapping.map { Array($0.utf8) }, isWide: true)
        guard case .columns(let columns) = outcome else { preconditionFailure("\(outcome)") }
        return WideHeader.parse(
            Array(row.utf8).span, delimiter: delimiter.asciiValue ?? 0, columns: columns)
    }

    private func decoder(
        _ outcome: WideHeader.Outcome, _ options: EventDecoderOptions = lines
    ) throws -> WideRowDecoder {
        guard case .header(let header) = outcome else { throw HeaderRefused(outcome: outcome) }
        return WideRowDecoder(header: header, options: options)
    }

    struct HeaderRefused: Error { let outcome: WideHeader.Outcome }

    private func read(
        _ row: String, _ decoder: inout WideRowDecoder, lineNumber: Int = 1
    ) -> [ReadOutcome] {
        let bytes = Array(row.utf8)
        var found: [ReadOutcome] = []
        var next: DecodeOutcome? = decoder.decode(row: bytes.span, lineNumber: lineNumber)
        while let outcome = next {
            switch outcome {
            case .event(let event): found.append(.event(ReadEvent(event, decoder.scratch)))
            case .rejected(let rejected): found.append(.rejected(rejected.reason))
            }
            next = decoder.decodeMore(row: bytes.span)
        }
        #expect(decoder.decodeMore(row: bytes.span) == nil)
        return found
    }

    @Test func shouldLinkTheFirstIdentifierWithTheOthers() throws {
        var decoder = try decoder(header("loyalty,email,phone,cookie"))
        #expect(
            read("L-1,A@B,,c-9", &decoder, lineNumber: 3) == [
                .event(ReadEvent(.link, "loyalty:L-1", "email:a@b", 3)),
                .event(ReadEvent(.link, "loyalty:L-1", "cookie:c-9", 3)),
            ])
        #expect(
            read(",A@B,+34 600 000 001,\"c,\"\"9\"\r\n", &decoder) == [
                .event(ReadEvent(.link, "email:a@b", "phone:+34600000001", 1)),
                .event(ReadEvent(.link, "email:a@b", "cookie:c,\"9", 1)),
            ])
        #expect(read(",,,c", &decoder) == [.event(ReadEvent(.observe, "cookie:c", "", 1))])
        #expect(read(",,,", &decoder) == [.rejected(.missingEnd)])
        #expect(read("a,b,c", &decoder) == [.rejected(.malformedJSON)])
        #expect(read("a\",b,c,d", &decoder) == [.rejected(.malformedJSON)])
    }

    @Test func shouldRefuseOnlyWhatIsWrong() throws {
        var decoder = try decoder(header("phone,email,loyalty,cookie"))
        #expect(
            read("12,A@B, ,c", &decoder) == [
                .rejected(.badPhone), .rejected(.emptyValue),
                .event(ReadEvent(.link, "email:a@b", "cookie:c", 1)),
            ])
        // Whoever is left alone was still seen.
        #expect(
            read("12,A@B,,", &decoder) == [
                .rejected(.badPhone), .event(ReadEvent(.observe, "email:a@b", "", 1)),
            ])
        #expect(read("12,,,", &decoder) == [.rejected(.badPhone)])
        let long = String(repeating: "x", count: EventLimits.valueBytes)
        #expect(
            read(",a,,\(long)", &decoder) == [
                .event(ReadEvent(.link, "email:a", "cookie:\(long)", 1))
            ])
        #expect(
            read(",a,,\(long)x", &decoder) == [
                .rejected(.valueTooLong), .event(ReadEvent(.observe, "email:a", "", 1)),
            ])
    }

    @Test func shouldSayNothingOfOneIdentifierTwice() throws {
        var decoder = try decoder(
            header("BILLING,SHIPPING,cookie", "email=BILLING,email=SHIPPING"))
        #expect(
            read("A@B,a@b,c", &decoder) == [
                .event(ReadEvent(.link, "email:a@b", "cookie:c", 1))
            ])
        #expect(read("A@B,a@b,", &decoder) == [.event(ReadEvent(.observe, "email:a@b", "", 1))])
        #expect(
            read("A@B,c@d,", &decoder) == [
                .event(ReadEvent(.link, "email:a@b", "email:c@d", 1))
            ])
    }

    @Test func shouldReadTimesSourcesAndIDs() throws {
        var decoder = try decoder(
            header("id,cookie,WHEN,source,email", "ts=WHEN"), EventsFixture.options)
        #expect(
            read("e-1,c,1970-01-01T00:00:01Z,crm,a@b", &decoder) == [
                .event(
                    ReadEvent(.link, "cookie:c", "email:a@b", 1_000, source: "crm", id: "e-1"))
            ])
        #expect(read("e-1,c,,crm,a@b", &decoder) == [.rejected(.missingTime)])
        #expect(read("e-1,c,soon,crm,a@b", &decoder) == [.rejected(.badTime)])
        let long = String(repeating: "x", count: EventLimits.sourceBytes + 1)
        #expect(read("e-1,c,7,\(long),a@b", &decoder) == [.rejected(.valueTooLong)])
        #expect(read("\(long),c,7,crm,a@b", &decoder) == [.rejected(.valueTooLong)])
        guard case .header(let named) = header("ts,a_ns") else { preconditionFailure() }
        #expect(named.hasTime)
        guard case .header(let timeless) = header("T,email", "-=T") else { preconditionFailure() }
        #expect(!timeless.hasTime)
    }

    @Test func shouldRefuseNamespacesThatAStrictStoreLacks() throws {
        var decoder = try decoder(header("email,cookie,phone,ts"), EventsFixture.strict)
        #expect(
            read("a@b,c,+34600000001,7", &decoder) == [
                .rejected(.badNamespace),
                .event(ReadEvent(.link, "email:a@b", "phone:+34600000001", 7)),
            ])
    }

    @Test func shouldRefuseHeadersThatMayMeanOtherThings() {
        for row in ["email,EMAIL_ADDR", "email,", "email,email", "ts,source", "id,id,email"] {
            guard case .rejected = header(row) else {
                Issue.record("\(row) was taken")
                continue
            }
        }
        guard case .rejected(let rejected) = header("email,First Name,phone") else {
            Issue.record("a name with a space was taken")
            return
        }
        #expect(rejected.reason == .badNamespace)
        #expect(rejected.message.contains("First Name"))
        #expect(rejected.message.contains("it has: email, First Name, phone"))
        guard case .header = header("email,First Name,phone", "-=First Name") else {
            Issue.record("a column could not be left out")
            return
        }
        let most = (0..<WideHeader.columnsMaximum).map { "c\($0)" }
        guard case .header = header(most.joined(separator: ",")) else {
            Issue.record("as many columns as are allowed were refused")
            return
        }
        guard case .rejected = header((most + ["more"]).joined(separator: ",")) else {
            Issue.record("too many columns were taken")
            return
        }
    }

    /// Against a twin that builds each link as a row of two cells for the common decoder.
    @Test func differentialWideRowsAreTheirLinks() throws {
        var random = EventsRandom(state: 42)
        let names = ["loyalty", "email", "phone", "cookie"]
        let values = ["", "", "1", "A", " ", "a@b", "+34 600 000 001", "\"\"\"\"", "\"x,y\""]
        var wide = try decoder(header(names.joined(separator: ",")))
        guard
            case .header(let narrow) = CSVHeader.parse(
                Array("op,a_ns,a_value,b_ns,b_value".utf8).span)
        else { preconditionFailure() }
        var twin = CSVEventDecoder(header: narrow, options: Self.lines)
        for _ in 0..<3_000 {
            let row = names.map { _ in random.pick(values) }
            var (wanted, first): ([ReadOutcome], String?) = ([], nil)
            var isAlone = true
            for (name, value) in zip(names, row) where !["", "\"\""].contains(value) {
                let observe = twin.read(Array("observe,\(name),\(value),,".utf8))
                guard case .event = observe else {
                    wanted.append(observe)
                    continue
                }
                guard let centre = first else {
                    first = "\(name),\(value)"
                    continue
                }
                let link = twin.read(Array("link,\(centre),\(name),\(value)".utf8))
                if link != .rejected(.selfLink) {
                    isAlone = false
                    wanted.append(link)
                }
            }
            if let first, isAlone { wanted.append(twin.read(Array("observe,\(first),,".utf8))) }
            if wanted.isEmpty { wanted = [.rejected(.missingEnd)] }
            try #require(read(row.joined(separator: ","), &wide) == wanted, "\(row)")
        }
    }
}
