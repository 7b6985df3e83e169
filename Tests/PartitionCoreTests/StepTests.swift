import GraphCore
import IdentityModel
import PartitionCore
import TestSupport
import Testing
import WireFormat

@Suite("Steps")
struct StepTests {
    private let driver = MachineDriver(digests: [0x5eed, 0x01d])

    private func head(
        logic: UInt64 = 1, configuration: UInt64 = MachineDriver.head.configurationDigest
    ) -> RecordHead {
        RecordHead(logicVersion: logic, configurationDigest: configuration)
    }

    private func failure(_ record: [UInt8]) -> StepError? {
        do throws(StepError) {
            _ = try driver.step(record)
            return nil
        } catch { return error }
    }

    private static let event = TestEvent(.observe, TestEnd("cookie", "c"))

    @Test func shouldCountEventsRepeatsIncluded() throws {
        let record = EventRecords.record([Self.event, Self.event, Self.event], head())
        #expect(try driver.step(record).eventCount == 3)
        #expect(try driver.step(record).eventCount == 3)
        #expect(try driver.step(EventRecords.record([], head())).eventCount == 0)
        #expect(driver.machine.eventCount == 6)
        #expect(driver.machine.position == 3)
        #expect(driver.machine.graph.counters.identifiers == 1)
        let last = EventRecords.record([], head())
        #expect(driver.machine.lastRecordChecksum == RecordCodec.soundChecksum(last.span))
    }

    @Test func shouldFoldControlRecords() throws {
        let before = driver.machine.checkpointHeader
        for record in [
            Record.tick(.minimum), .tick(EventTime(milliseconds: Int64.max)),
            .collect([ComponentID(rawValue: UInt64.max)]), .collect([.none]), .logic(version: 1),
        ] {
            #expect(try driver.step(RecordCodec.encode(record, head())).eventCount == 0)
        }
        var after = driver.machine.checkpointHeader
        #expect(after.position == 5)
        after.position = before.position
        after.lastRecordChecksum = before.lastRecordChecksum
        #expect(after == before, "control records change nothing else yet")
    }

    @Test func shouldNeverLetDoneFall() throws {
        for (offset, wanted) in [(5, 5), (3, 5), (0, 5), (9, 9)] as [(UInt64, UInt64)] {
            _ = try driver.step(RecordCodec.encode(.done(offset: offset), head()))
            #expect(driver.machine.checkpointHeader.doneOffset == wanted)
        }
        _ = try driver.step(RecordCodec.encode(.done(offset: UInt64.max), head()))
        #expect(driver.machine.checkpointHeader.doneOffset == UInt64.max)
    }

    @Test func shouldFoldRecordsOfEarlierSettings() throws {
        let old = EventRecords.record([Self.event], head(configuration: 0x01d))
        #expect(try driver.step(old).eventCount == 1)
    }

    /// What the machine may not fold it refuses before anything has changed.
    @Test func shouldRefuseWhatItMayNotFold() throws {
        _ = try driver.step(EventRecords.record([Self.event], head()))
        let before = driver.machine.checkpointHeader
        let events = EventRecords.record([TestEvent(.observe, TestEnd("cookie", "d"))], head())
        var newer = events
        newer[0] = 2
        var damaged = events
        damaged[15] ^= 1
        let refused: [(record: [UInt8], error: StepError)] = [
            (EventRecords.record([], head(configuration: 0)), .foreignConfiguration),
            (EventRecords.record([], head(logic: 2, configuration: 0)), .foreignConfiguration),
            (EventRecords.record([], head(logic: 2)), .unknownLogic(version: 2, known: 1...1)),
            (EventRecords.record([], head(logic: 0)), Self.noLogic),
            (
                RecordCodec.encode(.logic(version: 2), head()),
                .unknownLogic(version: 2, known: 1...1)
            ),
            (RecordCodec.encode(.logic(version: 0), head()), Self.noLogic),
            (Self.resealed(newer), .record(WireError(.newerFormat, "a log record has format 2"))),
            (damaged, .record(WireError(.damaged, "a log record fails its checksum"))),
            ([], .record(WireError(.damaged, "a log record fails its checksum"))),
            (Self.messages, .unknownSender(PartitionID(0))),
            (Self.rules, .record(WireError(.damaged, "the bytes end early"))),
        ]
        for (record, error) in refused {
            #expect(failure(record) == error)
            #expect(Self.refusal(record, driver) == error)
        }
        #expect(driver.machine.checkpointHeader == before)
        #expect(Self.refusal(events, driver) == nil)
        #expect(failure(events) == nil)
    }

    private static let noLogic = StepError.record(
        WireError(.damaged, "a log record says version 0 of the logic"))

    private static func refusal(_ record: [UInt8], _ driver: MachineDriver) -> StepError? {
        do throws(StepError) {
            try driver.machine.admit(record.span)
            return nil
        } catch { return error }
    }

    private static func resealed(_ record: [UInt8]) -> [UInt8] {
        var bytes = Array(record.dropLast(8))
        bytes.appendWord(Mixing.hash(bytes.span))
        return bytes
    }

    private static let opening: [UInt8] = [1] + [0xed, 0x5e] + [UInt8](repeating: 0, count: 6)
    private static let messages = resealed(
        [1, 2] + opening + [0, 1] + [UInt8](repeating: 0, count: 8))
    private static let rules = resealed([1, 6] + opening + [1] + [UInt8](repeating: 0, count: 8))

    // MARK: Totality

    /// Whatever a log holds behind true checksums: a step folds it or refuses it, and a graph that
    /// folded it keeps its invariants.
    @Test func shouldFoldOrRefuseWhateverComes() throws {
        var chance = SeededGenerator(seed: 1)
        var driver = MachineDriver()
        var (folded, refused) = (0, 0)
        let records = (0..<20).map {
            EventRecords.record(RandomEvents(seed: $0, nodes: 3...8, count: 1...12).events, head())
        }
        for round in 0..<TestBudget.rounds(6_000) {
            let record = chance.pick(records)
            let body = Mutation.damaged(Array(record[11..<record.count - 8]), &chance)
            let damaged = Self.resealed(
                Array(record[..<11]) + body + [UInt8](repeating: 0, count: 8))
            do throws(StepError) {
                _ = try driver.step(damaged)
                folded += 1
            } catch {
                guard case .record = error else {
                    Issue.record("round \(round): \(error)")
                    return
                }
                refused += 1
                driver = MachineDriver()
            }
            if round % 64 == 0 { #expect(driver.machine.graph.brokenInvariant() == nil) }
        }
        #expect(folded > 500 && refused > 500, "the damage should be of both kinds")
    }

    /// Names that a record's tables hold twice are one name.
    @Test func shouldKnowANameThatStandsTwiceInATable() throws {
        var bytes: [UInt8] = [1, 1] + Self.opening
        bytes += [2, 1, 0x6e, 1, 0x6e, 2, 1, 0x73, 1, 0x73, 2]
        for (key, table) in [(UInt64(1), UInt64(0)), (2, 1)] {
            bytes.append(4)
            bytes.appendKey(NodeKey(high: key, low: 0))
            bytes.appendVarint(table)
            bytes += [1, 0x76, 0]
            bytes.appendVarint(table)
        }
        let record = Self.resealed(bytes + [UInt8](repeating: 0, count: 8))
        #expect(try driver.step(record).eventCount == 2)
        #expect(driver.machine.checkpointHeader.namespaceCount == 1)
        #expect(driver.machine.checkpointHeader.sourceCount == 1)
    }
}
