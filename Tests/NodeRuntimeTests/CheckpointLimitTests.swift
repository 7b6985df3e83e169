import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing

/// How old and how large a tail may become, and what happens when it may not grow further.
@Suite("Checkpoint limits")
struct CheckpointLimitTests {
    /// A clock that stands still until it is moved.
    ///
    /// `@unchecked Sendable`: `value` is read and written under `mutex` alone.
    private final class Hand: @unchecked Sendable {
        private let mutex = Mutex()
        private var value: UInt64 = 1_000

        func move(by nanoseconds: UInt64) { mutex.locked { value += nanoseconds } }
        var time: MonotonicTime { MonotonicTime { self.mutex.locked { self.value } } }
    }

    private static func record(_ events: Int, _ name: String = "c") -> [UInt8] {
        EventRecords.record(
            (0..<events).map { TestEvent(.observe, TestEnd("cookie", "\(name)\($0)")) },
            RuntimeFixture.head)
    }

    @Test func shouldCheckpointWhatHasBecomeOldAndNotBefore() throws {
        let hand = Hand()
        let age = CheckpointPolicy.standardAgeNanoseconds
        let runtime = try RuntimeFixture.open(ScratchLog(), MemoryState(), time: hand.time)
        hand.move(by: 5 * age)
        try runtime.tend()
        #expect(runtime.checkpointStatistics.checkpoints == 0, "nothing lies behind")
        _ = try runtime.append(Self.record(1))
        hand.move(by: age - 1)
        _ = try runtime.append(Self.record(1))
        try runtime.tend()
        #expect(runtime.tailRecords == 2)
        hand.move(by: 1)
        try runtime.tend()
        #expect(runtime.tailRecords == 0)
        // The age is that of the oldest record behind the last checkpoint.
        _ = try runtime.append(Self.record(1))
        hand.move(by: age)
        _ = try runtime.append(Self.record(1))
        #expect(runtime.tailRecords == 0)
    }

    /// Who asks for a number of events gets it: the log's bytes grow with it, and never fall.
    @Test func shouldCountInEventsWhereThatIsAskedFor() {
        let standard = CheckpointPolicy.standard
        for events in [1, standard.tailEvents, 10 * standard.tailEvents, .max] {
            let policy = CheckpointPolicy.standard(tailEvents: events)
            #expect(policy.tailEvents == events && policy.eventsPerRead == 0)
            #expect(policy.ageNanoseconds == standard.ageNanoseconds)
            #expect(policy.tailBytes >= standard.tailBytes)
        }
        let tenfold = CheckpointPolicy.standard(tailEvents: 10 * standard.tailEvents)
        #expect(tenfold.tailBytes > 9 * standard.tailBytes)
        #expect(tenfold.tailBytes <= 10 * standard.tailBytes)
        #expect(CheckpointPolicy.standard(tailEvents: .max).tailBytes == .max)
    }

    /// What folding an event again must read counts beside it: nothing for identifiers that the
    /// store does not hold; a home where nothing changes; each customer and home that does.
    @Test func shouldCountWhatMustBeReadAgain() throws {
        let policy = CheckpointPolicy(tailEvents: 100, tailBytes: .max, eventsPerRead: 10)
        func checkpoints(_ events: [TestEvent]) throws -> UInt64 {
            let runtime = try RuntimeFixture.open(
                ScratchLog(), MemoryState(), RuntimeFixture.settings(checkpoints: policy))
            func append(_ event: TestEvent) throws {
                _ = try runtime.append(EventRecords.record([event], RuntimeFixture.head))
            }
            for event in Self.pairs(10) { try append(event) }
            try runtime.checkpoint()
            let before = runtime.checkpointStatistics.checkpoints
            for event in events { try append(event) }
            return runtime.checkpointStatistics.checkpoints - before
        }
        let new = (0..<100).map { TestEvent(.observe, TestEnd("cookie", "new\($0)")) }
        #expect(try checkpoints(Array(new.dropLast())) == 0)
        #expect(try checkpoints(new) == 1)
        // Repeats: each reads one home.
        let repeats = Array(Self.pairs(10).prefix(9))
        #expect(try checkpoints(repeats) == 0, "9 events and 9 reads are 99")
        #expect(try checkpoints(repeats + [new[0]]) == 1)
        // A link between two customers changes both, the home that has the evidence, and those of
        // the members that move.
        let joins = (0..<3).map {
            TestEvent(.link, Self.pairs(10)[2 * $0].a, Self.pairs(10)[2 * $0 + 1].a)
        }
        #expect(try checkpoints([joins[0]]) == 0)
        #expect(try checkpoints(joins) == 1)
    }

