import KafkaEngine
import KafkaLog
import KafkaTestSupport
import Testing

/// What is sent arrives in its order, whatever becomes of producers on the way.
@Suite("Ordered sender")
struct OrderedSenderTests {
    private static let patience = 20_000

    private static func message(_ number: UInt64) -> OrderedSender.Message {
        OrderedSender.Message(value: Array(String(number).utf8))
    }

    /// What arrives until nothing is under way.
    private static func drain(
        _ sender: OrderedSender, _ body: () -> Void = {}
    ) throws -> [OrderedSender.Arrival] {
        var arrivals: [OrderedSender.Arrival] = []
        let end = ContinuousClock.now + .milliseconds(patience)
        while sender.count > 0 {
            try #require(ContinuousClock.now < end)
            arrivals += try sender.poll(timeoutMilliseconds: 5)
            body()
        }
        return arrivals
    }

    /// The numbers that a partition holds, in its order.
    private static func numbers(
        _ brokers: TestBrokers, _ partition: KafkaPartition
    ) throws -> [UInt64] {
        let reader = try KafkaReader(brokers.settings)
        defer { reader.close() }
        try reader.start(partition, at: .beginning)
        var (numbers, isOver) = ([UInt64](), false)
        let end = ContinuousClock.now + .milliseconds(patience)
        while !isOver {
            try #require(ContinuousClock.now < end)
            try reader.poll(
                limit: 1_000, timeoutMilliseconds: 20,
                event: { if case .reachedEnd = $0 { isOver = true } },
                message: { message in
                    let text = ReadMessage(message).value
                    if let number = UInt64(String(decoding: text, as: UTF8.self)) {
                        numbers.append(number)
                    }
                })
        }
        return numbers
    }

    @Test func shouldTellArrivalsInTheOrderOfEachLane() throws {
        let brokers = try TestBrokers()
        let topic = try brokers.createTopic("s", partitions: 2)
        let lanes = [KafkaPartition(topic, 0), KafkaPartition(topic, 1)]
        let sender = try OrderedSender(brokers.settings, lanes: lanes)
        defer { sender.close() }
        for number in UInt64(1)...300 { sender.send(Self.message(number), on: 0, token: number) }
        for number in UInt64(1)...100 { sender.send(Self.message(number), on: 1, token: number) }
        #expect(sender.count == 400 && sender.byteCount > 400)
        let arrivals = try Self.drain(sender)
        #expect(arrivals.filter { $0.lane == 0 }.map(\.token) == Array(1...300))
        #expect(arrivals.filter { $0.lane == 1 }.map(\.token) == Array(1...100))
        #expect(arrivals.allSatisfy { $0.offset == Int64($0.token) - 1 })
        #expect(sender.byteCount == 0 && sender.renewals == 0)
    }

    /// A receiver that counts, and takes the next number only, has all of them in the end.
    @Test(.mockOnly(), arguments: [KafkaMock.Failure.outOfOrderSequence, .invalidProducerEpoch])
    func shouldLeaveNoGapWhereProducersEnd(_ failure: KafkaMock.Failure) throws {
        let brokers = try TestBrokers()
        let topic = try brokers.createTopic("s", partitions: 2)
        brokers.setRoundTrip(milliseconds: 2)
        let lanes = [KafkaPartition(topic, 0), KafkaPartition(topic, 1)]
        let sender = try OrderedSender(brokers.settings, lanes: lanes)
        defer { sender.close() }
        var arrivals: [OrderedSender.Arrival] = []
        for number in UInt64(1)...200 {
            for lane in 0...1 { sender.send(Self.message(number), on: lane, token: number) }
            arrivals += try sender.poll(timeoutMilliseconds: 1)
            if number % 50 == 0 { brokers.mock.fail(.produce, with: [failure]) }
        }
        arrivals += try Self.drain(sender)
        #expect(sender.renewals > 0, "no producer has ended")
        for lane in 0...1 {
            #expect(arrivals.filter { $0.lane == lane }.map(\.token) == Array(1...200))
            var last: UInt64 = 0
            for number in try Self.numbers(brokers, lanes[lane]) where number == last + 1 {
                last = number
            }
            #expect(last == 200, "the receiver waits for \(last + 1)")
        }
    }

    /// One thread waits for what it reads and for what it has sent, also where a producer was
    /// replaced.
    @Test(.mockOnly()) func shouldWakeWhoWaitsElsewhere() throws {
        let brokers = try TestBrokers()
        let topic = try brokers.createTopic("s", partitions: 1)
        brokers.setRoundTrip(milliseconds: 20)
        let reader = try KafkaReader(brokers.settings)
        defer { reader.close() }
        let sender = try OrderedSender(
            brokers.settings, lanes: [KafkaPartition(topic, 0)], waking: reader)
        defer { sender.close() }
        for number in UInt64(1)...6 {
            if number == 4 { brokers.mock.fail(.produce, with: [.invalidProducerEpoch]) }
            sender.send(Self.message(number), on: 0, token: number)
            var arrivals = try sender.poll(timeoutMilliseconds: 0)
            let start = ContinuousClock.now
            while arrivals.isEmpty {
                try reader.poll(limit: 1, timeoutMilliseconds: 60_000) { _ in }
                arrivals = try sender.poll(timeoutMilliseconds: 0)
            }
            #expect(arrivals.map(\.token) == [number])
            #expect(ContinuousClock.now - start < .seconds(30), "nobody woke the reader")
        }
        #expect(sender.renewals > 0)
    }

    /// No other producer would fare better.
    @Test func shouldGiveUpWhereTheClusterRefusesForGood() throws {
        let brokers = try TestBrokers()
        let topic = try brokers.createTopic("s", partitions: 1)
        var settings = brokers.settings
        settings.maximumMessageBytes = 2_000
        let sender = try OrderedSender(settings, lanes: [KafkaPartition(topic, 0)])
        defer { sender.close() }
        let large = OrderedSender.Message(value: Array(repeating: 1, count: 2_001))
        sender.send(large, on: 0, token: 1)
        let error = #expect(throws: KafkaError.self) { _ = try Self.drain(sender) }
        #expect(error?.code == .tooLarge && sender.renewals == 0)
    }
}
