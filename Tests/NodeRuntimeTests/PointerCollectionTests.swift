import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// Partitions that serve forget where departed components have gone, and nothing else.
@Suite("Collecting forwarding pointers")
struct PointerCollectionTests {
    private typealias Group = PartitionGroup<MemoryLog, MemoryState>
    private typealias Crew = PartitionCrew<MemoryLog, MemoryState>

    private static let count: UInt16 = 3

    private struct Stores {
        let log = MemoryLog()
        let states = (0..<count).map { _ in MemoryState() }

        func open(_ tailEvents: UInt64) throws -> Group {
            var settings = RuntimeFixture.settings(tailEvents: tailEvents)
            settings.partitionCount = count
            return try Group(log: log, states: states, settings: settings)
        }

        /// How many records collect pointers in all logs, and how many pointers those name.
        func collected() throws -> (records: Int, pointers: Int) {
            var found = (records: 0, pointers: 0)
            for partition in 0..<count {
                log.read(from: 0, of: PartitionID(partition)) { _, record in
                    guard case .collect(let ids)? = try? RecordCodec.decode(record).record
                    else { return true }
                    found.records += 1
                    found.pointers += ids.count
                    return true
                }
            }
            return found
        }
    }

    private static func oracle(_ events: [TestEvent]) -> OracleAnswer {
        var oracle = GraphOracle(namespaces: RandomEvents.namespaces)
        for event in events { oracle.fold(event) }
        return oracle.solve()
    }

    private static func record(_ event: TestEvent) -> (partition: PartitionID, record: [UInt8]) {
        (
            PartitionID.home(of: event.ends[0].key, among: count),
            EventRecords.record([event], RuntimeFixture.head)
        )
    }

    /// Pairs of cookies that are linked and unlinked for ever: each link has a component move.
    private static func moves(_ rounds: Int) -> [TestEvent] {
        (0..<rounds).flatMap { round in
            (0..<8).map { pair in
                TestEvent(
                    round.isMultiple(of: 2) ? .link : .unlink, TestEnd("cookie", "a\(pair)"),
                    TestEnd("cookie", "b\(pair)"), at: Int64(round))
            }
        }
    }

    /// Folds events by threads of the partitions' own, and gives the most pointers that there were.
    private static func serve(_ group: Group, _ events: [TestEvent]) async throws -> Int {
        let crew = Crew(partitionCount: count)
        // unsafe: from here on until the thread has ended the group is its own.
        nonisolated(unsafe) let served = group
        let thread = SystemThread { _ = crew.serve(served) }
        let writer = CrewWriter(crew)
        var most = 0
        for (number, event) in events.enumerated() {
            _ = try writer.append([record(event)])
            guard number.isMultiple(of: 64) else { continue }
            _ = try writer.finish()
            for host in crew.hosts {
                let asked = await host.ask(by: HostFixture.soon()) { .success($0.pointerCount) }
                most = max(most, try asked.get())
            }
        }
        _ = try writer.finish()
        crew.close()
        thread.join()
        return most
    }

    /// At rest no pointer is of use: none is in a checkpoint that is then made. One that was on its
    /// way may have come first; nothing is appended there.
    private static func checkpoint(_ group: Group) throws {
        let ends = group.runtimes.map(\.position)
        try group.checkpoint()
        for (runtime, end) in zip(group.runtimes, ends) {
            #expect(runtime.pointerCount == 0 || runtime.position == end)
        }
        #expect(group.tailRecords == 0)
    }

    @Test func oracleSameGraphWithBoundedPointers() async throws {
        let (stores, events) = (Stores(), Self.moves(400))
        let group = try stores.open(20)
        let most = try await Self.serve(group, events)
        let online = try stores.collected()
        #expect(online.records > 10 && online.pointers > 4 * most, "\(online), at most \(most)")
        let wanted = Self.oracle(events)
        #expect(group.digest == wanted.digest)
        try Self.checkpoint(group)
        #expect(try stores.open(20).digest == wanted.digest)
        let verifier = StoreVerifier(
            namespaces: RandomEvents.namespaces,
            keyOf: { NodeKey(high: Mixing.hash($0, seed: 1), low: Mixing.hash($0, seed: 2)) })
        let report = try verifier.verify(stores.states)
        #expect(report.isClean, "\(report.findings.prefix(3))")
    }

    @Test func oracleSameGraphOfRandomEvents() async throws {
        for seed in 0..<UInt64(TestBudget.rounds(8)) {
            let events = (0..<4).flatMap { part in
                RandomEvents(seed: 9_000 + 4 * seed + part, nodes: 3...20, count: 60...120).events
            }
            let stores = Stores()
            var group = try stores.open(5)
            let middle = events.count / 2
            _ = try await Self.serve(group, Array(events[..<middle]))
            // Opened again with whatever pointers there are.
            group = try stores.open(5)
            _ = try await Self.serve(group, Array(events[middle...]))
            try Self.checkpoint(group)
            let wanted = Self.oracle(events)
            try #require(group.digest == wanted.digest, "seed \(seed)")
            #expect(group.counters.customers == wanted.customers.count)
        }
    }

    /// Nothing is appended where nothing has changed, and nothing at one partition.
    @Test func shouldLeaveAStoreAtRestAsItIs() throws {
        let stores = Stores()
        let group = try stores.open(.max)
        try group.append(Self.moves(3).map(Self.record))
        try group.checkpoint()
        #expect(group.runtimes.allSatisfy { $0.pointerCount == 0 })
        let ends = group.runtimes.map(\.position)
        let collected = try stores.collected()
        #expect(collected.pointers > 0)
        try group.checkpoint()
        let again = try stores.open(.max)
        try again.checkpoint()
        #expect(again.runtimes.map(\.position) == ends)
        #expect(try stores.collected() == collected)
    }
}
