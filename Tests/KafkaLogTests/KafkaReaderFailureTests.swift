import KafkaLog
import KafkaTestSupport
import Testing

@Suite struct KafkaReaderFailureTests {
    private let brokers: TestBrokers
    private let topic: String
    private let first: KafkaPartition

    init() throws {
        brokers = try TestBrokers()
        topic = try brokers.createTopic("t", partitions: 1)
        first = KafkaPartition(topic, 0)
    }

    @Test func shouldTellAnOffsetBehindTheEnd() throws {
        let producer = try KafkaProducer(brokers.settings)
        try producer.send("only", topic)
        _ = try producer.flushed()
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .offset(1_000))
        let error = try #require(try reader.firstFailure())
        #expect(error.code == .offsetOutOfRange)
        #expect(error.partition == first)
        #expect(error.bounds == 0..<1)
        #expect(!error.isRetriable)
        // It goes on where that makes sense.
        try reader.stop(first)
        try reader.start(first, at: .offset(0))
        #expect(try reader.read(1).map(\.text) == ["only"])
    }

    @Test func shouldTellThatAPartitionWasTrimmed() throws {
        let producer = try KafkaProducer(brokers.settings)
        // The mock cluster keeps 5 MiB of a partition; real brokers are asked.
        let value = [UInt8](repeating: 7, count: 500_000)
        for _ in 0..<20 {
            _ = try producer.enqueue(topic: topic, partition: 0, key: nil, value: value.span)
            _ = try producer.flushed()
        }
        if TestBrokers.areReal {
            let admin = try KafkaAdmin(brokers.settings)
            _ = try admin.deleteRecords(
                before: [KafkaPosition(first, 10)], timeoutMilliseconds: patience)
        }
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .offset(0))
        let error = try #require(try reader.firstFailure())
        #expect(error.code == .offsetOutOfRange)
        let bounds = try #require(error.bounds)
        #expect(bounds.lowerBound > 0)
        #expect(bounds.upperBound == 20)
        #expect(error.description.contains("holds \(bounds.lowerBound) up to 20"))
        try reader.stop(first)
        try reader.start(first, at: .beginning)
        #expect(try reader.read(1).map(\.offset) == [bounds.lowerBound])
    }

    @Test func shouldTellThatThereIsNoSuchTopicOrPartition() throws {
        let hidden = brokers.name("hidden")
        brokers.hideTopic(hidden)
        for partition in [KafkaPartition(hidden, 0), KafkaPartition(topic, 7)] {
            let reader = try KafkaReader(brokers.settings)
            try reader.start(partition, at: .beginning)
            let error = try #require(try reader.firstFailure())
            #expect(error.code == .unknownTopicOrPartition)
            #expect(error.partition == partition)
        }
    }

    @Test(.stopsBrokers) func shouldGoOnWhenTheBrokerIsBack() throws {
        let producer = try KafkaProducer(brokers.settings)
        try producer.send("a", topic)
        _ = try producer.flushed()
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .beginning)
        #expect(try reader.read(1).map(\.text) == ["a"])
        try brokers.setDown()
        let error = try #require(try reader.firstFailure())
        #expect(error.code == .unavailable)
        #expect(error.isRetriable)
        try producer.send("b", topic)
        try brokers.setUp()
        #expect(try reader.read(1).map(\.text) == ["b"])
    }

    @Test(.mockOnly("moves a leader in the mock")) func shouldFollowALeaderThatMoves() throws {
        let brokers = try TestBrokers(mockBrokers: 3)
        let topic = try brokers.createTopic("t", partitions: 1)
        let first = KafkaPartition(topic, 0)
        let producer = try KafkaProducer(brokers.settings)
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .beginning)
        for leader in Int32(1)...3 {
            brokers.mock.setLeader(leader, of: topic, 0)
            try producer.send("m\(leader)", topic)
            #expect(try producer.flushed().map(\.error) == [nil])
            #expect(try reader.read(1).map(\.text) == ["m\(leader)"])
        }
    }

    @Test(.stopsBrokers) func shouldWaitForBoundsNoLongerThanAsked() throws {
        let reader = try KafkaReader(brokers.settings)
        try brokers.setDown()
        let start = ContinuousClock.now
        let error = #expect(throws: KafkaError.self) {
            try reader.bounds(of: first, timeoutMilliseconds: 300)
        }
        #expect(error?.isRetriable == true)
        #expect(ContinuousClock.now - start < .seconds(10))
    }
}
