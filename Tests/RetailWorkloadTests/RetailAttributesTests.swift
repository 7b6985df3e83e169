import Foundation
import RetailWorkload
import Testing

/// The observes of a stream with attributes.
@Suite("Retail attributes")
struct RetailAttributesTests {
    private struct Observe: Decodable {
        let op: String
        let a: String
        let ts: String
        let source: String
        let id: String
        let attributes: [String: Value]
    }

    private enum Value: Decodable, Hashable {
        case text(String)
        case number(Decimal)
        case yesOrNo(Bool)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let word = try? container.decode(Bool.self) {
                self = .yesOrNo(word)
            } else {
                self = .number(try container.decode(Decimal.self))
            }
        }
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static func bytes(
        _ links: Int, seed: UInt64, attributes: Int, unlinkPercent: Double = 0,
        format: RetailWorkloadGenerator.Format = .jsonLines
    ) -> [UInt8] {
        var generator = RetailWorkloadGenerator(
            links: links, seed: seed, unlinkPercent: unlinkPercent, format: format,
            attributes: attributes)
        var bytes: [UInt8] = []
        while generator.next(into: &bytes) {}
        #expect(generator.emitted.lines == generator.lineCount)
        #expect(generator.emitted.observations == (attributes == 0 ? 0 : links))
        return bytes
    }

    @Test func shouldGiveTheSameBytesForTheSameSeed() {
        let bytes = Self.bytes(2_000, seed: 7, attributes: 5, unlinkPercent: 1)
        #expect(bytes == Self.bytes(2_000, seed: 7, attributes: 5, unlinkPercent: 1))
        #expect(bytes != Self.bytes(2_000, seed: 8, attributes: 5, unlinkPercent: 1))
        // A changed checksum means that every published measurement speaks of another workload.
        #expect(checksum(bytes) == 7_908_043_901_379_813_762)
    }

    @Test(arguments: [1, 5, 16, 17, 64])
    func shouldFollowEachLineWithAnObserveOfOneOfItsEnds(_ attributes: Int) throws {
        let plain = Self.lines(stream(1_500, seed: 9, unlinkPercent: 3))
        let lines = Self.lines(
            Self.bytes(1_500, seed: 9, attributes: attributes, unlinkPercent: 3))
        #expect(lines.count == 3_000)
        #expect(stride(from: 0, to: 3_000, by: 2).map { lines[$0] } == plain)
        var ids: Set<String> = []
        for (pair, line) in zip(plain, stride(from: 1, to: 3_000, by: 2).map { lines[$0] }) {
            let event = try JSONDecoder().decode(Observe.self, from: Data(line.utf8))
            #expect(event.op == "observe")
            #expect(event.attributes.count == attributes)
            #expect(event.attributes["first_name"] != nil)
            #expect(pair.contains("\"\(event.a)\"") && pair.contains(event.ts))
            #expect(pair.contains("\"\(event.source)\""))
            ids.insert(event.id)
        }
        #expect(ids.count == 1_500, "each event has an id of its own")
    }

    @Test func shouldKeepWhoSomebodyIsAndChangeWhatTheyDo() throws {
        var names: [String: Set<Value>] = [:]
        var points: [String: Set<Value>] = [:]
        var kinds: [String: Set<String>] = [:]
        for line in Self.lines(Self.bytes(20_000, seed: 2, attributes: 16))
        where line.contains("observe") {
            let event = try JSONDecoder().decode(Observe.self, from: Data(line.utf8))
            names[event.a, default: []].insert(try #require(event.attributes["first_name"]))
            points[event.a, default: []].insert(try #require(event.attributes["loyalty_points"]))
            for (name, value) in event.attributes {
                switch value {
                case .text: kinds["text", default: []].insert(name)
                case .number: kinds["number", default: []].insert(name)
                case .yesOrNo: kinds["flag", default: []].insert(name)
                }
            }
        }
        #expect(names.values.allSatisfy { $0.count == 1 })
        #expect(Set(names.values.flatMap { $0 }).count == 16)
        #expect(points.values.contains { $0.count > 50 }, "a supernode is seen often")
        #expect(kinds["flag"] == ["newsletter", "marketing_consent"])
        #expect(
            kinds["number"]
                == ["loyalty_points", "last_order_value", "birth_year", "orders", "returns"])
        #expect(kinds["text"]?.count == 9, "no attribute has values of two kinds")
    }

    @Test func shouldWriteTheSameValuesAsRows() throws {
        let json = Self.lines(Self.bytes(400, seed: 5, attributes: 8, unlinkPercent: 1))
        let csv = Self.lines(
            Self.bytes(400, seed: 5, attributes: 8, unlinkPercent: 1, format: .csv))
        let names = [
            "first_name", "country", "city", "plan", "last_store", "loyalty_points", "newsletter",
            "last_order_value",
        ]
        let header = ["op,a,b,ts,source,id"] + names.map { "attributes." + $0 }
        #expect(csv.first == header.joined(separator: ","))
        for (line, row) in zip(json, csv.dropFirst()) {
            let cells = row.split(separator: ",", omittingEmptySubsequences: false)
            #expect(cells.count == 14)
            guard line.contains("observe") else {
                #expect(cells[5...].allSatisfy { $0.isEmpty })
                continue
            }
            let event = try JSONDecoder().decode(Observe.self, from: Data(line.utf8))
            #expect(
                cells[..<6] == [
                    "observe", event.a[...], "", event.ts[...], event.source[...],
                    event.id[...],
                ])
            for (name, cell) in zip(names, cells[6...]) {
                switch event.attributes[name] {
                case .text(let text): #expect(cell == text)
                case .number(let number): #expect(Decimal(string: String(cell)) == number)
                case .yesOrNo(let word): #expect(cell == "\(word)")
                case nil: Issue.record("\(line) lacks \(name)")
                }
            }
        }
    }
}
