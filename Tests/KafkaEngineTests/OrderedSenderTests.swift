import KafkaEngine
import KafkaLog
import KafkaTestSupport
import Testing

/// What is sent arrives in its order, whatever becomes of producers on the way.
@Suite("Ordered sender")
struct OrderedSenderTests {
    private static let patience = 20_000

    private static func settings(_ mock: KafkaMock) -> KafkaSettings {
        var settings = KafkaSettings(brokers: mock.bootstrap)
        settings.maximumReconnectMilliseconds = 100
        settings.unknownTopicMilliseconds = 500
        return settings
    }

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
        _ mock: KafkaMock, _ partition: KafkaPartition
    ) throws -> [UInt64] {
        let reader = try KafkaReader(settings(mock))
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
        let mock = KafkaMock()
        mock.createTopic("s", partitions: 2)
        let lanes = [KafkaPartition("s", 0), KafkaPartition("s", 1)]
        let sender = try OrderedSender(Self.settings(mock), lanes: lanes)
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
    @Test(arguments: [KafkaMock.Failure.outOfOrderSequence, .invalidProducerEpoch])
    func shouldLeaveNoGapWhereProducersEnd(_ failure: KafkaMock.Failure) throws {
        let mock = KafkaMock()
        mock.createTopic("s", partitions: 2)
        mock.setRoundTrip(milliseconds: 2)
        let lanes = [KafkaPartition("s", 0), KafkaPartition("s", 1)]
        let sender = try OrderedSender(Self.settings(mock), lanes: lanes)
        defer { sender.close() }
        var arrivals: [OrderedSender.Arrival] = []
        for number in UInt64(1)...200 {
            for lane in 0...1 { sender.send(Self.message(number), on: lane, token: number) }
            arrivals += try sender.poll(timeoutMilliseconds: 1)
            if number % 50 == 0 { mock.fail(.produce, with: [failure]) }
        }
        arrivals += try Self.drain(sender)
        #expect(sender.renewals > 0, "no producer has ended")
        for lane in 0...1 {
            #expect(arrivals.filter { $0.lane == lane }.map(\.token) == Array(1...200))
            var last: UInt64 = 0
            for number in try Self.numbers(mock, lanes[lane]) where number == last + 1 {
                last = number
            }
            #expect(last == 200, "the receiver waits for \(last + 1)")
        }
    }

    /// No other producer would fare better.
    @Test func shouldGiveUpWhereTheClusterRefusesForGood() throws {
        let mock = KafkaMock()
        mock.createTopic("s", partitions: 1)
        var settings = Self.settings(mock)
        settings.maximumMessageBytes = 2_000
        let sender = try OrderedSender(settings, lanes: [KafkaPartition("s", 0)])
        defer { sender.close() }
        let large = OrderedSender.Message(value: Array(repeating: 1, count: 2_001))
        sender.send(large, on: 0, token: 1)
        let error = #expect(throws: KafkaError.self) { _ = try Self.drain(sender) }
        #expect(error?.code == .tooLarge && sender.renewals == 0)
    }
}
