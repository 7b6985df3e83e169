import Foundation
import IdentityModel
import Testing
import WireFormat

@Suite struct ResolveWriterTests {
    struct Answer: Decodable, Equatable {
        struct Row: Decodable, Equatable {
            var id: String
            var customer: String?
            var error: String?

            enum CodingKeys: String, CodingKey {
                case id
                case customer = "customer_id"
                case error
            }
        }

        struct Position: Decodable, Equatable {
            var partition: Int
            var offset: UInt64
        }

        var results: [Row]
        var position: Position
    }

    func write(_ rows: [([UInt8], ResolveOutcome)], _ partition: UInt16, _ offset: UInt64)
        -> [UInt8]
    {
        var writer = ResolveWriter(count: rows.count)
        for (id, outcome) in rows { writer.append(id.span, outcome) }
        return writer.finish(partition: partition, offset: offset)
    }

    @Test func shouldWriteTheAnswerOfTheManual() {
        let key = NodeKey(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        let rows: [([UInt8], ResolveOutcome)] = [
            (Array("email:a\"b\\c\n\u{1F}é".utf8), .found(key)), (Array("x:1".utf8), .notFound),
            (Array("nocolon".utf8), .refused("bad_id")),
            (Array("phone:1".utf8), .refused("bad_phone")),
        ]
        #expect(
            String(decoding: write(rows, 0, 17), as: UTF8.self)
                == #"{"results":[{"id":"email:a\"b\\c\u000a\u001fé","customer_id":"0123456789ab"#
                + #"cdeffedcba9876543210"},{"id":"x:1","error":"not_found"},"#
                + #"{"id":"nocolon","error":"bad_id"},{"id":"phone:1","error":"bad_phone"}],"#
                + #""position":{"partition":0,"offset":17}}"#)
        #expect(
            String(decoding: write([], .max, .max), as: UTF8.self)
                == #"{"results":[],"position":{"partition":65535,"offset":18446744073709551615}}"#)
    }

    @Test func differentialAgainstFoundation() throws {
        var random = EventsRandom(state: 21)
        let outcomes =
            RejectReason.allCases.map { ResolveOutcome.refused($0.rawValue) }
            + [.notFound, .refused("bad_id")]
        for _ in 0..<2_000 {
            var rows: [([UInt8], ResolveOutcome)] = []
            var expected: [Answer.Row] = []
            for _ in 0..<random.below(6) {
                // Any bytes, mostly such as text has; what is no UTF-8 comes back mended.
                let bound = random.pick([0x30, 0x80, 0x100])
                let id = (0..<random.below(40)).map { _ in UInt8(random.below(bound)) }
                let key = NodeKey(high: random.next() >> random.next() % 64, low: random.next())
                let outcome = random.below(2) == 0 ? .found(key) : random.pick(outcomes)
                rows.append((id, outcome))
                var row = Answer.Row(id: String(decoding: id, as: UTF8.self))
                switch outcome {
                case .found: row.customer = key.hexadecimal
                case .notFound: row.error = "not_found"
                case .refused(let word): row.error = word
                }
                expected.append(row)
            }
            let position = (UInt16(random.below(0x1_0000)), random.next() >> random.next() % 64)
            let bytes = write(rows, position.0, position.1)
            let answer = try JSONDecoder().decode(Answer.self, from: Data(bytes))
            #expect(answer.results.map { Array($0.id.utf8) } == expected.map { Array($0.id.utf8) })
            #expect(answer.results == expected)
            #expect(answer.position == .init(partition: Int(position.0), offset: position.1))
        }
    }

    @Test func shouldEscapeEveryByteAtEveryPlaceOfAWord() throws {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<20 {
                var id = Array(repeating: UInt8(ascii: "v"), count: 20)
                id[place] = byte
                let bytes = write([(id, .notFound)], 0, 0)
                let answer = try JSONDecoder().decode(Answer.self, from: Data(bytes))
                #expect(
                    Array(answer.results[0].id.utf8)
                        == Array(String(decoding: id, as: UTF8.self).utf8))
            }
        }
    }

    @Test func shouldEchoWhatWasAsked() throws {
        let body = Array(
            #"{"ids":["X:\u0022\n",{"ns":"email","value":" Aé "},{"ns":"x","value":7}]}"#.utf8)
        var request = ResolveRequest()
        #expect(request.read(body.span) == nil)
        var writer = ResolveWriter(count: request.count, idBytes: request.text.count)
        for index in 0..<request.count {
            writer.append(request.text.span.extracting(request.place(of: index)), .notFound)
        }
        let bytes = writer.finish(partition: 1, offset: 2)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(bytes))
        #expect(answer.results.map(\.id) == ["X:\"\n", "email: Aé ", "x:7"])
    }

    @Test func shouldReadCustomerIds() {
        func read(_ text: String) -> NodeKey? { ResolveID.customer(Array(text.utf8).span) }
        var random = EventsRandom(state: 31)
        for _ in 0..<1_000 {
            let key = NodeKey(high: random.next(), low: random.next())
            var bytes: [UInt8] = []
            bytes.appendCustomer(key)
            #expect(String(decoding: bytes, as: UTF8.self) == key.hexadecimal)
            #expect(read(key.hexadecimal) == key)
            bytes[random.below(32)] = UInt8(random.below(256))
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(ResolveID.customer(bytes.span) == NodeKey(hexadecimal: text))
        }
        #expect(read("") == nil)
    }
}
