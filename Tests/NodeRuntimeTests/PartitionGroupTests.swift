import GraphCore
import IdentityModel
import NodeRuntime
import PartitionCore
import TestSupport
import Testing
import WireFormat

/// Several partitions in one process: the graph is the same, whatever their number, and nothing
/// that they say to each other is lost or made up, however they are closed.
@Suite("Several partitions")
struct PartitionGroupTests {
    private typealias Group = PartitionGroup<MemoryLog, MemoryState>
    private typealias Runtime = PartitionRuntime<MemoryLog, MemoryState>

    private struct Stores {
        let count: UInt16
        let log = MemoryLog()
        let states: [MemoryState]

        init(_ count: UInt16) {
            self.count = count
            states = (0..<count).map { _ in MemoryState() }
        }

        func settings(
            _ durability: Durability = .os, tailEvents: UInt64 = .max
        ) -> NodeSettings {
            var settings = RuntimeFixture.settings(tailEvents: tailEvents, durability: durability)
            settings.partitionCount = count
            return settings
        }

        func open(_ durability: Durability = .os, tailEvents: UInt64 = .max) throws -> Group {
            try Group(
                log: log, states: states, settings: settings(durability, tailEvents: tailEvents))
        }

        func runtime(
            _ place: Int, _ durability: Durability = .os, tailEvents: UInt64 = .max
        ) throws -> Runtime {
            try Runtime(
                PartitionID(UInt16(place)), log: log, state: states[place],
                settings: settings(durability, tailEvents: tailEvents))
        }
    }

    /// The events as records, each for the home of its lesser end; some of several events.
    private static func records(
        _ events: [TestEvent], _ count: UInt16
    ) -> [(partition: PartitionID, record: [UInt8])] {
        events.map { event in
            (
                PartitionID.home(of: event.ends[0].key, among: count),
                EventRecords.record([event], RuntimeFixture.head)
            )
        }
    }

    private static func oracle(_ events: [TestEvent]) -> OracleAnswer {
        var oracle = GraphOracle(namespaces: RandomEvents.namespaces)
        for event in events { oracle.fold(event) }
        return oracle.solve()
    }

    @Test(arguments: [1, 2, 3, 4, 16] as [UInt16], Durability.allCases)
    func oracleSameGraphForEachNumberOfPartitions(count: UInt16, durability: Durability) throws {
        for seed in 0..<UInt64(TestBudget.rounds(8)) {
            let events = RandomEvents(seed: 500 + seed, nodes: 3...20, count: 30...80).events
            let records = Self.records(events, count)
            let stores = Stores(count)
            var chance = SeededGenerator(seed: seed)
            var group = try stores.open(durability, tailEvents: 3)
            var next = 0
            while next < records.count {
                let end = min(records.count, next + 1 + chance.below(6))
                try group.append(Array(records[next..<end]))
                next = end
                let wanted = Self.oracle(Array(events[..<end]))
                try #require(group.digest == wanted.digest, "seed \(seed), \(end) events")
                #expect(group.counters.identifiers == wanted.identifiers.count)
                #expect(group.counters.customers == wanted.customers.count)
                #expect(group.counters.liveLinks == wanted.liveLinks)
                #expect(group.eventCount == end)
                if chance.chance(20) { try group.checkpoint() }
                if chance.chance(20) { group = try stores.open(durability, tailEvents: 3) }
            }
            try group.checkpoint()
            #expect(group.tailRecords == 0)
            let verifier = StoreVerifier(
                namespaces: RandomEvents.namespaces,
                keyOf: { text in
                    NodeKey(
                        high: Mixing.hash(text, seed: 1), low: Mixing.hash(text, seed: 2))
                })
            let report = try verifier.verify(stores.states)
            try #require(report.isClean, "\(report.findings.prefix(3))")
            let wanted = Self.oracle(events)
            #expect(report.customers == wanted.customers.count)
            #expect(report.identifiers == wanted.identifiers.count)
        }
    }

    // MARK: The contract

    /// Two partitions, and a link whose ends have their homes in both: what its fold says goes from
    /// partition 0 to partition 1.
    private static func crossing(_ count: UInt16 = 2, _ prefix: String = "c") -> [UInt8] {
        var ends: [TestEnd] = []
        for number in 0... {
            let end = TestEnd("cookie", "\(prefix)\(number)")
            let isHere = PartitionID.home(of: end.key, among: count) == PartitionID(0)
            if ends.isEmpty, isHere { ends.append(end) }
            if ends.count == 1, !isHere, end.key > ends[0].key {
                return EventRecords.record(
                    [TestEvent(.link, ends[0], end, at: 5)], RuntimeFixture.head)
            }
        }
        return []
    }

