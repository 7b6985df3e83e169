import KafkaEngine
import KafkaLog
import KafkaTestSupport
import NodeRuntime
import TestSupport
import Testing

/// All nodes read the same records of the global topic, in the same order.
@Suite("Global topic")
struct GlobalTopicTests {
    private let brokers: TestBrokers
    private let topics: TopicNames

    init() throws {
        brokers = try TestBrokers()
        topics = try TopicNames(brokers.prefix)
    }

    /// Settings for a cluster whose global topic has one partition.
    private func settings() throws -> KafkaSettings {
        #expect(try brokers.createTopic("global", partitions: 1) == topics.global)
        return brokers.settings
    }

    /// What comes until something holds.
    private func read(
        _ topic: GlobalTopic, until holds: ([GlobalTopic.Record]) -> Bool
    ) throws -> [GlobalTopic.Record] {
        var records: [GlobalTopic.Record] = []
        let end = ContinuousClock.now + .milliseconds(EngineFixture.patience)
        while !holds(records) {
            try #require(ContinuousClock.now < end, "it does not come: \(records.count) records")
            records += try topic.poll(timeoutMilliseconds: 10)
        }
        return records
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func shouldReadAllThatWasWrittenInOneOrder() throws {
        let kafka = try settings()
        let first = try GlobalTopic(kafka, topics)
        defer { first.close() }
        #expect(try read(first) { _ in first.hasReachedEnd }.isEmpty, "the topic is empty")
        first.send(key: bytes("store"), value: bytes("{}"))
        first.send(key: bytes("node/a"), value: nil)
        first.send(key: bytes("node/b"), value: [])
        #expect(first.pendingCount == 3)
        let own = try read(first) { $0.count == 3 && first.pendingCount == 0 }
        #expect(own.map(\.key) == [bytes("store"), bytes("node/a"), bytes("node/b")])
        #expect(own.map(\.value) == [bytes("{}"), nil, []])
        #expect(own.map(\.offset) == [0, 1, 2])
        #expect(first.position == 3)
        #expect(try first.end(timeoutMilliseconds: EngineFixture.patience) == 3)

        let second = try GlobalTopic(kafka, topics)
        defer { second.close() }
        let others = try read(second) { _ in second.hasReachedEnd }
        #expect(others.map(\.key) == own.map(\.key) && others.map(\.value) == own.map(\.value))
        second.send(key: bytes("placement"), value: bytes("1"))
        _ = try read(second) { !$0.isEmpty }
        let news = try read(first) { !$0.isEmpty }
        #expect(news.map(\.key) == [bytes("placement")] && news.map(\.offset) == [3])
    }

    /// More than one `poll` gives: the end is not told before its records are.
    @Test func shouldGiveAllThatTheTopicHeldBeforeItsEnd() throws {
        let kafka = try settings()
        let writer = try GlobalTopic(kafka, topics)
        defer { writer.close() }
        let count = GlobalTopic.recordsAtOnce * 2 + 1
        for number in 0..<count {
            writer.send(key: bytes("node/\(number % 7)"), value: bytes(String(number)))
        }
        _ = try read(writer) { _ in writer.pendingCount == 0 }
        let reader = try GlobalTopic(kafka, topics)
        defer { reader.close() }
        var records: [GlobalTopic.Record] = []
        let end = ContinuousClock.now + .milliseconds(EngineFixture.patience)
        while !reader.hasReachedEnd {
            try #require(ContinuousClock.now < end)
            let some = try reader.poll(timeoutMilliseconds: 10)
            #expect(some.count <= GlobalTopic.recordsAtOnce)
            records += some
        }
        #expect(records.map(\.value) == (0..<count).map { bytes(String($0)) })
    }

    @Test(.mockOnly("hides a topic, which producers make, in the mock"))
    func shouldSayThatThereIsNoTopic() throws {
        var kafka = brokers.settings
        kafka.unknownTopicMilliseconds = 200
        brokers.hideTopic(topics.global)
        let topic = try GlobalTopic(kafka, topics)
        defer { topic.close() }
        let error = #expect(throws: KafkaError.self) { try read(topic) { _ in false } }
        #expect(error?.code == .unknownTopicOrPartition)
    }
}

/// The values of global records.
@Suite("Global value")
struct GlobalValueTests {
    private struct Sample: Codable, Equatable {
        var format = GlobalValue.format
        var url = "http://a/b"
        var count: Int?
    }

    private func decode(_ text: String) throws(EngineFailure) -> Sample {
        try GlobalValue.decode(Sample.self, from: Array(text.utf8), of: "sample")
    }

    @Test func shouldWriteOneForm() throws {
        let text = #"{"count":7,"format":1,"url":"http://a/b"}"#
        #expect(GlobalValue.encode(Sample(count: 7)) == Array(text.utf8))
        #expect(try decode(text) == Sample(count: 7))
        #expect(try decode(#"{"url":"http://a/b","more":[{}],"format":1}"#) == Sample())
    }

    @Test func shouldRefuseALaterFormatAndWhatIsNone() throws {
        let later = #expect(throws: EngineFailure.self) {
            try decode(#"{"format":2,"address":"elsewhere"}"#)
        }
        #expect(later?.reason.contains("has format 2; this release reads up to 1") == true)
        #expect(later?.remedy == Remedy.upgrade)
        for text in ["", "{}", "[]", #"{"format":1}"#, #"{"format":0,"url":"u"}"#] {
            let failure = #expect(throws: EngineFailure.self) { try decode(text) }
            guard case .store(let error) = failure else { continue }
            #expect(error.code == .damaged && error.reason.contains("the record sample"))
        }
    }
}