    /// Links of two members each.
    private static func pairs(_ count: Int) -> [TestEvent] {
        (0..<count).map {
            TestEvent(.link, TestEnd("cookie", "a\($0)"), TestEnd("email", "b\($0)"), at: 1)
        }
    }

    @Test func shouldWaitWhereTheTailMayNotGrow() throws {
        let hand = Hand()
        let worker = HeldWorker()
        let runtime = try RuntimeFixture.open(
            ScratchLog(), MemoryState(), RuntimeFixture.settings(tailEvents: 10), worker: worker,
            time: hand.time)
        let longest = 10 * CheckpointPolicy.longestTailFactor
        for _ in 0..<longest / 10 - 1 { _ = try runtime.append(Self.record(10)) }
        #expect(worker.isBusy && runtime.checkpointStatistics.waits.count == 0)
        _ = try runtime.append(Self.record(9))
        #expect(worker.isBusy && runtime.checkpointStatistics.waits.count == 0)
        _ = try runtime.append(Self.record(1))
        #expect(runtime.checkpointStatistics.waits.count == 1)
        #expect(runtime.checkpointStatistics.checkpoints == 1)
        #expect(runtime.tailRecords < longest / 10 + 1)
    }

    @Test func shouldWaitWhereTheLogMayNotGrow() throws {
        let worker = HeldWorker()
        let bytes = UInt64(Self.record(10).count)
        let runtime = try RuntimeFixture.open(
            ScratchLog(), MemoryState(), RuntimeFixture.settings(tailBytes: bytes),
            worker: worker)
        for _ in 1..<CheckpointPolicy.longestTailFactor { _ = try runtime.append(Self.record(10)) }
        #expect(runtime.checkpointStatistics.waits.count == 0)
        _ = try runtime.append(Self.record(10))
        #expect(runtime.checkpointStatistics.waits.count == 1)
    }

    /// Gathering that does not come to an end is ended: the tail is bounded, whatever the pause.
    @Test func shouldCutWhereTheTailMayNotGrow() throws {
        let slice = CheckpointSlice(events: 1_000, entities: 1, bytes: 1, cutEntities: 0)
        let runtime = try RuntimeFixture.open(
            ScratchLog(), MemoryState(), RuntimeFixture.settings(tailEvents: 100, slice: slice),
            worker: HeldWorker())
        _ = try runtime.append(Self.record(100))
        for _ in 1..<CheckpointPolicy.longestTailFactor {
            #expect(runtime.checkpointStatistics.forcedCuts == 0)
            _ = try runtime.append(Self.record(100))
        }
        #expect(runtime.checkpointStatistics.forcedCuts == 1)
        #expect(runtime.checkpointStatistics.checkpoints == 1 && runtime.tailRecords == 0)
    }

    /// A graph larger than memory: nothing that is only in a batch is let go, and the writer waits
    /// rather than take more.
    @Test func shouldWaitWhereMemoryMayNotGrow() throws {
        let memory = MemoryBudget(totalBytes: MemoryBudget.minimumBytes)
        let stores = (log: ScratchLog(), state: MemoryState())
        let worker = HeldWorker()
        let runtime = try RuntimeFixture.open(
            stores.log, stores.state, RuntimeFixture.settings(memory: memory), worker: worker)
        let steady = try RuntimeFixture.open(ScratchLog(), MemoryState())
        var chance = SeededGenerator(seed: 4)
        var peak = 0
        for _ in 0..<240 {
            let events = (0..<500).map { _ in
                TestEvent(
                    .link, TestEnd("cookie", "\(chance.below(90_000))"),
                    TestEnd("email", "\(chance.below(60_000))"), at: Int64(chance.below(1_000)))
            }
            let record = EventRecords.record(events, RuntimeFixture.head)
            _ = try runtime.append(record)
            _ = try steady.append(record)
            let used = try runtime.ask { graph, _ throws(StateError) in graph.usedByteCount }
            peak = max(peak, used)
            if chance.chance(5) { worker.advance() }
        }
        #expect(runtime.checkpointStatistics.waits.count > 0)
        #expect(peak <= memory.graphBytes + memory.marginBytes + (1 << 20), "\(peak)")
        #expect(runtime.digest == steady.digest)
        try runtime.checkpoint()
        let again = try RuntimeFixture.open(stores.log, stores.state)
        #expect(again.digest == steady.digest)
    }
}
