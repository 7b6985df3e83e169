import GraphCore
import IdentityModel
import TestSupport
import Testing
import WireFormat

@Suite("Records")
struct RecordTests {
    static let head = RecordHead(logicVersion: 1, configurationDigest: 0x1122_3344_5566_7788)

    static let plain: [Record] = [
        .tick(EventTime(milliseconds: 0)), .tick(.minimum), .tick(.maximum),
        .tick(EventTime(milliseconds: Int64.min)), .tick(.never),
        .done(offset: 0), .done(offset: UInt64.max),
        .collect([.none]), .collect([ComponentID(rawValue: UInt64.max)]),
        .collect([
            ComponentID(partition: PartitionID(7), sequence: ComponentID.maximumSequence),
            ComponentID(partition: PartitionID(7), sequence: 1), .none,
        ]),
        .logic(version: 0), .logic(version: UInt64.max),
    ]

    /// Bytes with a true checksum at their end.
    static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var sealed = bytes
        sealed.appendWord(Mixing.hash(bytes.span))
        return sealed
    }

    static func decode(_ bytes: [UInt8]) throws(WireError) -> (head: RecordHead, record: Record) {
        try RecordCodec.decode(bytes.span)
    }

    @Test(arguments: plain)
    func shouldReadBackWhatWasWritten(record: Record) throws {
        for head in [Self.head, RecordHead(logicVersion: UInt64.max, configurationDigest: 0)] {
            let bytes = RecordCodec.encode(record, head)
            let decoded = try Self.decode(bytes)
            #expect(decoded.record == record)
            #expect(decoded.head == head)
            let stored = bytes.suffix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            #expect(RecordCodec.soundChecksum(bytes.span) == stored)
            #expect(RecordCodec.storedChecksum(bytes.span) == stored)
        }
    }

    /// The heads of kinds with a body of their own, by hand.
    @Test func shouldReadMessagesAndRules() throws {
        var messages: [UInt8] = [1, 2, 1] + [UInt8](repeating: 9, count: 8)
        messages.appendVarint(UInt64(UInt16.max))
        messages.appendVarint(77)
        let start = messages.count
        messages += [1, 2, 3]
        #expect(
            try Self.decode(Self.sealed(messages)).record
                == .messages(
                    sender: PartitionID(UInt16.max), number: 77, bodies: [start..<start + 3]))
        var rules: [UInt8] = [1, 6, 1] + [UInt8](repeating: 9, count: 8)
        rules.appendVarint(5)
        #expect(
            try Self.decode(Self.sealed(rules)).record
                == .rules(version: 5, body: rules.count..<rules.count))
        var foreign: [UInt8] = [1, 2, 1] + [UInt8](repeating: 9, count: 8)
        foreign.appendVarint(UInt64(UInt16.max) + 1)
        foreign.appendVarint(1)
        #expect(throws: WireError.self) { try Self.decode(Self.sealed(foreign)) }
    }

    /// Several deliveries in one record: lengths, number and count are checked.
    @Test func shouldReadBundles() throws {
        let head: [UInt8] = [1, 8, 1] + [UInt8](repeating: 9, count: 8)
        func bundle(number: UInt64, _ rest: [UInt8]) throws(WireError) -> Record {
            var bytes = head + [3]
            bytes.appendVarint(number)
            return try Self.decode(Self.sealed(bytes + rest)).record
        }
        let start = head.count + 2
        #expect(
            try bundle(number: 77, [2, 5, 5, 0, 1, 6])
                == .messages(
                    sender: PartitionID(3), number: 77,
                    bodies: [start + 1..<start + 3, start + 4..<start + 4, start + 5..<start + 6]))
        for rest in [[], [0], [2, 5, 5], [2, 5], [1, 5, 2, 5], [0x80, 0, 0]] as [[UInt8]] {
            #expect(throws: WireError.self, "\(rest)") { try bundle(number: 77, rest) }
        }
        #expect(throws: WireError.self) { try bundle(number: .max - 1, [0, 0]) }
        #expect(try bundle(number: .max - 2, [0, 0]) != .tick(.minimum))
    }

    /// What is written of one delivery is of the kind that has one, of several of the other.
    @Test(arguments: 1...5) func shouldReadBackDeliveries(count: Int) throws {
        let bodies = (0..<count).map { [UInt8](repeating: UInt8($0), count: $0 * 60) }
        let record = RecordCodec.encode(
            deliveries: bodies[...], sender: PartitionID(300), number: 5, Self.head)
        #expect(record[1] == (count == 1 ? 2 : 8))
        guard case .messages(PartitionID(300), 5, let read) = try Self.decode(record).record else {
            Issue.record("not deliveries")
            return
        }
        #expect(read.map { Array(record[$0]) } == bodies)
    }

    @Test func shouldTellALaterFormatFromDamage() {
        func code(_ bytes: [UInt8]) -> WireError.Code? {
            do throws(WireError) {
                _ = try Self.decode(Self.sealed(bytes))
                return nil
            } catch { return error.code }
        }
        let rest: [UInt8] = [1] + [UInt8](repeating: 0, count: 8) + [0]
        #expect(code([1, 3] + rest) == nil)
        #expect(code([2, 3] + rest) == .newerFormat)
        #expect(code([255, 3] + rest) == .newerFormat)
        #expect(code([0, 3] + rest) == .damaged, "no format 0 was ever written")
        #expect(code([1, 9] + rest) == .newerFormat)
        #expect(code([1, 0] + rest) == .newerFormat)
        #expect(code([1, 3] + rest + [0]) == .damaged, "bytes are left over")
        #expect(code([]) == .damaged)
        #expect(code([1]) == .damaged)
    }

    @Test(arguments: plain)
    func shouldRefuseARecordCutAnywhere(record: Record) {
        let bytes = RecordCodec.encode(record, Self.head)
        for end in 0..<bytes.count {
            #expect(throws: WireError.self) { try Self.decode(Array(bytes[..<end])) }
            // The same with a true checksum: the body itself ends early.
            guard end < bytes.count - 8 else { continue }
            #expect(throws: WireError.self) { try Self.decode(Self.sealed(Array(bytes[..<end]))) }
        }
    }

    @Test func shouldRefuseEveryFlippedBit() {
        let set = RandomEvents(seed: 3, count: 5...20)
        for bytes in [
            EventRecords.record(set.events, Self.head),
            RecordCodec.encode(.done(offset: 5), Self.head),
        ] {
            for bit in 0..<bytes.count * 8 {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(throws: WireError.self) { try Self.decode(damaged) }
            }
        }
    }

    @Test func shouldRefuseRandomDamage() {
        var chance = SeededGenerator(seed: 4)
        let records =
            Self.plain.map { RecordCodec.encode($0, Self.head) }
            + (0..<20).map {
                EventRecords.record(RandomEvents(seed: $0, count: 1...30).events, Self.head)
            }
        for _ in 0..<TestBudget.rounds(10_000) {
            let record = chance.pick(records)
            let damaged = Mutation.damaged(record, &chance)
            guard !records.contains(damaged) else { continue }
            #expect(throws: WireError.self) { try Self.decode(damaged) }
        }
    }
}
