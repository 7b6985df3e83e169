import GraphCore
import IdentityModel
import ProfileCore
import TestSupport
import Testing
import WireFormat

@Suite("Event frames")
struct EventFrameTests {
    private static let a = TestEnd("email", "ana@example.com")
    private static let b = TestEnd("cookie", "c-1")

    private static func body(of record: [UInt8]) throws -> Range<Int> {
        guard case .events(let body) = try RecordTests.decode(record).record else {
            throw WireError(.damaged, "not events")
        }
        return body
    }

    private static func decode(_ record: [UInt8]) throws -> EventFrame {
        var frame = EventFrame()
        try frame.decode(record.span, body: body(of: record))
        return frame
    }

    private static func canonical(_ event: TestEvent) -> TestEvent {
        event.ends.first == event.a ? event : event.swapped
    }

    /// A record of one event whose parts a test writes by hand.
    private static func record(
        flags: UInt8 = 0, ends: [NodeKey] = [a.key, b.key].sorted(),
        values: [[UInt8]] = [[1], [2]],
        time: Int64 = 0, source: UInt64 = 0, namespace: UInt64 = 0, rest: [[UInt8]] = []
    ) -> [UInt8] {
        var bytes: [UInt8] = [1, 1, 1] + [UInt8](repeating: 0, count: 8)
        bytes += [1, 1, 0x6e, 1, 1, 0x73, 1, flags]  // namespace "n", source "s", one event
        for end in ends { bytes.appendKey(end) }
        for value in values {
            bytes.appendVarint(namespace)
            bytes.appendCounted(value.span)
        }
        bytes.appendSignedVarint(time)
        bytes.appendVarint(source)
        for text in rest { bytes.appendCounted(text.span) }
        return RecordTests.sealed(bytes)
    }

    /// A block of one to five attributes.
    private static func attributes(_ chance: inout SeededGenerator) -> [UInt8] {
        let values: [[UInt8]] = [
            [1], [2], [3, 0, 0], [3, 15, 2], [4, 0], [4, 2, 0x68, 0x69], [5, 0], [5, 2, 1, 4, 0],
        ]
        let count = 1 + chance.below(5)
        let names = (0..<count).map { [UInt8(0x61 + $0)] + chance.bytes(chance.below(3)) }
        return [UInt8(count)] + names.flatMap { [UInt8($0.count)] + $0 + chance.pick(values) }
    }

    /// A record of an observe with such a block.
    private static func observe(_ block: [UInt8]) -> [UInt8] {
        record(flags: 0x24, ends: [a.key], values: [[1]], rest: [block])
    }

    private static func code(_ record: [UInt8]) -> WireError.Code? {
        do {
            _ = try decode(record)
            return nil
        } catch { return (error as? WireError)?.code }
    }

    // MARK: Round trips

    @Test func shouldReadBackRandomEvents() throws {
        var builder = EventRecordBuilder()
        var frame = EventFrame()
        for seed in 0..<UInt64(TestBudget.rounds(60)) {
            var chance = SeededGenerator(seed: seed)
            var events = RandomEvents(seed: seed).events
            for index in events.indices where chance.chance(30) {
                events[index].eventID = "evt-\(index)"
            }
            for index in events.indices where events[index].b == nil && chance.chance(70) {
                events[index].attributes = Self.attributes(&chance)
            }
            for event in events { EventRecords.append(event, to: &builder) }
            #expect(builder.count == events.count)
            let record = builder.finish(RecordTests.head)
            #expect(builder.count == 0)
            try frame.decode(record.span, body: Self.body(of: record))
            let isSame = EventRecords.events(in: frame, of: record) == events.map(Self.canonical)
            #expect(isSame, "seed \(seed)")
        }
    }

    @Test func shouldReadBackTheLargestAndTheEmpty() throws {
        let value = String(repeating: "v", count: EventLimits.valueBytes)
        let namespace = String(repeating: "n", count: EventLimits.namespaceBytes)
        let source = String(repeating: "s", count: EventLimits.sourceBytes)
        let large = [
            TestEvent(
                .ban, TestEnd(namespace, value), TestEnd("n", value + ""),
                at: EventTime.minimum.milliseconds, source: source,
                reason: String(repeating: "r", count: EventLimits.reasonBytes),
                eventID: String(repeating: "i", count: EventLimits.eventIDBytes)),
            TestEvent(.observe, TestEnd("n", "v"), at: EventTime.maximum.milliseconds),
            TestEvent(
                .observe, TestEnd(namespace, value), source: source,
                reason: String(repeating: "r", count: EventLimits.reasonBytes),
                eventID: String(repeating: "i", count: EventLimits.eventIDBytes),
                attributes: RecordLimitsTests.largestAttributes),
            TestEvent(.link, Self.a, Self.b, at: EventTime.minimum.milliseconds),
        ]
        let record = EventRecords.record(large, RecordTests.head)
        let frame = try Self.decode(record)
        #expect(EventRecords.events(in: frame, of: record) == large.map(Self.canonical))
        let empty = try Self.decode(EventRecords.record([], RecordTests.head))
        #expect(empty.entries.isEmpty && empty.namespaces.isEmpty && empty.sources.isEmpty)
    }

