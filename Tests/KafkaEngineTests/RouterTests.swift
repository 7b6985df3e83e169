import GraphCore
import IdentityModel
import KafkaEngine
import KafkaLog
import NodeKeys
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// What producers may send, and what becomes of what cannot be taken.
@Suite("Router", .serialized)
struct RouterTests {
    private static func line(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// Where a message lay and what it held.
    private struct Sent {
        let value: [UInt8]
        /// By event that is refused: the word.
        var refused: [(event: [UInt8], word: String)] = []
    }

    private static let good = line(#"{"a":"email:a@x","b":"cookie:1","ts":5}"#)

    private static func poison() -> [Sent] {
        let bad = line(#"{"a":"email:a@x","ts":5}"#)
        let future = line(#"{"a":"email:a@x","b":"cookie:1","ts":"9999-01-01T00:00:00Z"}"#)
        let array = line("[") + good + line(",") + bad + line("]")
        let broken = line("[") + good + line(",")
        return [
            Sent(value: good),
            Sent(value: line("no event"), refused: [(line("no event"), "malformed_json")]),
            Sent(value: bad, refused: [(bad, "missing_end")]),
            Sent(value: future, refused: [(future, "future_ts")]),
            Sent(value: array, refused: [(bad, "missing_end")]),
            Sent(value: broken, refused: [(broken, "malformed_json")]),
            Sent(
                value: bad + line("\n") + good + line("\n\n") + future + line("\n"),
                refused: [(bad, "missing_end"), (future, "future_ts")]),
            Sent(value: [1, 2, 3], refused: [([1, 2, 3], "bad_frame")]),
            Sent(value: []),
        ]
    }

    @Test func shouldSetPoisonAside() async throws {
        let fixture = try await EngineFixture(partitions: 3)
        defer { fixture.close() }
        let sent = Self.poison()
        try fixture.send(all: sent.map(\.value) + [nil])
        try await fixture.rest()
        #expect(fixture.digest() == (try EmbeddedReference([Self.good])).digest)
        let letters = try fixture.messages(
            of: fixture.settings.topics.deadLetters,
            partitions: EngineFixture.deadLetterPartitions)
        var found = letters.map { Letter($0) }
        let source = fixture.settings.topics.events
        for (place, one) in sent.enumerated() {
            for refused in one.refused {
                let wanted = Letter(
                    event: refused.event, reason: refused.word, topic: source,
                    partition: String(place % Int(EngineFixture.eventsPartitions)),
                    offset: String(place / Int(EngineFixture.eventsPartitions)))
                let index = found.firstIndex(of: wanted)
                #expect(index != nil, "\(refused.word) of \(place) is not among \(found)")
                if let index { found.remove(at: index) }
            }
        }
        #expect(found.isEmpty)
        #expect(fixture.router.figures.refused == UInt64(letters.count))
    }

    private struct Letter: Equatable {
        var event: [UInt8]
        var reason: String?
        var topic: String?
        var partition: String?
        var offset: String?

        init(event: [UInt8], reason: String, topic: String, partition: String, offset: String) {
            self.event = event
            self.reason = reason
            self.topic = topic
            self.partition = partition
            self.offset = offset
        }

        init(_ message: ReadMessage) {
            event = message.value
            reason = message.headers["reason"]
            topic = message.headers["source-topic"]
            partition = message.headers["source-partition"]
            offset = message.headers["source-offset"]
        }
    }

    /// Frames that another edge has packed, for one partition, go to the partitions that there are.
    @Test(arguments: [UInt16(1), 3])
    func differentialPackedFrames(_ partitions: UInt16) async throws {
        let lines = Streams.retail(seed: 2, links: 1_000)
        let fixture = try await EngineFixture(partitions: partitions)
        defer { fixture.close() }
        try fixture.send(all: Self.frames(lines, EngineFixture.hasher, EngineFixture.digest))
        try await fixture.rest()
        let wanted = try EmbeddedReference(lines)
        #expect(fixture.digest() == wanted.digest)
        #expect(fixture.router.figures.accepted == UInt64(lines.count))
        #expect(fixture.router.figures.refused == 0)
    }

    /// Frames of another store, and such as only claim to be of this one.
    @Test func shouldRefuseFramesOfOthers() async throws {
        let fixture = try await EngineFixture(partitions: 3)
        defer { fixture.close() }
        let foreign = NodeKeyHasher(key: .random())
        let lines = Streams.retail(seed: 2, links: 2)
        let frames =
            try Self.frames(lines, EngineFixture.hasher, EngineFixture.digest + 1)
            + Self.frames(lines, foreign, EngineFixture.digest)
            + Self.frames(
                [Self.line(#"{"a":"email:a@x","b":"cookie:1","ts":"9999-01-01T00:00:00Z"}"#)],
                EngineFixture.hasher, EngineFixture.digest)
            + [RecordCodec.encode(.tick(.minimum), Self.head(EngineFixture.digest))]
        try fixture.send(all: frames)
        try await fixture.rest()
        #expect(fixture.digest() == .zero)
        let letters = try fixture.messages(
            of: fixture.settings.topics.deadLetters,
            partitions: EngineFixture.deadLetterPartitions)
        let words = letters.compactMap { $0.headers["reason"] }.sorted()
        let wrong = Array(repeating: "bad_type", count: lines.count)
        #expect(words == (["bad_frame", "other_configuration", "future_ts"] + wrong).sorted())
        for letter in letters where letter.headers["reason"] == "bad_type" {
            #expect(try Self.times(of: letter.value).count == 1, "it holds more than the event")
        }
    }

    /// A value full of what is no event, and one that is as full as has letters.
    @Test func shouldWriteNoMoreLettersThanAValueMayHave() async throws {
        let fixture = try await EngineFixture(partitions: 1)
        defer { fixture.close() }
        let full = Array(repeating: UInt8(ascii: "x"), count: 2_000).enumerated().map {
            $0.offset % 2 == 0 ? $0.element : UInt8(ascii: "\n")
        }
        let over = full + full + Self.good
        try fixture.send(all: [full, over])
        try await fixture.rest()
        let letters = try fixture.messages(
            of: fixture.settings.topics.deadLetters,
            partitions: EngineFixture.deadLetterPartitions)
        #expect(letters.count == 1_000 + 1_001)
        let last = letters.filter { $0.headers["reason"] == "too_many_refused" }
        #expect(last.map(\.value) == [over])
        #expect(fixture.router.figures.refused == 3_000 && fixture.router.figures.accepted == 1)
    }

    /// An event without a time has the record's, which is in the log from then on.
    @Test func shouldGiveEventsTheTimeOfTheirRecord() async throws {
        let fixture = try await EngineFixture(partitions: 1)
        defer { fixture.close() }
        try fixture.send(all: [Self.line(#"{"a":"email:a@x","b":"cookie:1"}"#)])
        try await fixture.rest()
        let record = try #require(
            try fixture.messages(of: fixture.settings.topics.graph, partitions: 1).first)
        let events = try Self.times(of: record.value)
        let now = TickPolicy.now.milliseconds
        #expect(events.count == 1 && abs(now - events[0]) < 120_000)
    }

    private static func times(of record: [UInt8]) throws -> [Int64] {
        guard case .events(let body) = try RecordCodec.decode(record.span).record else { return [] }
        var frame = EventFrame()
        try frame.decode(record.span, body: body)
        return frame.entries.map(\.time.milliseconds)
    }

    private static func head(_ digest: UInt64) -> RecordHead {
        RecordHead(logicVersion: 1, configurationDigest: digest)
    }

    private static func frames(
        _ lines: [[UInt8]], _ hasher: NodeKeyHasher, _ digest: UInt64
    ) throws -> [[UInt8]] {
        var router = EventRouter(hasher: hasher)
        var decoder = JSONEventDecoder(
            options: EventDecoderOptions(namespaces: RandomEvents.namespaces))
        var frames: [[UInt8]] = []
        for line in lines {
            if router.count == 100 { frames.append(router.takeRecord(head(digest))) }
            guard case .event(let event) = decoder.decode(line.span, lineNumber: 1) else {
                continue
            }
            let bytes = decoder.scratch.bytes
            #expect(router.add(event, in: bytes.span) == nil)
        }
        return frames + [router.takeRecord(head(digest))]
    }
}
