import GraphCore
import IdentityModel
import TestSupport
import Testing
import WireFormat

/// A record's limits at their edges.
@Suite("Record limits")
struct RecordLimitsTests {
    /// Kafka's default for the largest message, in bytes.
    private static let kafkaMessageBytes = 1 << 20

    @Test func shouldBeFullAtItsCountOfEvents() {
        var builder = EventRecordBuilder()
        let event = TestEvent(.observe, TestEnd("cookie", "c"))
        for _ in 0..<RecordLimits.events - 1 { EventRecords.append(event, to: &builder) }
        #expect(!builder.isFull)
        EventRecords.append(event, to: &builder)
        #expect(builder.isFull)
        #expect(builder.finish(RecordTests.head).count < RecordLimits.bytes)
        #expect(!builder.isFull)
    }

    private func largest(_ number: Int) -> TestEvent {
        func text(_ mark: String, _ count: Int) -> String {
            mark + String(repeating: "x", count: count - mark.utf8.count)
        }
        return TestEvent(
            .ban, TestEnd(text("a\(number)", 32), text("1", 1_024)),
            TestEnd(text("b\(number)", 32), text("2", 1_024)), at: number % 2 == 0 ? 0 : 1 << 47,
            source: text("s\(number)", 256), reason: text("r", 1_024), eventID: text("i", 256))
    }

    /// A block of so many bytes: 32 attributes, the last one with what is left.
    static func attributes(_ count: Int) -> [UInt8] {
        var block: [UInt8] = [32]
        for number in 0..<32 {
            block += [2, UInt8(0x61 + number / 26), UInt8(0x61 + number % 26), 4]
            let left = count - block.count - 2
            block.appendCounted(
                [UInt8](repeating: 0x76, count: number < 31 ? 1_021 : left).span)
        }
        precondition(block.count == count, "the last value has a length of two bytes")
        return block
    }

    /// A block of the largest size.
    static let largestAttributes = attributes(AttributeLimits.eventBytes)

    /// The largest event is an observe, whose attributes are larger than any other end.
    @Test func shouldStayUnderAMessageWithTheLargestAttributes() throws {
        var event = largest(0)
        event = TestEvent(
            .observe, event.a, source: event.source, reason: event.reason, eventID: event.eventID,
            attributes: Self.largestAttributes)
        var builder = EventRecordBuilder()
        // As near to the limit as can be, then the largest once more.
        while !builder.isFull { EventRecords.append(event, to: &builder) }
        let full = builder.finish(RecordTests.head).count
        let size = EventRecords.record([event], RecordTests.head).count
        for _ in 0..<(RecordLimits.bytes / size) { EventRecords.append(event, to: &builder) }
        let small = TestEvent(.observe, TestEnd("c", "1"))
        while !builder.isFull { EventRecords.append(small, to: &builder) }
        let edge = builder.finish(RecordTests.head).count
        #expect(full >= RecordLimits.bytes && edge >= RecordLimits.bytes)
        #expect(edge - RecordLimits.bytes < 100, "the edge is met")
        #expect(full < Self.kafkaMessageBytes)
        #expect(edge + size < Self.kafkaMessageBytes)
    }

    @Test func shouldStayUnderAMessageWithTheLargestEvents() throws {
        var builder = EventRecordBuilder()
        var count = 0
        while !builder.isFull {
            EventRecords.append(largest(count), to: &builder)
            count += 1
        }
        let record = builder.finish(RecordTests.head)
        #expect(record.count >= RecordLimits.bytes)
        #expect(record.count < Self.kafkaMessageBytes)
        #expect(count < RecordLimits.events)
    }

    /// Names count too: here the tables are the larger part.
    @Test func shouldStayUnderAMessageWithManyNames() throws {
        var builder = EventRecordBuilder()
        var count = 0
        while !builder.isFull {
            let name = String(repeating: "s", count: 250) + String(100_000 + count)
            EventRecords.append(
                TestEvent(
                    .observe, TestEnd("n\(count)" + String(repeating: "x", count: 26), "v"),
                    source: name), to: &builder)
            count += 1
        }
        let record = builder.finish(RecordTests.head)
        #expect(record.count < Self.kafkaMessageBytes)
        #expect(record.count > RecordLimits.bytes / 2)
    }

    @Test func shouldCollectAsManyPointersAsItMay() throws {
        func body(_ count: Int) -> [UInt8] {
            var bytes: [UInt8] = [1, 5, 1] + [UInt8](repeating: 9, count: 8)
            bytes.appendVarint(UInt64(count))
            for index in 0..<count { bytes.appendWord(UInt64(index)) }
            return RecordTests.sealed(bytes)
        }
        let ids = (0..<RecordLimits.collected).map { ComponentID(rawValue: UInt64($0)) }
        let most = RecordCodec.encode(.collect(ids), RecordTests.head)
        #expect(most.count < RecordLimits.bytes)
        #expect(try RecordTests.decode(most).record == .collect(ids))
        #expect(try RecordTests.decode(body(ids.count)).record == .collect(ids))
        for count in [0, RecordLimits.collected + 1] {
            #expect(throws: WireError.self) { try RecordTests.decode(body(count)) }
        }
    }

    /// What the edge should have refused would make a record that nobody can fold: the builder
    /// stops the program before such a record is in a log.
    @Test func shouldRefuseToBuildWhatCannotBeFolded() async {
        await #expect(processExitsWith: .failure) {
            var builder = EventRecordBuilder()
            let end = TestEnd("cookie", String(repeating: "v", count: EventLimits.valueBytes + 1))
            EventRecords.append(TestEvent(.observe, end), to: &builder)
        }
        await #expect(processExitsWith: .failure) {
            var builder = EventRecordBuilder()
            EventRecords.append(
                TestEvent(.observe, TestEnd("cookie", "c"), source: ""), to: &builder)
        }
        await #expect(processExitsWith: .failure) {
            var builder = EventRecordBuilder()
            EventRecords.append(
                TestEvent(.observe, TestEnd("cookie", "c"), at: EventTime.never.milliseconds),
                to: &builder)
        }
        await #expect(processExitsWith: .failure) {
            var builder = EventRecordBuilder()
            let end = TestEnd("cookie", "c")
            EventRecords.append(TestEvent(.link, end, end), to: &builder)
        }
        await #expect(processExitsWith: .failure) {
            var builder = EventRecordBuilder()
            let block = RecordLimitsTests.attributes(AttributeLimits.eventBytes + 1)
            EventRecords.append(
                TestEvent(.observe, TestEnd("cookie", "c"), attributes: block), to: &builder)
        }
        await #expect(processExitsWith: .failure) {
            _ = RecordCodec.encode(.collect([]), RecordTests.head)
        }
        await #expect(processExitsWith: .failure) {
            let ids = [ComponentID](repeating: .none, count: RecordLimits.collected + 1)
            _ = RecordCodec.encode(.collect(ids), RecordTests.head)
        }
    }
}
