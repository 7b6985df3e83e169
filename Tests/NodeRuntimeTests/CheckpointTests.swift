import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing
import WireFormat

@Suite("Checkpoints")
struct CheckpointTests {
    private static func record(_ events: Int) -> [UInt8] {
        EventRecords.record(
            (0..<events).map { TestEvent(.observe, TestEnd("cookie", "c\($0)")) },
            RuntimeFixture.head)
    }

    @Test func shouldCheckpointAtSoManyEventsAndNotBefore() throws {
        let runtime = try RuntimeFixture.open(
            ScratchLog(), MemoryState(), RuntimeFixture.settings(tailEvents: 10))
        for events in [9, 1, 10, 11, 4, 5, 1, 0] {
            let before = runtime.tailRecords
            _ = try runtime.append(Self.record(events))
            let isDue = [1, 10, 11].contains(events)
            #expect(runtime.tailRecords == (isDue ? 0 : before + 1), "\(events) events")
        }
    }

    @Test func shouldCheckpointAtSoManyBytesAndNotBefore() throws {
        let record = Self.record(3)
        let bytes = UInt64(record.count)
        for (limit, tails) in [
            (bytes, [0, 0, 0]), (bytes + 1, [1, 0, 1]), (2 * bytes, [1, 0, 1]),
            (2 * bytes + 1, [1, 2, 0]),
        ] as [(UInt64, [UInt64])] {
            let runtime = try RuntimeFixture.open(
                ScratchLog(), MemoryState(), RuntimeFixture.settings(tailBytes: limit))
            for tail in tails {
                _ = try runtime.append(record)
                #expect(runtime.tailRecords == tail)
            }
        }
    }

    @Test func shouldCountTheTailThatItFoundWhenItOpened() throws {
        let (log, state) = (ScratchLog(), MemoryState())
        let first = try RuntimeFixture.open(log, state)
        for _ in 0..<3 { _ = try first.append(Self.record(3)) }
        let second = try RuntimeFixture.open(log, state, RuntimeFixture.settings(tailEvents: 10))
        #expect(second.tailRecords == 3)
        _ = try second.append(Self.record(1))
        #expect(second.tailRecords == 0)
        let third = try RuntimeFixture.open(log, state)
        #expect(third.tailRecords == 0 && third.position == 4 && third.eventCount == 10)
    }

    @Test func shouldWriteNothingWhereNothingIsBehind() throws {
        let plan = FaultPlan()
        let runtime = try RuntimeFixture.open(
            FaultyLog(ScratchLog(), plan), FaultyState(MemoryState(), plan))
        var calls = plan.calls
        try runtime.checkpoint()
        #expect(plan.calls == calls)
        _ = try runtime.append(Self.record(1))
        try runtime.checkpoint()
        calls = plan.calls
        try runtime.checkpoint()
        #expect(plan.calls == calls)
    }

    @Test func shouldKeepTheLastFoldedRecordInTheLog() throws {
        let log = ScratchLog()
        let runtime = try RuntimeFixture.open(log, MemoryState())
        for end in 1...UInt64(5) {
            _ = try runtime.append(Self.record(2))
            try runtime.checkpoint()
            #expect(log.bounds(of: RuntimeFixture.partition) == end - 1..<end)
        }
    }

    @Test func shouldStoreWhereItStands() throws {
        let (log, state) = (ScratchLog(), MemoryState())
        let runtime = try RuntimeFixture.open(log, state)
        let (records, events) = RuntimeFixture.records(seed: 1)
        for record in records { _ = try runtime.append(record) }
        _ = try runtime.append(RecordCodec.encode(.done(offset: 3), runtime.recordHead))
        try runtime.checkpoint()
        let header = try #require(try StoredHeader.read(state))
        #expect(header.position == runtime.position)
        #expect(header.events == UInt64(events.count))
        #expect(header.counters == runtime.counters)
        #expect(header.doneOffset == 3)
        #expect(header.logicVersion == runtime.recordHead.logicVersion)
        var digest = header.evidenceDigest
        digest += header.componentDigest
        #expect(digest == runtime.digest)
        #expect(runtime.memoryBytes > 0)
    }

    // MARK: Rehearsals

    @Test func shouldRehearseWithoutStoringAnything() throws {
        let (log, state) = (ScratchLog(), MemoryState())
        let (records, events) = RuntimeFixture.records(seed: 2)
        let first = try RuntimeFixture.open(log, state)
        for record in records[..<3] { _ = try first.append(record) }
        try first.checkpoint()
        let before = StoredEntry.all(in: state)
        let plan = FaultPlan()
        let runtime = try RuntimeFixture.open(log, FaultyState(state, plan))
        for record in records[3...] { try runtime.rehearse(record) }
        #expect(
            runtime.digest == RuntimeFixture.digest(events, records: UInt64(records.count)))
        let isKnown = try runtime.ask { graph, reader throws(StateError) in
            try graph.link(events[0].a.key, events[0].ends[0].key, reader: reader) == nil
        }
        #expect(isKnown)
        let failures = [
            RuntimeFixture.failure { () throws(StoreFailure) in
                _ = try runtime.append(records[0])
            },
            RuntimeFixture.failure { () throws(StoreFailure) in try runtime.checkpoint() },
            RuntimeFixture.failure { () throws(StoreFailure) in try runtime.sync() },
        ]
        for failure in failures {
            #expect(failure?.reason == "the partition has only rehearsed")
            #expect(failure?.remedy.isEmpty == false)
        }
        let isSame = StoredEntry.all(in: state) == before
        #expect(isSame)
        #expect(log.bounds(of: RuntimeFixture.partition) == 2..<3)
        #expect(try RuntimeFixture.open(log, state).position == 3)
    }

    @Test func shouldNotGoOnAfterARehearsalThatFailed() throws {
        let runtime = try RuntimeFixture.open(ScratchLog(), MemoryState())
        #expect(throws: StoreFailure.self) { try runtime.rehearse([1, 2, 3]) }
        let failure = RuntimeFixture.failure { () throws(StoreFailure) in
            try runtime.rehearse(Self.record(1))
        }
        #expect(failure?.reason == "the partition has failed before")
    }
}