    /// What several records say to one partition is one record of its log.
    @Test func shouldSayTogetherWhatLeavesTogether() throws {
        let stores = Stores(2)
        let group = try stores.open()
        try group.append((0..<5).map { (PartitionID(0), Self.crossing(2, "r\($0)-")) })
        var counts: [Int] = []
        stores.log.read(from: 0, of: PartitionID(1)) { _, record in
            if case .messages(PartitionID(0), _, let bodies)? =
                try? RecordCodec.decode(record).record
            {
                counts.append(bodies.count)
            }
            return true
        }
        #expect(counts.first == 5)
    }

    @Test func shouldNotLetGoBeforeTheRecordIsDurable() throws {
        for durability in Durability.allCases {
            let stores = Stores(2)
            let runtime = try stores.runtime(0, durability)
            let offset = try runtime.stage(Self.crossing())
            #expect(runtime.takeDeliveries().isEmpty, "nothing is folded")
            try runtime.foldStaged(mayWait: false)
            if durability == .fsync {
                #expect(runtime.takeDeliveries().isEmpty, "the log was not synced")
                #expect(runtime.heldDeliveryBytes > 0)
                runtime.noteDurable(before: offset + 1)
            }
            let deliveries = runtime.takeDeliveries()
            #expect(deliveries.map(\.to) == [PartitionID(1)] && deliveries[0].number == 1)
            #expect(runtime.takeDeliveries().isEmpty && runtime.heldDeliveryBytes == 0)
        }
    }

    @Test func shouldStoreNoCheckpointBeforeItsDeliveriesHaveArrived() throws {
        let stores = Stores(2)
        let runtime = try stores.runtime(0, tailEvents: 1)
        _ = try runtime.append(Self.crossing())
        let delivery = try #require(runtime.takeDeliveries().first)
        for _ in 0..<3 { try runtime.tend() }
        #expect(runtime.storedPosition == 0 && !runtime.hasArrived)
        #expect(try StoredHeader.read(stores.states[0]) == nil)
        #expect(stores.log.bounds(of: PartitionID(0)) == 0..<1)
        runtime.noteArrived(at: delivery.to, number: delivery.number)
        try runtime.tend()
        #expect(runtime.storedPosition == 1 && runtime.hasArrived)
        #expect(try StoredHeader.read(stores.states[0])?.sent == [0, 1])
    }

    /// What is cut after a delivery waits for it, though it was said before by another record.
    @Test func shouldStallWhereNothingArrives() throws {
        let stores = Stores(2)
        let runtime = try stores.runtime(0, tailEvents: 1)
        for _ in 0..<3 { _ = try runtime.append(Self.crossing()) }
        let deliveries = runtime.takeDeliveries()
        #expect(runtime.isStalled && runtime.storedPosition == 0)
        for delivery in deliveries {
            runtime.noteArrived(at: delivery.to, number: delivery.number)
        }
        try runtime.tend()
        #expect(!runtime.isStalled && runtime.storedPosition > 0)
    }

    @Test func shouldSayTheSameAgainAfterReopening() throws {
        let stores = Stores(2)
        let runtime = try stores.runtime(0)
        let events = RandomEvents(seed: 77, nodes: 3...20, count: 30...80).events
        let mine = Self.records(events, 2).filter { $0.partition == PartitionID(0) }
        for (_, record) in mine[..<5] { _ = try runtime.append(record) }
        let before = runtime.takeDeliveries()
        for delivery in before { runtime.noteArrived(at: delivery.to, number: delivery.number) }
        try runtime.checkpoint()
        for (_, record) in mine[5...] { _ = try runtime.append(record) }
        let behind = runtime.takeDeliveries()
        try #require(!behind.isEmpty)
        #expect(behind.first?.number == (before.last?.number ?? 0) + 1)
        let again = try stores.runtime(0)
        #expect(again.takeDeliveries() == behind)
        #expect(again.sent(to: PartitionID(1)) == behind.last?.number && !again.hasArrived)
        // Where power losses count, nobody knows what of the tail was synced.
        let careful = try stores.runtime(0, .fsync)
        #expect(careful.takeDeliveries().isEmpty)
        try careful.sync()
        #expect(careful.takeDeliveries() == behind)
    }

