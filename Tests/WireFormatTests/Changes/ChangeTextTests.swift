import GraphCore
import IdentityModel
import ProfileCore
import TestSupport
import Testing
import WireFormat

/// Changes as consumers read them.
@Suite("Changes as JSON")
struct ChangeTextTests {
    private func text(
        _ change: CustomerChange, masking rules: SurvivorshipRules? = nil
    ) throws -> String {
        let bytes = ChangeSamples.stored(change)
        var text: [UInt8] = []
        try text.appendChange(
            try ChangeForm.decode(bytes.span), in: bytes.span, partition: PartitionID(3),
            offset: 17, masking: rules)
        return String(decoding: text, as: UTF8.self)
    }

    /// The members and their order are a promise (INTERFACES, "Changes out").
    @Test func shouldBeWhatIsPromised() throws {
        let (ana, ben) = (ChangeSamples.ana.hexadecimal, ChangeSamples.ben.hexadecimal)
        #expect(ana == "0d2721b8683fe853e5893a3d7cab6336")
        let end = #""position":{"partition":3,"offset":17}}"#
        let expected = [
            #"{"type":"customer.created","customer_id":"\#(ana)","version":1,"#
                + #""identifiers":["cookie:c-123"],"profile":{},"# + end,
            #"{"type":"customer.updated","customer_id":"\#(ana)","version":5,"#
                + #""added":["email:ana@example.com"],"profile":{"first_name":"Ana"},"# + end,
            #"{"type":"customer.merged","customer_id":"\#(ana)","version":6,"merged":["\#(ben)"],"#
                + #""added":["cookie:c-9","loyalty:L-1"],"#
                + #""profile":{"country":"ES","first_name":"Ana"},"# + end,
            #"{"type":"customer.split","customer_id":"\#(ana)","version":7,"into":["\#(ana)","#
                + #""\#(ben)"],"removed":["cookie:c-9"],"profile":{},"# + end,
            #"{"type":"customer.renamed","customer_id":"\#(ben)","version":8,"was":"\#(ana)","#
                + #""identifiers":["loyalty:L-1"],"profile":{},"# + end,
            #"{"type":"customer.retired","customer_id":"\#(ana)","version":9,"now":"\#(ben)","#
                + end,
        ]
        #expect(try ChangeSamples.ofEachKind.map { try text($0) } == expected)
    }

    /// What a customer has is told as a whole also where that is nothing more than it was.
    @Test func shouldTellAWholeFromAPart() throws {
        let whole = try text(ChangeSamples.change(.split, version: 2, isWhole: true))
        #expect(whole.contains(#""identifiers":[]"#) && whole.contains(#""into":[]"#))
        let part = try text(ChangeSamples.change(.updated, version: 2))
        #expect(!part.contains("identifiers") && !part.contains("added"))
    }

    @Test func shouldEscapeWhatJSONEscapes() throws {
        let line = try text(
            ChangeSamples.change(
                .updated, version: .max, added: [(1, "a\"\\\n\u{7}\u{2028}é")],
                profile: ChangeSamples.profile([("n\"", "\u{1}\u{7F}")])))
        #expect(!line.utf8.contains { $0 < 0x20 }, "a change is one line")
        #expect(line.contains(#""added":["cookie:a\"\\\u000a\u0007"#), "\(line)")
        #expect(line.contains(#""version":18446744073709551615,"#))
        #expect(line.contains(#""profile":{"n\"":"\u0001"#), "\(line)")
    }

    @Test func shouldPrintEachKindOfValue() throws {
        // A false and a true, numbers, strings, an array, and a time, as a block has them.
        let block: [UInt8] =
            [7, 1, 0x61, 1, 1, 0x62, 2, 1, 0x63, 3, 15, 24, 1, 0x64, 3, 14, 9, 1, 0x65, 4, 0]
            + [1, 0x67, 5, 3, 2, 3, 0, 0, 4, 1, 0x78] + [1, 0x68, 6, 0]
        let line = try text(ChangeSamples.change(.updated, version: 1, profile: block))
        #expect(
            line.contains(
                #""profile":{"a":false,"b":true,"c":12,"d":-0.5,"e":"","g":[true,0,"x"],"#
                    + #""h":"1970-01-01T00:00:00.000Z"},"#), "\(line)")
    }

    // MARK: Masks

    @Test func shouldMaskWhatRulesCallSensitive() throws {
        let rules = try SurvivorshipRules(
            version: 1,
            attributes: ["first_name", "unseen"].map {
                AttributeRule(name: Array($0.utf8), isSensitive: true, rule: .last())
            } + [AttributeRule(name: Array("country".utf8), rule: .last())])
        let change = ChangeSamples.ofEachKind[2]
        let line = try text(change, masking: rules)
        #expect(line.contains(#""profile":{"country":"ES","first_name":"***"},"#), "\(line)")
        #expect(!line.contains("Ana") && line.contains("cookie:c-9"))
        #expect(try text(change, masking: .standing) == text(change))
    }

    /// Also where it is masked, a damaged profile is not passed on.
    @Test func shouldNotPrintADamagedProfile() throws {
        let rules = try SurvivorshipRules(
            version: 1,
            attributes: [AttributeRule(name: [0x61], isSensitive: true, rule: .last())])
        for profile: [UInt8] in [[1], [1, 1, 0x61, 9], [1, 1, 0x61, 4, 5], [2, 1, 0x61, 1]] {
            #expect(throws: WireError.self) {
                try text(
                    ChangeSamples.change(.updated, version: 1, profile: profile), masking: rules)
            }
        }
    }
}
