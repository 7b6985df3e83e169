import Glibc
import KafkaLog
import KafkaTestSupport
import Testing

@Suite struct KafkaProducerTests {
    private let brokers: TestBrokers
    private let topic: String

    init() throws {
        brokers = try TestBrokers()
        topic = try brokers.createTopic("t", partitions: 2)
    }

    private func producer(
        _ change: (inout KafkaProducerSettings) -> Void = { _ in }
    ) throws -> KafkaProducer {
        var settings = KafkaProducerSettings()
        change(&settings)
        return try KafkaProducer(brokers.settings, settings)
    }

    /// The texts that the partition holds, in order.
    private func stored(_ count: Int, partition: Int32 = 0) throws -> [String] {
        let reader = try KafkaReader(brokers.settings)
        try reader.start(KafkaPartition(topic, partition), at: .beginning)
        var messages = try reader.read(count)
        // One more would be one too many.
        messages += try reader.read(1, timeoutMilliseconds: 100)
        return messages.map(\.text)
    }

    @Test func shouldDeliverInOrderWithOffsets() throws {
        let producer = try producer()
        for number in 0..<1_000 {
            try producer.send("m\(number)", topic, Int32(number % 2), token: UInt(number))
        }
        let deliveries = try producer.flushed()
        #expect(producer.messagesInFlight == 0)
        for partition in 0..<2 {
            let own = deliveries.filter { $0.partition == Int32(partition) }
            #expect(own.map(\.token) == stride(from: UInt(partition), to: 1_000, by: 2).map { $0 })
            #expect(own.map(\.offset) == (0..<500).map { $0 })
            #expect(own.allSatisfy { $0.error == nil })
        }
    }

    @Test(arguments: KafkaProducerSettings.Compression.allCases)
    func shouldCompress(_ compression: KafkaProducerSettings.Compression) throws {
        let producer = try producer { $0.compression = compression }
        for number in 0..<100 { try producer.send("m\(number)", topic) }
        #expect(try producer.flushed().count == 100)
        #expect(try stored(100) == (0..<100).map { "m\($0)" })
    }

    // MARK: - Bounds

    @Test func shouldBeFullAtItsCountOfMessages() throws {
        let producer = try producer { $0.maximumMessages = 10 }
        for _ in 0..<10 { try producer.send("x", topic) }
        let more = bytes("more")
        #expect(try enqueue(more, producer) == .full)
        #expect(producer.messagesInFlight == 10)
        // What was told of makes room.
        #expect(try producer.flushed().count == 10)
        #expect(try enqueue(more, producer) == .taken)
        #expect(try producer.flushed().count == 1)
    }

    @Test func shouldBeFullAtItsBytesOfValues() throws {
        let producer = try producer { $0.maximumKibibytes = 1_024 }
        let value = [UInt8](repeating: 7, count: 64 << 10)
        for _ in 0..<16 { #expect(try enqueue(value, producer) == .taken) }
        #expect(try enqueue([1], producer) == .full)
        #expect(try producer.flushed().count == 16)
        #expect(try enqueue([1], producer) == .taken)
    }

    private func enqueue(
        _ value: [UInt8], _ producer: KafkaProducer
    ) throws(KafkaError) -> KafkaProducer.Enqueued {
        try producer.enqueue(topic: topic, partition: 0, key: nil, value: value.span)
    }

    @Test func shouldRefuseAMessageThatIsTooLarge() throws {
        var settings = brokers.settings
        settings.maximumMessageBytes = 10_000
        let producer = try KafkaProducer(settings)
        #expect(try enqueue([UInt8](repeating: 1, count: 10_000), producer) == .taken)
        let error = #expect(throws: KafkaError.self) {
            try enqueue([UInt8](repeating: 1, count: 10_001), producer)
        }
        #expect(error?.code == .tooLarge)
        #expect(error?.partition == KafkaPartition(topic, 0))
        // Key, and headers with their names, count too.
        for (count, fits) in [(9_990, true), (9_991, false)] {
            let value = [UInt8](repeating: 1, count: count)
            let taken = try? producer.enqueue(
                topic: topic, partition: 0, key: bytes("key").span, value: value.span,
                headers: [KafkaHeader("name", bytes("val"))])
            #expect((taken == .taken) == fits)
        }
        let deliveries = try producer.flushed()
        #expect(deliveries.map(\.offset) == [0, 1])
    }

