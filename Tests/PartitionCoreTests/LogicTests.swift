import GraphCore
import IdentityModel
import PartitionCore
import TestSupport
import Testing
import WireFormat

/// Programs that know other versions of the logic fold one log by the same, or stop.
@Suite("Versions of the logic")
struct LogicTests {
    /// Programs that know version 1, both, and version 2 with the one that is to come.
    private static let (old, new, later) =
        (1...1, 1...2, 2...3)
        as (
            ClosedRange<UInt64>, ClosedRange<UInt64>, ClosedRange<UInt64>
        )

    private static func head(_ version: UInt64) -> RecordHead {
        RecordHead(
            logicVersion: version,
            configurationDigest: MachineDriver.head.configurationDigest)
    }

    private static func event(_ version: UInt64, _ value: String = "c") -> [UInt8] {
        EventRecords.record([TestEvent(.observe, TestEnd("cookie", value))], head(version))
    }

    private static func raise(to version: UInt64, from present: UInt64 = 1) -> [UInt8] {
        RecordCodec.encode(.logic(version: version), head(present))
    }

    private static func failure(_ driver: MachineDriver, _ record: [UInt8]) -> StepError? {
        do throws(StepError) {
            _ = try driver.step(record)
            return nil
        } catch { return error }
    }

    /// The log says it, by a record or by a head, and it never falls.
    @Test func shouldBeInForceFromTheRecordOnThatSaysIt() throws {
        for (record, wanted) in [
            (Self.raise(to: 2), 2), (Self.event(2), 2), (Self.raise(to: 1, from: 2), 2),
            (Self.raise(to: 1), 1), (Self.event(1), 1),
        ] as [([UInt8], UInt64)] {
            let driver = MachineDriver(knownLogic: Self.new)
            #expect(driver.machine.logicVersion == 1)
            _ = try driver.step(record)
            #expect(driver.machine.checkpointHeader.logicVersion == wanted)
            try driver.reopen()
            #expect(driver.machine.logicVersion == wanted)
            for later in [Self.event(1), Self.raise(to: 1)] {
                _ = try driver.step(later)
                #expect(driver.machine.logicVersion == wanted, "it never falls")
            }
        }
    }

    /// Who lacks the version in force stops before the record, however it is said.
    @Test func shouldStopAtWhatItLacks() throws {
        for record in [Self.raise(to: 2), Self.event(2)] {
            let driver = MachineDriver(knownLogic: Self.old)
            _ = try driver.step(Self.event(1))
            let before = driver.machine.checkpointHeader
            #expect(Self.failure(driver, record) == .unknownLogic(version: 2, known: Self.old))
            #expect(driver.machine.checkpointHeader == before)
            let mayPass = driver.machine.mayPass(record.span)
            #expect(!mayPass, "a later release folds it")
        }
        let driver = MachineDriver(knownLogic: Self.later)
        #expect(
            Self.failure(driver, Self.event(1)) == .unknownLogic(version: 1, known: Self.later))
    }

    /// A program that has left version 1 behind begins a log with what it knows, and takes what
    /// comes late of earlier programs.
    @Test func shouldBeginWithWhatItKnows() throws {
        for record in [Self.raise(to: 2), Self.event(2), Self.raise(to: 3), Self.event(3)] {
            let driver = MachineDriver(knownLogic: Self.later)
            #expect(driver.machine.logicVersion == 2)
            _ = try driver.step(record)
            let version = driver.machine.checkpointHeader.logicVersion
            #expect(version >= 2)
            _ = try driver.step(Self.event(1, "late"))
            #expect(driver.machine.checkpointHeader.logicVersion == version)
            #expect(driver.machine.eventCount > 0)
        }
    }

    /// A link whose ends have their homes in two partitions, for the log of the first.
    private static func crossing(_ round: Int) throws -> TestEvent {
        let ends = (0..<64).map { TestEnd("cookie", "\(round)-\($0)") }
            .sorted { $0.key < $1.key }
        let first = PartitionID(0)
        let lesser = try #require(ends.first { PartitionID.home(of: $0.key, among: 2) == first })
        let greater = try #require(
            ends.last { PartitionID.home(of: $0.key, among: 2) != first && lesser.key < $0.key })
        return TestEvent(.link, lesser, greater)
    }

    /// What a partition says carries the version in force, and not what its program knows: until
    /// that is raised, all programs that know it say the same bytes.
    @Test func differentialProgramsOfOneVersionSayTheSame() throws {
        let configuration = GraphConfiguration(
            partition: PartitionID(0), partitionCount: 2, namespaces: RandomEvents.namespaces)
        let drivers = [Self.old, Self.new].map {
            MachineDriver(configuration, knownLogic: $0)
        }
        func step(_ record: [UInt8], of drivers: [MachineDriver]) throws -> [UInt64] {
            let results = try drivers.map { try $0.step(record) }
            #expect(results.allSatisfy { $0 == results[0] })
            let version = drivers[0].machine.logicVersion
            #expect(drivers.allSatisfy { $0.machine.logicVersion == version })
            return results[0].deliveries.map { _ in version }
        }
        for round in 0..<8 {
            let record = EventRecords.record([try Self.crossing(round)], Self.head(1))
            let said = try step(record, of: drivers)
            #expect(!said.isEmpty && said.allSatisfy { $0 == 1 })
            if round % 3 == 2 { try drivers[1].reopen() }
        }
        for driver in drivers { driver.checkpoint() }
        let isSame = drivers[0].stored == drivers[1].stored
        #expect(isSame)
        // One that was begun by the record itself, and those behind it.
        for version in [2, 1] as [UInt64] {
            let event = try Self.crossing(100 + Int(version))
            let said = try step(
                EventRecords.record([event], Self.head(version)), of: [drivers[1]])
            #expect(!said.isEmpty && said.allSatisfy { $0 == 2 })
        }
    }
}
