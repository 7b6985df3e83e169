import Foundation
import RetailWorkload
import Testing

/// The stream's bytes: reproducible, exact in number, valid.
@Suite("Retail stream")
struct RetailStreamTests {
    @Test func shouldGiveTheSameBytesForTheSameSeed() {
        let bytes = stream(5_000, seed: 7, unlinkPercent: 0.5)
        #expect(bytes == stream(5_000, seed: 7, unlinkPercent: 0.5, batch: 1))
        // A changed checksum means that every published measurement speaks of another workload.
        #expect(checksum(bytes) == 13_055_130_759_540_292_010)
        let csv = stream(5_000, seed: 7, unlinkPercent: 0.5, format: .csv)
        #expect(checksum(csv) == 18_226_484_890_427_441_312)
    }

    @Test func shouldGiveOtherBytesForAnotherSeed() {
        let seeds: [UInt64] = [0, 1, 2, 1 << 63, .max]
        #expect(Set(seeds.map { checksum(stream(2_000, seed: $0)) }).count == seeds.count)
    }

    @Test(arguments: [0, 1, 2, 5, 6, 7, 99, 100, 999, 1_000, 1_001, 4_321, 20_000])
    func shouldWriteExactlyTheLinesAskedFor(_ links: Int) {
        for (percent, unlinks) in [(0.0, 0), (0.5, links / 200), (50.0, links / 2)] {
            for format in [RetailWorkloadGenerator.Format.jsonLines, .csv] {
                var generator = RetailWorkloadGenerator(
                    links: links, seed: UInt64(links), unlinkPercent: percent, format: format)
                var bytes: [UInt8] = []
                var lines = 0
                while generator.next(into: &bytes) { lines += 1 }
                let header = format == .csv && links > 0 ? 1 : 0
                #expect(lines == links)
                #expect(bytes.count { $0 == UInt8(ascii: "\n") } == links + header)
                #expect(generator.emitted.lines == links)
                #expect(generator.emitted.unlinks == unlinks)
                #expect(generator.emitted.repeatedLinks == (links - unlinks) * 18 / 100)
                let isOver = !generator.next(into: &bytes)
                #expect(isOver, "the end stays the end")
            }
        }
    }

    @Test func shouldHaveEnoughCustomersForItsNoiseAtEverySmallSize() {
        for seed in UInt64(0)..<40 {
            for links in stride(from: 1_000, through: 3_000, by: 250) {
                let generator = RetailWorkloadGenerator(links: links, seed: seed)
                #expect(generator.event(at: links - 1).milliseconds > 0)
            }
        }
    }

    @Test func shouldAnswerForAnyLineAtTheGreatestSize() {
        let limit = RetailWorkloadGenerator.maximumLines
        let generator = RetailWorkloadGenerator(
            links: limit, seed: 3, unlinkPercent: RetailWorkloadGenerator.maximumUnlinkPercent)
        var last: Int64 = 0
        for line in [0, 1, limit / 3, limit / 2, limit - 2, limit - 1] {
            let event = generator.event(at: line)
            #expect(event.milliseconds >= last && event.milliseconds < 1_767_225_600_000)
            #expect(event.first.number < RetailIdentifier.numberLimit)
            #expect(event.second.number < RetailIdentifier.numberLimit)
            last = event.milliseconds
        }
        #expect(last > 1_767_225_590_000, "the last line is at the year's end")
    }

    private struct Line: Decodable {
        let op: String
        let a: String
        let b: String
        let ts: String
        let source: String
    }

    @Test func shouldWriteValidEventsInTimeOrder() throws {
        let text = String(
            decoding: stream(20_000, seed: 11, unlinkPercent: 5), as: UTF8.self)
        let decoder = JSONDecoder()
        let time = try NSRegularExpression(
            pattern: #"^2025-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d\d\dZ$"#)
        var last = ""
        var sources: Set<String> = []
        for line in text.split(separator: "\n") {
            let event = try decoder.decode(Line.self, from: Data(line.utf8))
            #expect(event.op == "link" || event.op == "unlink")
            #expect(isIdentifier(event.a) && isIdentifier(event.b), "\(line)")
            #expect(event.a != event.b)
            #expect(event.ts >= last, "\(line)")
            let range = NSRange(location: 0, length: event.ts.utf16.count)
            #expect(time.firstMatch(in: event.ts, range: range) != nil, "\(event.ts)")
            sources.insert(event.source)
            last = event.ts
        }
        #expect(sources == ["web-login", "app", "store-pos", "call-centre"])
        #expect(last > "2025-12-31T23:00")
    }

    @Test func shouldWriteTheSameEventsInBothFormats() throws {
        let json = String(decoding: stream(3_000, seed: 5, unlinkPercent: 1), as: UTF8.self)
        let csv = String(
            decoding: stream(3_000, seed: 5, unlinkPercent: 1, format: .csv), as: UTF8.self)
        let fromJSON = try json.split(separator: "\n").map { line in
            let event = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            return [event.op, event.a, event.b, event.ts, event.source].joined(separator: ",")
        }
        #expect(["op,a,b,ts,source"] + fromJSON == csv.split(separator: "\n").map(String.init))
    }

    /// Whether `text` is an identifier that normalises to itself under the usual rules.
    private func isIdentifier(_ text: String) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return false }
        let value = parts[1]
        switch parts[0] {
        case "email": return value == "test@test.com" || isHexadecimal(value, 32)
        case "cookie": return isHexadecimal(value, 20)
        case "loyalty": return value.first == "L" && isDecimal(value.dropFirst(), 10)
        case "phone": return value.hasPrefix("+1") && isDecimal(value.dropFirst(2), 10)
        case "device":
            return value == "kiosk-0001" || isHexadecimal(value, 20)
                || value.hasPrefix("home-") && isHexadecimal(value.dropFirst(5), 16)
        default: return false
        }
    }

    private func isHexadecimal(_ text: Substring, _ count: Int) -> Bool {
        text.count == count && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }

    private func isDecimal(_ text: Substring, _ count: Int) -> Bool {
        text.count == count && text.allSatisfy { $0 >= "0" && $0 <= "9" }
    }
}