    @Test(.mockOnly()) func shouldTellWhatTheBrokerFindsTooLarge() throws {
        let producer = try producer()
        brokers.mock.fail(.produce, with: [.messageTooLarge])
        try producer.send("x", topic, token: 3)
        let deliveries = try producer.flushed()
        #expect(deliveries.map(\.error?.code) == [.tooLarge])
        #expect(deliveries.map(\.offset) == [nil])
        #expect(deliveries.map(\.token) == [3])
    }

    @Test func shouldRefuseWhatCanBeNoPlace() throws {
        let producer = try producer()
        for (topic, partition) in [(topic, Int32(-1)), ("", 0), ("a b", 0), (topic + "\0", 0)] {
            let error = #expect(throws: KafkaError.self) {
                try producer.send("x", topic, partition)
            }
            #expect(error?.code == .invalidArgument)
        }
        #expect(throws: KafkaError.self) {
            try producer.enqueue(
                topic: topic, partition: 0, key: nil, value: nil,
                headers: [KafkaHeader("a\0b", nil)])
        }
        #expect(producer.messagesInFlight == 0)
    }

    // MARK: - Failures

    /// One request at a time: the mock stores whatever comes, in any order, while the client takes
    /// the answer to a request as one to those before it, as brokers that count sequences allow.
    @Test(.mockOnly()) func shouldStoreOnceWhateverTheBrokerAnswers() throws {
        let producer = try producer()
        let failures: [KafkaMock.Failure] = [.notLeader, .requestTimedOut, .notEnoughReplicas]
        for (number, failure) in failures.enumerated() {
            brokers.mock.fail(.produce, with: [failure, failure])
            try producer.send("m\(number)", topic, token: UInt(number))
            let deliveries = try producer.flushed()
            #expect(deliveries.map(\.token) == [UInt(number)])
            #expect(deliveries.map(\.offset) == [Int64(number)])
            #expect(deliveries.map(\.error) == [nil])
        }
        #expect(try stored(failures.count) == failures.indices.map { "m\($0)" })
    }

    @Test(.stopsBrokers) func shouldWaitForABrokerThatIsDown() throws {
        let producer = try producer()
        try producer.send("before", topic)
        #expect(try producer.flushed().count == 1)
        try brokers.setDown()
        for number in 0..<50 { try producer.send("m\(number)", topic) }
        let error = #expect(throws: KafkaError.self) {
            try producer.flushed(timeoutMilliseconds: 300)
        }
        #expect(error?.code == .timedOut)
        #expect(error?.reason.contains("50 messages") == true)
        #expect(producer.messagesInFlight == 50)
        try brokers.setUp()
        let deliveries = try producer.flushed()
        #expect(deliveries.map(\.offset) == (1...50).map { $0 })
        #expect(try stored(51) == ["before"] + (0..<50).map { "m\($0)" })
    }

    @Test(.mockOnly("hides a topic, which producers make, in the mock"))
    func shouldTellThatThereIsNoSuchTopicOrPartition() throws {
        let producer = try producer()
        brokers.hideTopic("hidden")
        try producer.send("x", "hidden", 0, token: 1)
        let deliveries = try producer.flushed()
        #expect(deliveries.map(\.error?.code) == [.unknownTopicOrPartition])
        // Of a topic that is known, it is known at once.
        try producer.send("x", topic)
        #expect(try producer.flushed().map(\.error) == [nil])
        let error = #expect(throws: KafkaError.self) { try producer.send("x", topic, 2) }
        #expect(error?.code == .unknownTopicOrPartition)
        #expect(error?.partition == KafkaPartition(topic, 2))
    }

    @Test(.mockOnly()) func shouldEndForGoodWhereItWasFenced() throws {
        let producer = try producer()
        try producer.send("a", topic)
        #expect(try producer.flushed().count == 1)
        brokers.mock.fail(.produce, with: [.outOfOrderSequence])
        try producer.send("b", topic, token: 9)
        var deliveries: [KafkaDelivery] = []
        let error = #expect(throws: KafkaError.self) {
            try producer.flush(timeoutMilliseconds: patience) { deliveries.append($0) }
        }
        #expect(error?.code == .fatal)
        #expect(error?.isFatal == true)
        while deliveries.isEmpty, producer.messagesInFlight > 0 {
            _ = try? producer.poll(timeoutMilliseconds: 100) { deliveries.append($0) }
        }
        #expect(deliveries.map(\.token) == [9])
        #expect(deliveries.allSatisfy { $0.error != nil && $0.offset == nil })
        let later = #expect(throws: KafkaError.self) { try producer.send("c", topic) }
        #expect(later?.code == .fatal)
        let polled = #expect(throws: KafkaError.self) {
            try producer.poll(timeoutMilliseconds: 0) { _ in }
        }
        #expect(polled?.code == .fatal)
        // A new producer goes on.
        let next = try KafkaProducer(brokers.settings)
        try next.send("b", topic)
        #expect(try next.flushed().map(\.error) == [nil])
    }

    @Test(.stopsBrokers) func shouldThrowAwayWhatIsPurged() throws {
        let producer = try producer()
        try brokers.setDown()
        for number in 0..<10 { try producer.send("x", topic, token: UInt(number)) }
        try producer.purge()
        let deliveries = try producer.flushed()
        #expect(deliveries.count == 10)
        #expect(deliveries.allSatisfy { $0.error?.code == .purged && $0.offset == nil })
        #expect(producer.messagesInFlight == 0)
    }

    @Test(.stopsBrokers) func shouldPollNoLongerThanAskedWhileNobodyAnswers() throws {
        let producer = try producer()
        try brokers.setDown()
        try producer.send("x", topic)
        let start = ContinuousClock.now
        #expect(try producer.poll(timeoutMilliseconds: 500) { _ in } == 0)
        #expect(ContinuousClock.now - start >= .milliseconds(400))
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func shouldServeManyThreads() throws {
        let topic = try brokers.createTopic("four", partitions: 4)
        let producer = try KafkaProducer(brokers.settings)
        let workers = (0..<4).map { partition in
            Worker {
                for number in 0..<500 {
                    try? producer.send("m\(number)", topic, Int32(partition))
                    if number % 50 == 0 {
                        _ = try? producer.poll(timeoutMilliseconds: 0) { _ in }
                    }
                }
            }
        }
        for worker in workers { worker.join() }
        _ = try producer.flushed()
        let reader = try KafkaReader(brokers.settings)
        for partition in Int32(0)..<4 {
            try reader.start(KafkaPartition(topic, partition), at: .offset(0))
        }
        let messages = try reader.read(2_000)
        for partition in Int32(0)..<4 {
            let own = messages.filter { $0.partition == partition }
            #expect(own.map(\.text) == (0..<500).map { "m\($0)" })
        }
    }

    // MARK: - The end

    @Test func shouldRefuseCallsAfterTheClose() throws {
        let producer = try producer()
        producer.close()
        producer.close()
        let error = #expect(throws: KafkaError.self) { try producer.send("x", topic) }
        #expect(error?.code == .closed)
        #expect(throws: KafkaError.self) { try producer.poll(timeoutMilliseconds: 0) { _ in } }
        #expect(throws: KafkaError.self) { try producer.purge() }
        #expect(producer.messagesInFlight == 0)
    }

    @Test func shouldCloseUnderAPollThatWaits() throws {
        let producer = try producer()
        let start = ContinuousClock.now
        let polling = Worker {
            _ = try? producer.poll(timeoutMilliseconds: 60_000) { _ in }
        }
        usleep(100_000)
        producer.close()
        polling.join()
        #expect(ContinuousClock.now - start < .seconds(30))
    }
}
