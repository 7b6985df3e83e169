import Foundation
import Testing
import WireFormat

/// The splitter against Foundation on bodies that are right, and against its slow twin on any.
@Suite struct EventBodyDifferentialTests {
    /// Random JSON, written in one of the many ways that it may be.
    struct Writer {
        var random: EventsRandom
        /// What may stand between tokens.
        let spaces: [String]

        mutating func space() -> String {
            random.below(3) > 0 ? "" : random.pick(spaces) + random.pick(spaces)
        }

        mutating func string() -> String {
            let pieces = [
                "a", "\\\"", "\\\\", "\\n", "\\u005d", "\\ud83d\\ude00", "é", "😀", "{", "}", "[",
                "]", ",", ":", " ", "longer than a word", "\\/",
            ]
            return "\"" + (0..<random.below(6)).map { _ in random.pick(pieces) }.joined() + "\""
        }

        mutating func value(_ depth: Int) -> String {
            switch random.below(depth > 3 ? 3 : 6) {
            case 0: return string()
            case 1: return random.pick(["0", "-1", "2.5e+3", "17", "true", "false", "null"])
            case 2: return random.pick(["{}", "[]", "[ ]", "\"\""])
            case 3: return "[" + list { $0.value(depth + 1) } + "]"
            default: return object(depth)
            }
        }

        mutating func object(_ depth: Int) -> String {
            var number = 0
            return "{"
                + list { writer in
                    number += 1
                    let key = "\"\(number)" + writer.string().dropFirst()
                    return key + writer.space() + ":" + writer.space() + writer.value(depth + 1)
                } + "}"
        }

        mutating func list(_ element: (inout Writer) -> String) -> String {
            let elements = (0..<random.below(5)).map { _ in space() + element(&self) + space() }
            return elements.isEmpty ? space() : elements.joined(separator: ",")
        }
    }

    static let anySpaces = [" ", "\n", "\r\n", "\t", "  "]

    func parse(_ text: [UInt8]) throws -> NSObject {
        try #require(
            JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed) as? NSObject)
    }

    @Test func differentialArraysAgainstFoundation() throws {
        var writer = Writer(random: EventsRandom(state: 1), spaces: Self.anySpaces)
        for _ in 0..<4_000 {
            let mark = writer.random.below(8) == 0 ? [0xEF, 0xBB, 0xBF] as [UInt8] : []
            let text = "[" + writer.list { $0.value(1) } + "]"
            let body = Array((writer.space() + text + writer.space()).utf8)
            let texts = try #require(EventBody.read(mark + body), "\(text)")
            let whole = try #require(try parse(body) as? [NSObject])
            #expect(try texts.map(parse) == whole, "\(text)")
        }
    }

    @Test func differentialOneObjectAgainstFoundation() throws {
        var writer = Writer(random: EventsRandom(state: 2), spaces: Self.anySpaces)
        for _ in 0..<2_000 {
            let body = Array((writer.space() + writer.object(0) + writer.space()).utf8)
            let texts = try #require(EventBody.read(body))
            #expect(texts.count == 1)
            #expect(try texts.map(parse) == [parse(body)])
        }
    }

    @Test func differentialLinesAgainstFoundation() throws {
        var writer = Writer(random: EventsRandom(state: 3), spaces: [" ", "\t", "\r", "  "])
        for _ in 0..<2_000 {
            let lines = (0..<(2 + writer.random.below(6))).map { _ in
                writer.space() + writer.object(0) + writer.space()
            }
            var body = ""
            for line in lines {
                body += line + writer.random.pick(["\n", "\r\n", "\n\n", "\n \r\n"])
            }
            if writer.random.below(2) == 0 { body.unicodeScalars.removeLast() }
            let texts = try #require(EventBody.read(Array(body.utf8)))
            #expect(try texts.map(parse) == lines.map { try parse(Array($0.utf8)) }, "\(body)")
        }
    }

    func compare(_ body: [UInt8]) {
        for isLines in [false, true] {
            let fast = EventBody.read(body, isLines: isLines)
            let slow = EventBodyTwin.read(body, isLines: isLines)
            if fast != slow { Issue.record("\(String(decoding: body, as: UTF8.self))") }
        }
    }

    static let samples: [[UInt8]] = [
        "\u{FEFF}[{\"a\":\"x:\\\"1\\\\\",\"b\":[1,{}]},\r\n 17 ,\"q,]\",[] ]\n",
        "{\"a\":{\"ns\":\"x\",\"value\":[\"}\"]}}\r\n\n{\"b\":2}\n{\"c\":\"{\\\"\"}",
        "{\n\"a\": [1, \"\\\\\", {}],\n\"b\":\t\"}\"\n}\n",
    ].map { Array($0.utf8) }

    @Test(arguments: samples)
    func differentialEveryTruncationAndEveryByte(_ sample: [UInt8]) {
        for count in 0...sample.count { compare(Array(sample[..<count])) }
        for index in sample.indices {
            var body = sample
            for byte in UInt8.min...UInt8.max {
                body[index] = byte
                compare(body)
            }
        }
    }

    @Test(arguments: [UInt64(4), 5])
    func differentialBentBodiesAgainstTheTwin(_ seed: UInt64) {
        var writer = Writer(random: EventsRandom(state: seed), spaces: Self.anySpaces)
        let pieces = [
            "{", "}", "[", "]", ",", "\"", "\\", "\n", "\r\n", " ", "1", "\"a\":", "\u{0}",
        ]
        var accepted = 0
        for round in 0..<30_000 {
            var body: [UInt8] =
                switch round % 4 {
                case 0:
                    (0..<writer.random.below(14)).flatMap { _ in writer.random.pick(pieces).utf8 }
                case 1: writer.random.pick(Self.samples)
                case 2: Array(("[" + writer.list { $0.value(1) } + "]").utf8)
                default: Array((writer.object(0) + "\n" + writer.object(0)).utf8)
                }
            for _ in 0..<writer.random.below(4) {
                let place = writer.random.below(body.count + 1)
                let end = min(body.count, place + writer.random.below(4))
                if writer.random.below(2) == 0 {
                    body.removeSubrange(place..<end)
                } else {
                    body.insert(contentsOf: writer.random.pick(pieces).utf8, at: place)
                }
            }
            compare(body)
            if EventBody.read(body) != nil { accepted += 1 }
        }
        #expect(accepted > 3_000)
        #expect(accepted < 29_000)
    }
}
