import KafkaLog
import KafkaTestSupport
import Testing

@Suite struct KafkaReaderFailureTests {
    private let mock = KafkaMock()
    private let first = KafkaPartition("t", 0)

    init() { mock.createTopic("t", partitions: 1) }

    @Test func shouldTellAnOffsetBehindTheEnd() throws {
        let producer = try KafkaProducer(mock.settings)
        try producer.send("only")
        _ = try producer.flushed()
        let reader = try KafkaReader(mock.settings)
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
        let producer = try KafkaProducer(mock.settings)
        // The mock cluster keeps 5 MiB of a partition.
        let value = [UInt8](repeating: 7, count: 500_000)
        for _ in 0..<20 {
            _ = try producer.enqueue(topic: "t", partition: 0, key: nil, value: value.span)
            _ = try producer.flushed()
        }
        let reader = try KafkaReader(mock.settings)
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
        mock.hideTopic("hidden")
        for partition in [KafkaPartition("hidden", 0), KafkaPartition("t", 7)] {
            let reader = try KafkaReader(mock.settings)
            try reader.start(partition, at: .beginning)
            let error = try #require(try reader.firstFailure())
            #expect(error.code == .unknownTopicOrPartition)
            #expect(error.partition == partition)
        }
    }

    @Test func shouldGoOnWhenTheBrokerIsBack() throws {
        let producer = try KafkaProducer(mock.settings)
        try producer.send("a")
        _ = try producer.flushed()
        let reader = try KafkaReader(mock.settings)
        try reader.start(first, at: .beginning)
        #expect(try reader.read(1).map(\.text) == ["a"])
        mock.setDown()
        let error = try #require(try reader.firstFailure())
        #expect(error.code == .unavailable)
        #expect(error.isRetriable)
        try producer.send("b")
        mock.setUp()
        #expect(try reader.read(1).map(\.text) == ["b"])
    }

    @Test func shouldFollowALeaderThatMoves() throws {
        let mock = KafkaMock(brokers: 3)
        mock.createTopic("t", partitions: 1, replication: 3)
        let producer = try KafkaProducer(mock.settings)
        let reader = try KafkaReader(mock.settings)
        try reader.start(first, at: .beginning)
        for leader in Int32(1)...3 {
            mock.setLeader(leader, of: "t", 0)
            try producer.send("m\(leader)")
            #expect(try producer.flushed().map(\.error) == [nil])
            #expect(try reader.read(1).map(\.text) == ["m\(leader)"])
        }
    }

    @Test func shouldWaitForBoundsNoLongerThanAsked() throws {
        let reader = try KafkaReader(mock.settings)
        mock.setDown()
        let start = ContinuousClock.now
        let error = #expect(throws: KafkaError.self) {
            try reader.bounds(of: first, timeoutMilliseconds: 300)
        }
        #expect(error?.isRetriable == true)
        #expect(ContinuousClock.now - start < .seconds(10))
    }
}