    @Test func shouldNumberManyNames() throws {
        // More than the sixteen that are looked for one after the other, each used again later.
        let ends = (0..<40).map { TestEnd("ns\($0)", "v") }
        let events = (0..<200).map { TestEvent(.observe, ends[$0 * 7 % 40], source: "s\($0 % 33)") }
        let record = EventRecords.record(events, RecordTests.head)
        let frame = try Self.decode(record)
        #expect(frame.namespaces.count == 40)
        #expect(frame.sources.count == 33)
        #expect(EventRecords.events(in: frame, of: record) == events)
    }

    @Test func shouldHoldBothOrdersOfEndsAlike() {
        let event = TestEvent(.link, Self.a, Self.b, at: 5)
        #expect(
            EventRecords.record([event], RecordTests.head)
                == EventRecords.record([event.swapped], RecordTests.head))
    }

    /// Whether nothing is there, or a block within its limits.
    private static func isBlock(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        if range.isEmpty { return true }
        guard range.count <= AttributeLimits.eventBytes,
            var reader = try? AttributeReader(bytes.span, range),
            (1...AttributeLimits.perEvent).contains(reader.remaining)
        else { return false }
        while let next = try? reader.next(bytes.span) {
            guard next.name.range.count <= AttributeLimits.nameBytes,
                next.value.range.count <= AttributeLimits.valueBytes
            else { return false }
        }
        return reader.remaining == 0
    }

    // MARK: Refusals

    @Test func shouldTakeTheHandWrittenEvent() throws {
        #expect(Self.code(Self.record()) == nil)
        #expect(Self.code(Self.record(flags: 4, ends: [Self.a.key], values: [[1]])) == nil)
        #expect(Self.code(Self.record(flags: 0x18, rest: [[1], [2]])) == nil)
        #expect(Self.code(Self.observe([1, 1, 0x6b, 2])) == nil)
        #expect(
            Self.code(
                Self.record(
                    flags: 0x3c, ends: [Self.a.key], values: [[1]],
                    rest: [[1], [2], [1, 1, 0x6b, 2]])) == nil)
    }

    /// A block that is none would be met where it is folded, when the record is in the log already.
    @Test func shouldRefuseAttributesThatAreNoBlock() {
        let damaged: [[UInt8]] = [
            [], [0], [1], [1, 0], [1, 1, 0x6b], [1, 0, 2], [1, 1, 0x6b, 7], [1, 1, 0x6b, 2, 0],
            [2, 1, 0x6b, 2], [2, 1, 0x6b, 2, 1, 0x6b, 2], [2, 1, 0x6c, 2, 1, 0x6b, 2],
            [1, 1, 0x6b, 3, 0, 20], [1, 1, 0x6b, 4, 2, 0x68], [1, 1, 0x6b, 5, 1, 5, 0],
        ]
        for block in damaged {
            #expect(Self.code(Self.observe(block)) == .damaged, "\(block)")
        }
    }

    @Test func shouldRefuseAttributesBeyondTheirLimits() {
        func text(_ count: Int) -> [UInt8] {
            var value: [UInt8] = [4]
            value.appendCounted([UInt8](repeating: 0x76, count: count).span)
            return value
        }
        func named(_ count: Int) -> [UInt8] {
            [1, UInt8(count)] + [UInt8](repeating: 0x6b, count: count) + [2]
        }
        func many(_ count: Int) -> [UInt8] {
            [UInt8(count)] + (0..<count).flatMap { [1, UInt8($0), 2] }
        }
        #expect(Self.code(Self.observe(named(AttributeLimits.nameBytes))) == nil)
        #expect(Self.code(Self.observe(named(AttributeLimits.nameBytes + 1))) == .damaged)
        #expect(Self.code(Self.observe(many(AttributeLimits.perEvent))) == nil)
        #expect(Self.code(Self.observe(many(AttributeLimits.perEvent + 1))) == .damaged)
        let longest = text(AttributeLimits.valueBytes - 3)
        #expect(longest.count == AttributeLimits.valueBytes)
        #expect(Self.code(Self.observe([1, 1, 0x6b] + longest)) == nil)
        #expect(
            Self.code(Self.observe([1, 1, 0x6b] + text(AttributeLimits.valueBytes - 2)))
                == .damaged)
        let largest = RecordLimitsTests.largestAttributes
        #expect(Self.code(Self.observe(largest)) == nil)
        #expect(
            Self.code(Self.observe(RecordLimitsTests.attributes(largest.count + 1))) == .damaged)
    }

    @Test func shouldRefuseWhatItDoesNotKnowAsNewer() {
        for flags: UInt8 in [5, 6, 7, 0x20, 0x21, 0x22, 0x23, 0x40, 0x80] {
            #expect(Self.code(Self.record(flags: flags)) == .newerFormat)
        }
    }

    @Test func shouldRefusePairsThatAreNotCanonical() {
        let keys = [Self.a.key, Self.b.key].sorted()
        #expect(Self.code(Self.record(ends: keys.reversed())) == .damaged)
        #expect(Self.code(Self.record(ends: [keys[0], keys[0]])) == .damaged)
    }

    @Test func shouldRefuseNamesThatTheRecordLacks() {
        #expect(Self.code(Self.record(source: 1)) == .damaged)
        #expect(Self.code(Self.record(namespace: 1)) == .damaged)
        #expect(Self.code(Self.record(source: UInt64.max)) == .damaged)
    }

    /// The limits that keep folding from failing, each at its edge.
    @Test func shouldRefuseLengthsBeyondTheirLimits() {
        func text(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x61, count: count) }
        let limits = [
            (EventLimits.valueBytes, { Self.record(values: [text($0), [1]]) }),
            (EventLimits.valueBytes, { Self.record(values: [[1], text($0)]) }),
            (EventLimits.eventIDBytes, { Self.record(flags: 0x08, rest: [text($0)]) }),
            (EventLimits.reasonBytes, { Self.record(flags: 0x10, rest: [text($0)]) }),
        ]
        for (limit, record) in limits {
            #expect(Self.code(record(1)) == nil)
            #expect(Self.code(record(limit)) == nil)
            #expect(Self.code(record(limit + 1)) == .damaged)
            #expect(Self.code(record(0)) == .damaged, "nothing is said by leaving it out")
        }
    }

    /// A time outside the accepted years could equal `never`, and its link would name nobody.
    @Test func shouldRefuseTimesBeyondTheirLimits() {
        for time in [EventTime.minimum, .maximum] {
            #expect(Self.code(Self.record(time: time.milliseconds)) == nil)
        }
        for time in [
            EventTime.minimum.milliseconds - 1, EventTime.maximum.milliseconds + 1,
            EventTime.never.milliseconds, Int64.min,
        ] {
            #expect(Self.code(Self.record(time: time)) == .damaged)
        }
    }

    @Test func shouldRefuseNamesBeyondTheirLimits() {
        func record(_ namespace: Int, _ source: Int) -> [UInt8] {
            var bytes: [UInt8] = [1, 1, 1] + [UInt8](repeating: 0, count: 8)
            for length in [namespace, source] {
                bytes.appendVarint(1)
                bytes.appendCounted([UInt8](repeating: 0x61, count: length).span)
            }
            bytes.append(0)
            return RecordTests.sealed(bytes)
        }
        let (namespace, source) = (EventLimits.namespaceBytes, EventLimits.sourceBytes)
        #expect(Self.code(record(namespace, source)) == nil)
        #expect(Self.code(record(namespace + 1, source)) == .damaged)
        #expect(Self.code(record(namespace, source + 1)) == .damaged)
        #expect(Self.code(record(0, source)) == .damaged)
        #expect(Self.code(record(namespace, 0)) == .damaged)
    }

    @Test func shouldRefuseAFrameCutAnywhere() throws {
        let record = EventRecords.record(
            RandomEvents(seed: 9, count: 5...9).events, RecordTests.head)
        let body = try Self.body(of: record)
        for end in body.lowerBound..<body.upperBound {
            #expect(throws: WireError.self) {
                var frame = EventFrame()
                try frame.decode(record.span, body: body.lowerBound..<end)
            }
        }
    }

    /// Damage behind a true checksum: an error, or events within all limits; never a trap.
    @Test func shouldKeepItsPromisesUnderRandomDamage() throws {
        var chance = SeededGenerator(seed: 6)
        var (refused, read) = (0, 0)
        let records = (0..<UInt64(10)).map { (seed: UInt64) -> [UInt8] in
            var events = RandomEvents(seed: seed, count: 1...12).events
            for index in events.indices where events[index].b == nil {
                events[index].attributes = Self.attributes(&chance)
            }
            events.append(TestEvent(.observe, Self.a, attributes: Self.attributes(&chance)))
            return EventRecords.record(events, RecordTests.head)
        }
        for _ in 0..<TestBudget.rounds(10_000) {
            let record = chance.pick(records)
            let start = try Self.body(of: record).lowerBound
            let body = Mutation.damaged(Array(record[start..<record.count - 8]), &chance)
            let damaged = RecordTests.sealed(record[..<start] + body)
            guard let frame = try? Self.decode(damaged) else {
                refused += 1
                continue
            }
            read += 1
            let isWithinLimits = frame.entries.allSatisfy { entry in
                let lengths = [entry.valueOfA, entry.valueOfB].map(\.range.count)
                let isNumbered =
                    entry.source < frame.sources.count
                    && entry.namespaceOfA < frame.namespaces.count
                    && entry.namespaceOfB < frame.namespaces.count
                let isAccepted = entry.time >= .minimum && entry.time <= .maximum
                return (entry.a < entry.b || entry.operation == .observe) && isNumbered
                    && isAccepted
                    && lengths.allSatisfy { (1...EventLimits.valueBytes).contains($0) }
                    && entry.reason.range.count <= EventLimits.reasonBytes
                    && entry.valueOfB.range.upperBound <= damaged.count - 8
                    && Self.isBlock(damaged, entry.attributes.range)
            }
            #expect(isWithinLimits)
        }
        #expect(refused > 1_000 && read > 1_000, "the damage should be of both kinds")
    }
}