    @Test func shouldRefuseALogThatHasLostItsTail() throws {
        let stores = Stores(2)
        let sender = try stores.runtime(0)
        _ = try sender.append(Self.crossing())
        let bundle = try #require(sender.bundles(of: sender.takeDeliveries()).first)
        // The receiver's log has what the sender's has lost.
        let left = Stores(2)
        let receiver = try left.runtime(1)
        _ = try receiver.append(bundle.record)
        let failure = RuntimeFixture.failure { () throws(StoreFailure) in
            _ = try Group(log: left.log, states: left.states, settings: left.settings())
        }
        #expect(failure?.code == .damaged && failure?.remedy == Remedy.rebuild)
        #expect(
            failure?.reason == "the log of partition 0 has lost its tail: partition 1 has heard "
                + "1 deliveries of it, and it has sent 0")
    }

    /// Without room what is under way stays so: each partition answers, and nothing is asked of the
    /// whole graph.
    @Test func shouldOpenWithoutRoomForWhatIsUnderWay() throws {
        let stores = Stores(2)
        let sender = try stores.runtime(0)
        _ = try sender.append(Self.crossing())
        let group = try PartitionGroup(
            log: FullLog(stores.log), states: stores.states, settings: stores.settings())
        #expect(!group.isAtRest && group.eventCount == 1)
        for ask in [group.requireRest, group.checkpoint] {
            #expect(RuntimeFixture.failure(ask)?.code == .noSpace)
        }
        let later = try stores.open()
        #expect(later.isAtRest && later.counters.customers == 1)
        try later.requireRest()
    }

    /// What one partition says to another finds no room while its own writes would: nobody makes
    /// room for them, so that all end, and whoever writes learns it.
    @Test(.timeLimit(.minutes(1)))
    func shouldEndWhereWhatIsUnderWayFindsNoRoom() throws {
        let stores = Stores(2)
        let group = try PartitionGroup(
            log: FullLog(stores.log, of: PartitionID(1)), states: stores.states,
            settings: stores.settings(tailEvents: 1))
        let crew = PartitionCrew<FullLog, MemoryState>(partitionCount: 2)
        // unsafe: from here on until the thread has ended the group is its own.
        nonisolated(unsafe) let served = group
        let thread = SystemThread { _ = crew.serve(served) }
        let writer = CrewWriter(crew)
        var (acknowledged, code) = (0, StoreFailure.Code?.none)
        do throws(ServingError) {
            for _ in 0..<1_000 {
                acknowledged = try writer.append([(PartitionID(0), Self.crossing())])
            }
            acknowledged = try writer.finish()
        } catch {
            if case .store(let failure) = error { code = failure.code }
        }
        crew.close()
        thread.join()
        #expect(code == .noSpace && acknowledged < 1_000)
        #expect(!group.isAtRest)
        let later = try stores.open()
        #expect(later.isAtRest && later.counters.customers == 1)
        #expect(later.eventCount >= acknowledged)
    }
}

/// A log that can be read, and takes nothing more, or nothing more of one partition.
private final class FullLog: LogPort {
    private let base: MemoryLog
    private let full: PartitionID?

    init(_ base: MemoryLog, of full: PartitionID? = nil) {
        self.base = base
        self.full = full
    }

    func bounds(of partition: PartitionID) throws(StoreFailure) -> Range<UInt64> {
        base.bounds(of: partition)
    }

    func append(
        _ record: Span<UInt8>, at offset: UInt64, of partition: PartitionID
    ) throws(StoreFailure) {
        guard partition == full ?? partition else {
            return try base.append(record, at: offset, of: partition)
        }
        throw StoreFailure(.noSpace, "the disk is full", remedy: "make room")
    }

    func sync() throws(StoreFailure) {
        guard full == nil else { return base.sync() }
        throw StoreFailure(.noSpace, "the disk is full", remedy: "make room")
    }

    func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ record: Span<UInt8>) -> Bool
    ) throws(StoreFailure) {
        base.read(from: offset, of: partition, body)
    }

    func trim(before offset: UInt64, of partition: PartitionID) throws(StoreFailure) {
        base.trim(before: offset, of: partition)
    }
}
