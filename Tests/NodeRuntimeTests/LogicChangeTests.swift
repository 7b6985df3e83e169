import IdentityModel
import NodeRuntime
import PartitionCore
import TestSupport
import Testing

/// The logic of a store whose logs are its own is raised by the program that opens it to write, and
/// earlier programs then refuse it.
@Suite("Logic of a store")
struct LogicChangeTests {
    private typealias Group = PartitionGroup<MemoryLog, MemoryState>

    private struct Stores {
        let log = MemoryLog()
        let states: [MemoryState]

        init(_ count: Int) { states = (0..<count).map { _ in MemoryState() } }

        func open(
            _ known: ClosedRange<UInt64>, limit: UInt64? = nil
        ) throws(StoreFailure) -> Group {
            var settings = RuntimeFixture.settings()
            settings.partitionCount = UInt16(states.count)
            settings.knownLogic = known
            settings.logicLimit = limit
            return try Group(log: log, states: states, settings: settings)
        }

        func failure(_ known: ClosedRange<UInt64>) -> StoreFailure? {
            RuntimeFixture.failure { () throws(StoreFailure) in _ = try open(known) }
        }
    }

    private static func append(_ events: ArraySlice<TestEvent>, to group: Group) throws {
        try group.append(
            events.map { event in
                (
                    PartitionID.home(of: event.ends[0].key, among: group.partitionCount),
                    EventRecords.record([event], group.recordHead)
                )
            })
    }

    private static func versions(_ group: Group) -> [UInt64] { group.runtimes.map(\.logicVersion) }

    @Test(arguments: [1, 3], [false, true])
    func shouldBeRaisedByTheProgramThatWrites(_ count: Int, isStored: Bool) throws {
        let stores = Stores(count)
        let events = RandomEvents(seed: 90, nodes: 10...20, count: 60...80).events
        let old = try stores.open(1...1)
        #expect(try !old.raiseLogic())
        try Self.append(events[..<20], to: old)
        if isStored { try old.checkpoint() }
        // Who asks, and who is held back, leaves it to the old program.
        for limit in [nil, 1] as [UInt64?] {
            let group = try stores.open(1...2, limit: limit)
            if limit != nil { #expect(try !group.raiseLogic()) }
            try Self.append(events[20..<30], to: group)
            #expect(Self.versions(group).allSatisfy { $0 == 1 })
            if isStored { try group.checkpoint() }
            #expect(stores.failure(1...1) == nil)
        }
        let new = try stores.open(1...2)
        #expect(try new.raiseLogic())
        #expect(new.logicVersion == 2 && Self.versions(new).allSatisfy { $0 == 2 })
        let positions = new.runtimes.map(\.position)
        #expect(try !new.raiseLogic())
        #expect(new.runtimes.map(\.position) == positions, "the same version leaves no record")
        try Self.append(events[30...], to: new)
        if isStored { try new.checkpoint() }
        let refused = try #require(stores.failure(1...1))
        #expect(refused.code == .newerFormat && refused.remedy == Remedy.upgrade)
        #expect(refused.reason.hasSuffix("at version 2 of the logic, and this release knows 1"))
        let again = try stores.open(1...2, limit: 1)
        #expect(try !again.raiseLogic(), "what is in force stays")
        #expect(Self.versions(again).allSatisfy { $0 == 2 })
        var oracle = GraphOracle(namespaces: RandomEvents.namespaces)
        for event in events { oracle.fold(event) }
        #expect(again.digest == oracle.solve().digest)
    }

    /// A process that ended in between has left one partition raised: no program goes behind that.
    @Test func shouldEndWhatWasBegun() throws {
        let stores = Stores(3)
        let group = try stores.open(1...2)
        try group.append([(PartitionID(1), group.runtimes[1].logicRecord(2))])
        let opened = try stores.open(1...2, limit: 1)
        #expect(Self.versions(opened) == [1, 2, 1] && opened.logicVersion == 2)
        #expect(try !opened.raiseLogic(), "the store was at it already")
        #expect(Self.versions(opened) == [2, 2, 2])
        #expect(try Self.versions(stores.open(1...2)) == [2, 2, 2])
    }

    /// What has left version 1 behind takes over from a program that knows both, and makes stores.
    @Test(arguments: [1, 3]) func shouldLeaveVersionsBehind(_ count: Int) throws {
        let stores = Stores(count)
        let events = RandomEvents(seed: 91, nodes: 10...20, count: 60...80).events
        let old = try stores.open(1...1)
        try Self.append(events[..<20], to: old)
        try old.checkpoint()
        let refused = try #require(stores.failure(2...3))
        #expect(refused.code == .otherConfiguration && refused.remedy == Remedy.upgradeByWay)
        #expect(
            refused.reason == "the checkpoint is at version 1 of the logic, and this release knows "
                + "2 to 3")
        let between = try stores.open(1...2)
        _ = try between.raiseLogic()
        try between.checkpoint()
        let new = try stores.open(2...3)
        #expect(try new.raiseLogic())
        try Self.append(events[20...], to: new)
        #expect(Self.versions(new).allSatisfy { $0 == 3 })
        let made = try Stores(count).open(2...3, limit: 1)
        _ = try made.raiseLogic()
        try Self.append(events[...], to: made)
        #expect(made.logicVersion == 2)
        #expect(made.digest == new.digest)
    }
}
