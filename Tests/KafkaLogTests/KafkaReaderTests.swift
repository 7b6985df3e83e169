import Glibc
import KafkaLog
import KafkaTestSupport
import Testing

@Suite struct KafkaReaderTests {
    private let brokers: TestBrokers
    private let topic: String
    private let first: KafkaPartition

    init() throws {
        brokers = try TestBrokers()
        topic = try brokers.createTopic("t", partitions: 2)
        first = KafkaPartition(topic, 0)
    }

    private func fill(_ count: Int, partition: Int32 = 0, from start: Int = 0) throws {
        let producer = try KafkaProducer(brokers.settings)
        for number in start..<start + count { try producer.send("m\(number)", topic, partition) }
        try #require(try producer.flushed().allSatisfy { $0.error == nil })
    }

    private func texts(_ range: Range<Int>) -> [String] { range.map { "m\($0)" } }

    @Test func shouldReadBackEveryPartOfAMessage() throws {
        let producer = try KafkaProducer(brokers.settings)
        let headers = [
            KafkaHeader("a", bytes("1")), KafkaHeader("a", nil), KafkaHeader("long name", []),
        ]
        let zeros: [UInt8] = [0, 255, 0]
        _ = try producer.enqueue(
            topic: topic, partition: 0, key: bytes("k").span, value: zeros.span, headers: headers)
        let empty: [UInt8] = []
        _ = try producer.enqueue(topic: topic, partition: 0, key: empty.span, value: nil)
        _ = try producer.enqueue(topic: topic, partition: 0, key: nil, value: empty.span)
        _ = try producer.flushed()

        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .beginning)
        var messages: [ReadMessage] = []
        var found: [[KafkaHeader]] = []
        var times: [Int64?] = []
        var names: [String] = []
        while messages.count < 3 {
            try reader.poll(limit: 3, timeoutMilliseconds: 1_000) { message in
                for name in [topic, "", topic + "2", "u"] where message.isOf(topic: name) {
                    names.append(name)
                }
                var own: [KafkaHeader] = []
                message.forEachHeader { name, value in
                    let name = String(decoding: copied(name) ?? [], as: UTF8.self)
                    own.append(KafkaHeader(name, copied(value)))
                }
                found.append(own)
                times.append(message.timestampMilliseconds)
                messages.append(ReadMessage(message))
            }
        }
        #expect(messages.map(\.key) == [bytes("k"), [], nil])
        #expect(messages.map(\.value) == [zeros, nil, []])
        #expect(messages.map(\.offset) == [0, 1, 2])
        #expect(messages.allSatisfy { $0.topic == topic && $0.partition == 0 })
        #expect(found == [headers, [], []])
        #expect(names == [topic, topic, topic])
        #expect(times.allSatisfy { ($0 ?? 0) > 1_700_000_000_000 })
    }

    @Test func shouldReadInOrderAndNoMoreThanTheLimit() throws {
        try fill(100)
        try fill(100, partition: 1, from: 1_000)
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .beginning)
        try reader.start(KafkaPartition(topic, 1), at: .beginning)
        var messages: [ReadMessage] = []
        while messages.count < 200 {
            let count = try reader.poll(limit: 7, timeoutMilliseconds: patience) {
                messages.append(ReadMessage($0))
            }
            #expect(count <= 7)
        }
        #expect(messages.filter { $0.partition == 0 }.map(\.text) == texts(0..<100))
        #expect(messages.filter { $0.partition == 1 }.map(\.text) == texts(1_000..<1_100))
    }

    @Test func shouldBeginWhereItIsTold() throws {
        try fill(10)
        for (start, expected) in [
            (KafkaStart.beginning, 0), (.offset(0), 0), (.offset(7), 7), (.offset(9), 9),
        ] {
            let reader = try KafkaReader(brokers.settings)
            try reader.start(first, at: start)
            #expect(try reader.read(10 - expected).map(\.text) == texts(expected..<10))
        }
    }

    @Test(arguments: [KafkaStart.end, .offset(10)])
    func shouldBeginBehindTheLastMessage(_ start: KafkaStart) throws {
        try fill(10)
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: start)
        let end = try reader.firstEvent { event -> KafkaPosition? in
            if case .reachedEnd(let end) = event { end } else { nil }
        }
        #expect(end == KafkaPosition(first, 10))
        try fill(1, from: 10)
        #expect(try reader.read(1) == reread(10))
    }

    private func reread(_ offset: Int64) throws -> [ReadMessage] {
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .offset(offset))
        return try reader.read(1)
    }

    @Test func shouldSayWhereAPartitionEnds() throws {
        try fill(5)
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .beginning)
        var order: [String] = []
        while order.last?.hasPrefix("end") != true {
            try reader.poll(
                limit: 10, timeoutMilliseconds: patience,
                event: { event in
                    guard case .reachedEnd(let end) = event else { return }
                    order.append("end \(end.offset)")
                },
                message: { order.append(ReadMessage($0).text) })
        }
        #expect(order == texts(0..<5) + ["end 5"])
        #expect(try reader.bounds(of: first, timeoutMilliseconds: patience) == 0..<5)
        let other = KafkaPartition(topic, 1)
        #expect(try reader.bounds(of: other, timeoutMilliseconds: patience) == 0..<0)
    }

    // MARK: - Pause, seek, stop

    @Test func shouldLoseNothingOverAPause() throws {
        try fill(1_000)
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .beginning)
        var messages: [ReadMessage] = []
        for round in 1...5 {
            messages += try reader.read(round * 10)
            try reader.pause([first])
            #expect(try reader.read(1, timeoutMilliseconds: 100).isEmpty)
            try reader.resume([first])
        }
        messages += try reader.read(1_000 - messages.count)
        #expect(messages.map(\.text) == texts(0..<1_000))
    }

    @Test func shouldStayPausedOverASeek() throws {
        try fill(100)
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .offset(0))
        #expect(try reader.read(10).count == 10)
        try reader.pause([first])
        try reader.seek(first, to: .offset(50))
        #expect(try reader.read(1, timeoutMilliseconds: 500).isEmpty)
        try reader.resume([first])
        #expect(try reader.read(50).map(\.text) == texts(50..<100))
    }

    @Test func shouldSeekBackAndForth() throws {
        try fill(100)
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .beginning)
        #expect(try reader.read(20).map(\.text) == texts(0..<20))
        try reader.seek(first, to: .offset(5))
        #expect(try reader.read(10).map(\.text) == texts(5..<15))
        try reader.seek(first, to: .offset(90))
        #expect(try reader.read(10).map(\.text) == texts(90..<100))
        try reader.seek(first, to: .beginning)
        #expect(try reader.read(1).map(\.text) == texts(0..<1))
        let other = KafkaPartition(topic, 1)
        #expect(throws: KafkaError.self) { try reader.seek(other, to: .beginning) }
    }

    @Test func shouldGiveNothingOfAStoppedPartition() throws {
        try fill(100)
        try fill(100, partition: 1, from: 1_000)
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .beginning)
        #expect(try reader.read(10).count == 10)
        try reader.stop(first)
        try reader.stop(first)
        try reader.start(KafkaPartition(topic, 1), at: .beginning)
        #expect(try reader.read(100).map(\.text) == texts(1_000..<1_100))
        try reader.start(first, at: .offset(50))
        #expect(try reader.read(50).map(\.text) == texts(50..<100))
    }

    @Test func shouldRefuseWhatCannotBeRead() throws {
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .beginning)
        let twice = #expect(throws: KafkaError.self) { try reader.start(first, at: .end) }
        #expect(twice?.code == .invalidArgument)
        for (partition, start) in [
            (KafkaPartition(topic, 1), KafkaStart.offset(-1)),
            (KafkaPartition(topic, -1), .beginning),
            (KafkaPartition("a/b", 0), .beginning),
        ] {
            let error = #expect(throws: KafkaError.self) { try reader.start(partition, at: start) }
            #expect(error?.code == .invalidArgument)
        }
    }

    // MARK: - The end

    @Test func shouldCloseUnderAPollThatWaits() throws {
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .end)
        let start = ContinuousClock.now
        let polling = Worker {
            _ = try? reader.poll(
                limit: 100_000, timeoutMilliseconds: 60_000
            ) { _ in }
            _ = try? reader.poll(limit: 1, timeoutMilliseconds: 60_000) { _ in }
        }
        usleep(100_000)
        reader.close()
        reader.close()
        polling.join()
        #expect(ContinuousClock.now - start < .seconds(30))
        let error = #expect(throws: KafkaError.self) { try reader.stop(first) }
        #expect(error?.code == .closed)
    }

    /// Messages are lent: were they kept, 80 MB would be. In a process of its own, where nothing
    /// else takes memory.
    @Test func shouldFreeWhatItLent() async {
        await #expect(processExitsWith: .success) {
            let brokers = try TestBrokers()
            let topic = try brokers.createTopic("t", partitions: 1)
            let producer = try KafkaProducer(brokers.settings)
            let value = [UInt8](repeating: 7, count: 4_000)
            for _ in 0..<1_000 {
                let taken = try producer.enqueue(
                    topic: topic, partition: 0, key: nil, value: value.span)
                try #require(taken == .taken)
            }
            _ = try producer.flushed()
            let reader = try KafkaReader(brokers.settings)
            let partition = KafkaPartition(topic, 0)
            try reader.start(partition, at: .offset(0))
            try #require(try reader.read(1_000).count == 1_000)
            let before = residentBytes()
            for _ in 0..<20 {
                try reader.seek(partition, to: .offset(0))
                var count = 0
                while count < 1_000 {
                    count += try reader.poll(limit: 1_000, timeoutMilliseconds: patience) { _ in }
                }
            }
            precondition(residentBytes() - before < 40_000_000, "messages are kept")
        }
    }
}
