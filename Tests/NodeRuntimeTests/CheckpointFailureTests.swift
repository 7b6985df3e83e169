import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// What storing a checkpoint may meet beside the writer, and what the writer then hears.
@Suite("Checkpoints that fail")
struct CheckpointFailureTests {
    /// A state store on a disk that may be full.
    private final class FullState: StatePort {
        let base = MemoryState()
        var isFull = false
        private(set) var attempts = 0

        func read(_ key: [UInt8], into value: inout [UInt8]) -> Bool {
            base.read(key, into: &value)
        }

        func scan(
            from lower: [UInt8], to upper: [UInt8],
            _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
        ) { base.scan(from: lower, to: upper, body) }

        func apply(_ batch: CheckpointBatch) throws(StoreFailure) {
            attempts += 1
            if isFull { throw StoreFailure(.noSpace, "no space left", remedy: "make room") }
            base.apply(batch)
        }
    }

    /// A clock that a test moves.
    ///
    /// `@unchecked Sendable`: it is used by one thread alone.
    private final class Hand: @unchecked Sendable {
        var value: UInt64 = 1 << 40
        var time: MonotonicTime { MonotonicTime { self.value } }
    }

    /// Each step fails once; the next call hears of it, and all calls from then on.
    @Test(arguments: 1...3, 0...3)
    func shouldFailThePartitionAtItsNextCall(step: Int, call: Int) throws {
        let (records, events) = RuntimeFixture.records(seed: 21)
        let (log, state) = (ScratchLog(), MemoryState())
        let undisturbed = FaultPlan()
        let opening = try RuntimeFixture.open(
            FaultyLog(log, undisturbed), FaultyState(state, undisturbed))
        // The calls of opening, two appends, and then those of storing.
        let plan = FaultPlan(failing: undisturbed.calls + 2 + step, takesEffect: false)
        let worker = HeldWorker()
        let runtime = try RuntimeFixture.open(
            FaultyLog(log, plan), FaultyState(state, plan),
            RuntimeFixture.settings(tailEvents: 10), worker: worker)
        #expect(opening.position == 0)
        for record in records[..<2] { _ = try runtime.append(record) }
        worker.wait()
        #expect(plan.hasFailed)
        let failure = RuntimeFixture.failure { () throws(StoreFailure) in
            switch call {
            case 0: _ = try runtime.append(records[2])
            case 1: try runtime.checkpoint()
            case 2: try runtime.tend()
            default: try runtime.ask { _, _ throws(StateError) in }
            }
        }
        #expect(failure?.code == .ioError)
        #expect(failure?.reason == "call \(undisturbed.calls + 2 + step) failed")
        let later = RuntimeFixture.failure { () throws(StoreFailure) in
            _ = try runtime.append(records[2])
        }
        #expect(later?.reason == "the partition has failed before")
        let again = try RuntimeFixture.open(log, state)
        #expect(again.position == 2)
        #expect(again.digest == RuntimeFixture.digest(events, records: 2))
    }

    /// A full disk: questions are answered, records refused, and it goes on when there is room.
    @Test func shouldGoOnWhenThereIsRoomAgain() throws {
        let (records, events) = RuntimeFixture.records(seed: 22)
        let (log, state, worker, hand) = (ScratchLog(), FullState(), HeldWorker(), Hand())
        let runtime = try RuntimeFixture.open(
            log, state, RuntimeFixture.settings(tailEvents: 10), worker: worker, time: hand.time)
        for record in records[..<2] { _ = try runtime.append(record) }
        state.isFull = true
        worker.wait()
        for _ in 0..<3 {
            let failure = RuntimeFixture.failure { () throws(StoreFailure) in
                _ = try runtime.append(records[2])
            }
            #expect(failure?.code == .noSpace && failure?.isRetriable == true)
            #expect(runtime.position == 2)
            #expect(try runtime.ask { graph, _ throws(StateError) in graph.counters.pairs } > 0)
            try runtime.tend()
        }
        #expect(state.attempts == 2, "tried again once, and then not before a second is over")
        state.isFull = false
        #expect(
            RuntimeFixture.failure { () throws(StoreFailure) in _ = try runtime.append(records[2]) }
                != nil)
        hand.value += 1_000_000_000
        for record in records[2...] { _ = try runtime.append(record) }
        try runtime.checkpoint()
        #expect(runtime.tailRecords == 0)
        #expect(
            runtime.digest == RuntimeFixture.digest(events, records: UInt64(records.count)))
        let again = try RuntimeFixture.open(log, state)
        #expect(again.position == UInt64(records.count) && again.digest == runtime.digest)
    }

    @Test func shouldRefuseACheckpointWhereThereIsNoRoomAndStoreItLater() throws {
        let records = RuntimeFixture.records(seed: 23).records
        let (log, state) = (ScratchLog(), FullState())
        let runtime = try RuntimeFixture.open(log, state)
        _ = try runtime.append(records[0])
        state.isFull = true
        let failure = RuntimeFixture.failure { () throws(StoreFailure) in
            try runtime.checkpoint()
        }
        #expect(failure?.code == .noSpace)
        #expect(runtime.tailRecords == 1)
        state.isFull = false
        try runtime.checkpoint()
        #expect(runtime.tailRecords == 0)
        #expect(try StoredHeader.read(state)?.position == 1)
    }

    /// Who follows a log cannot refuse its records, and so waits for room.
    @Test func shouldStallBehindAFollowedLogWhereThereIsNoRoom() throws {
        let (records, _) = RuntimeFixture.records(seed: 24)
        let (state, hand) = (FullState(), Hand())
        let runtime = try PartitionRuntime(
            following: RuntimeFixture.partition, state: state,
            settings: RuntimeFixture.settings(tailEvents: 10), time: hand.time)
        runtime.promote()
        state.isFull = true
        for (offset, record) in records.prefix(4).enumerated() where !runtime.isStalled {
            try runtime.follow(record.span, at: UInt64(offset))
        }
        #expect(runtime.isStalled && runtime.position == 2 && state.attempts == 1)
        try runtime.tend()
        #expect(runtime.isStalled && runtime.failure == nil)
        state.isFull = false
        hand.value += 1_000_000_000
        try runtime.tend()
        #expect(!runtime.isStalled && runtime.storedPosition == 2)
    }

    @Test func shouldRefuseWorkBehindItsEnd() throws {
        let runtime = try RuntimeFixture.open(ScratchLog(), MemoryState())
        runtime.close()
        #expect(throws: StoreFailure.self) { try runtime.checkpoint() }
    }
}
