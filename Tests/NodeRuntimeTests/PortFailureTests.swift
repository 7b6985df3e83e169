import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// Each call of log and state fails once, before or after it took effect. Nothing that was
/// acknowledged is lost, the broken runtime does nothing more, and after opening again the rest of
/// the events lead to the bytes of an undisturbed run.
@Suite("Ports that fail")
struct PortFailureTests {
    private static let tailEvents: UInt64 = 17

    /// One run over the ports; counts what was acknowledged.
    private final class Run<Log: LogPort, State: StatePort> {
        var acknowledged: UInt64 = 0
        var runtime: PartitionRuntime<Log, State>?

        func go(
            _ log: Log, _ state: State, _ records: [[UInt8]], _ settings: NodeSettings,
            asking end: TestEnd
        ) throws(StoreFailure) {
            let runtime = try RuntimeFixture.open(log, state, settings)
            self.runtime = runtime
            for (index, record) in records.enumerated() where UInt64(index) >= runtime.position {
                let offset = try runtime.append(record)
                acknowledged = offset + 1
                if index % 4 == 3 { try runtime.checkpoint() }
                if index % 3 == 2 { try runtime.sync() }
                _ = try runtime.ask { graph, reader throws(StateError) in
                    try graph.links(withMember: end.key, reader: reader)
                }
            }
            try runtime.checkpoint()
        }
    }

    @Test(arguments: [false, true], Durability.allCases)
    func shouldLoseNothingThatWasAcknowledged(takesEffect: Bool, durability: Durability) throws {
        for seed in 0..<UInt64(TestBudget.rounds(3)) {
            let (records, events) = RuntimeFixture.records(seed: 100 + seed)
            let settings = RuntimeFixture.settings(
                tailEvents: Self.tailEvents, durability: durability)
            let wanted = MemoryState()
            let undisturbed = FaultPlan()
            try Run().go(
                FaultyLog(ScratchLog(), undisturbed), FaultyState(wanted, undisturbed), records,
                settings, asking: events[0].a)
            // A run starts from a checkpoint half-way, so that entities are read back.
            let (firstLog, firstState) = (ScratchLog(), MemoryState())
            try Run().go(
                firstLog, firstState, Array(records[..<(records.count / 2)]), settings,
                asking: events[0].a)
            var failures = 0
            for call in 1... {
                let plan = FaultPlan(failing: call, takesEffect: takesEffect)
                let log = ScratchLog(copying: firstLog)
                let state = StoredEntry.state(StoredEntry.all(in: firstState))
                let run = Run<FaultyLog<ScratchLog>, FaultyState<MemoryState>>()
                run.acknowledged = UInt64(records.count / 2)
                let failure = RuntimeFixture.failure { () throws(StoreFailure) in
                    try run.go(
                        FaultyLog(log, plan), FaultyState(state, plan), records, settings,
                        asking: events[0].a)
                }
                guard failure != nil else { break }
                failures += 1
                if let runtime = run.runtime { expectBroken(runtime, records[0]) }
                if durability == .fsync { log.losePower() }
                let again = try RuntimeFixture.open(log, state, settings)
                #expect(again.position >= run.acknowledged, "call \(call)")
                #expect(again.position <= run.acknowledged + 1, "call \(call)")
                #expect(again.digest == RuntimeFixture.digest(events, records: again.position))
                try Run().go(log, state, records, settings, asking: events[0].a)
                let isSame = StoredEntry.all(in: state) == StoredEntry.all(in: wanted)
                try #require(isSame, "seed \(100 + seed), call \(call)")
            }
            #expect(failures > records.count, "the faults should have come")
        }
    }

    private func expectBroken<Log: LogPort, State: StatePort>(
        _ runtime: PartitionRuntime<Log, State>, _ record: [UInt8]
    ) {
        let failures = [
            RuntimeFixture.failure { () throws(StoreFailure) in _ = try runtime.append(record) },
            RuntimeFixture.failure { () throws(StoreFailure) in try runtime.checkpoint() },
            RuntimeFixture.failure { () throws(StoreFailure) in try runtime.sync() },
            RuntimeFixture.failure { () throws(StoreFailure) in try runtime.rehearse(record) },
            RuntimeFixture.failure { () throws(StoreFailure) in
                try runtime.ask { _, _ throws(StateError) in }
            },
        ]
        for failure in failures {
            #expect(failure?.reason == "the partition has failed before")
            #expect(failure?.remedy.isEmpty == false)
        }
    }

    /// `os` may lose the end of the log to a power loss, but never what a checkpoint stands on.
    @Test func shouldOpenAfterAPowerLossAtAnyTime() throws {
        for seed in 0..<UInt64(TestBudget.rounds(10)) {
            let (records, events) = RuntimeFixture.records(seed: 200 + seed)
            var chance = SeededGenerator(seed: seed)
            let (log, state) = (ScratchLog(), MemoryState())
            let runtime = try RuntimeFixture.open(
                log, state, RuntimeFixture.settings(tailEvents: 20))
            var synced: UInt64 = 0
            for record in records {
                _ = try runtime.append(record)
                if runtime.tailRecords == 0 { synced = runtime.position }
                if chance.chance(20) {
                    try runtime.sync()
                    synced = runtime.position
                }
                let cut = ScratchLog(copying: log)
                cut.losePower()
                let copy = StoredEntry.state(StoredEntry.all(in: state))
                let again = try RuntimeFixture.open(cut, copy)
                #expect(again.position == synced)
                #expect(again.digest == RuntimeFixture.digest(events, records: synced))
            }
        }
    }

    @Test func shouldSyncEachRecordOnlyWhereAsked() throws {
        for durability in Durability.allCases {
            let log = ScratchLog()
            let runtime = try RuntimeFixture.open(
                log, MemoryState(), RuntimeFixture.settings(durability: durability))
            for record in RuntimeFixture.records(seed: 1).records { _ = try runtime.append(record) }
            #expect(log.syncs == (durability == .fsync ? Int(runtime.position) : 0))
        }
    }

    /// A record that no step can fold would close the log for ever: it never gets there.
    @Test func shouldKeepInadmissibleRecordsOutOfTheLog() throws {
        let log = ScratchLog()
        let runtime = try RuntimeFixture.open(log, MemoryState())
        let (records, events) = RuntimeFixture.records(seed: 9)
        _ = try runtime.append(records[0])
        var damaged = records[1]
        damaged[30] ^= 1
        let foreign = RecordHead(logicVersion: 1, configurationDigest: 1)
        let newer = RecordHead(logicVersion: 2, configurationDigest: 0x5eed)
        for record in [
            damaged, [], EventRecords.record(events, foreign), EventRecords.record(events, newer),
            RecordCodec.encode(.logic(version: 9), RuntimeFixture.head),
        ] {
            #expect(throws: StoreFailure.self) { try runtime.append(record) }
        }
        #expect(log.bounds(of: RuntimeFixture.partition) == 0..<1)
        // The runtime is as good as before.
        _ = try runtime.append(records[1])
        try runtime.checkpoint()
        #expect(runtime.digest == RuntimeFixture.digest(events, records: 2))
    }
}
