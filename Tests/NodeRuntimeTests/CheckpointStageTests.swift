import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// Checkpoints that are gathered bit by bit, and stored when a test lets them be: whatever comes in
/// between, and wherever the process dies.
@Suite("Checkpoint stages")
struct CheckpointStageTests {
    /// Slices so small that a checkpoint of a few events takes many records.
    private static let smallSlice = CheckpointSlice(
        events: 2, entities: 1, bytes: 1, cutEntities: 2)

    /// Slices end for entities and bytes alone.
    private static let standingTime = MonotonicTime { 1 }

    private struct Stores {
        let log: ScratchLog
        let state: MemoryState

        init() { (log, state) = (ScratchLog(), MemoryState()) }

        /// What a process that dies now leaves; with a power loss, what was not synced goes too.
        init(leftBy stores: Stores, losingPower: Bool) {
            log = ScratchLog(copying: stores.log)
            if losingPower { log.losePower() }
            state = StoredEntry.state(StoredEntry.all(in: stores.state))
        }
    }

    private static func settings(_ chance: inout SeededGenerator) -> NodeSettings {
        RuntimeFixture.settings(
            tailEvents: UInt64(1 + chance.below(40)),
            slice: chance.chance(50)
                ? smallSlice
                : CheckpointSlice(
                    events: 1 + chance.below(4), entities: 1 + chance.below(20), bytes: 1 << 20,
                    cutEntities: chance.below(6)))
    }

    /// The stored bytes of a run that checkpoints once, at its end.
    private static func undisturbed(_ records: [[UInt8]]) throws -> [StoredEntry] {
        let stores = Stores()
        let runtime = try RuntimeFixture.open(stores.log, stores.state)
        for record in records { _ = try runtime.append(record) }
        try runtime.checkpoint()
        return StoredEntry.all(in: stores.state)
    }

    @Test func differentialHeldAgainstUndisturbed() throws {
        var (stored, crashes): (UInt64, Int) = (0, 0)
        for seed in 0..<UInt64(TestBudget.rounds(40)) {
            var chance = SeededGenerator(seed: seed)
            let (records, events) = RuntimeFixture.records(seed: 300 + seed)
            let stores = Stores()
            let settings = Self.settings(&chance)
            let worker = HeldWorker()
            let runtime = try RuntimeFixture.open(
                stores.log, stores.state, settings, worker: worker)
            for record in records {
                _ = try runtime.append(record)
                for _ in 0..<chance.below(3) { worker.advance() }
                if chance.chance(20) { try runtime.tend() }
                if chance.chance(10) { try runtime.checkpoint() }
                guard chance.chance(30) else { continue }
                // The process dies here; another opens what is left and goes on to the end.
                let left = Stores(leftBy: stores, losingPower: chance.chance(50))
                let again = try RuntimeFixture.open(left.log, left.state, settings)
                #expect(again.position <= runtime.position)
                #expect(again.digest == RuntimeFixture.digest(events, records: again.position))
                for record in records[Int(again.position)...] { _ = try again.append(record) }
                try again.checkpoint()
                let isSame =
                    try StoredEntry.all(in: left.state) == Self.undisturbed(records)
                try #require(isSame, "seed \(seed), died at \(runtime.position)")
                crashes += 1
            }
            try runtime.checkpoint()
            #expect(runtime.tailRecords == 0)
            stored += runtime.checkpointStatistics.checkpoints
            let isSame = try StoredEntry.all(in: stores.state) == Self.undisturbed(records)
            try #require(isSame, "seed \(seed)")
        }
        #expect(stored > 100 && crashes > 100)
    }

    /// Dies while it is gathered, cut, synced, applied, trimmed.
    @Test(arguments: [false, true], 0...4)
    func shouldLoseNothingWhereverItDies(losingPower: Bool, stage: Int) throws {
        let (records, events) = RuntimeFixture.records(seed: 17)
        let stores = Stores()
        let worker = HeldWorker()
        let slice = stage == 0 ? Self.smallSlice : .standard
        let runtime = try RuntimeFixture.open(
            stores.log, stores.state, RuntimeFixture.settings(tailEvents: 20, slice: slice),
            worker: worker)
        for record in records[..<4] { _ = try runtime.append(record) }
        #expect(worker.isBusy == (stage > 0), "20 events are cut, or are being gathered")
        #expect(runtime.checkpointStatistics.slices > 0)
        for _ in 1..<max(1, stage) { worker.advance() }
        for record in records[4..<6] { _ = try runtime.append(record) }
        let position = try StoredHeader.read(stores.state)?.position
        #expect(position == (stage >= 3 ? 4 : nil))
        let lower = stores.log.bounds(of: RuntimeFixture.partition).lowerBound
        #expect(lower == (stage >= 4 ? 3 : 0))
        let left = Stores(leftBy: stores, losingPower: losingPower)
        let again = try RuntimeFixture.open(left.log, left.state)
        let synced: UInt64 = stage >= 2 ? 4 : 0
        #expect(again.position == (losingPower ? synced : 6))
        #expect(again.digest == RuntimeFixture.digest(events, records: again.position))
    }

    @Test func shouldCountTheTailBehindWhatIsStoredAlone() throws {
        let stores = Stores()
        let worker = HeldWorker()
        let runtime = try RuntimeFixture.open(
            stores.log, stores.state, RuntimeFixture.settings(tailEvents: 10), worker: worker)
        let records = RuntimeFixture.records(seed: 18).records
        for record in records[..<5] { _ = try runtime.append(record) }
        #expect(worker.isBusy && runtime.tailRecords == 5)
        worker.wait()
        _ = try runtime.append(records[5])
        #expect(runtime.checkpointStatistics.checkpoints == 1)
        #expect(worker.isBusy, "20 events behind the first cut")
        #expect(runtime.tailRecords == 4)
        try runtime.checkpoint()
        #expect(!worker.isBusy && runtime.tailRecords == 0)
    }

    /// What changes again while it waits to be stored is in the next checkpoint.
    @Test func shouldStoreAgainWhatChangesOnItsWay() throws {
        let ends = (0..<3).map { TestEnd("cookie", "c\($0)") }
        func record(_ operation: LinkOperation, _ other: Int, at time: Int64) -> [UInt8] {
            EventRecords.record(
                [TestEvent(operation, ends[0], ends[other], at: time)], RuntimeFixture.head)
        }
        // Merged, cut, split again, and merged with another: pages go and come back.
        let records = [
            record(.link, 1, at: 1), record(.unlink, 1, at: 2), record(.link, 2, at: 3),
            record(.link, 1, at: 4),
        ]
        for advances in 0...3 {
            let stores = Stores()
            let worker = HeldWorker()
            let runtime = try RuntimeFixture.open(
                stores.log, stores.state, RuntimeFixture.settings(tailEvents: 1), worker: worker)
            for record in records {
                _ = try runtime.append(record)
                for _ in 0..<advances { worker.advance() }
            }
            try runtime.checkpoint()
            let isSame = try StoredEntry.all(in: stores.state) == Self.undisturbed(records)
            #expect(isSame, "\(advances) steps a record")
        }
    }

    // MARK: Bounds

    @Test func shouldTakeNoMoreThanASlice() throws {
        let slice = CheckpointSlice(events: 1_000, entities: 10, bytes: .max, cutEntities: 0)
        let runtime = try RuntimeFixture.open(
            ScratchLog(), MemoryState(),
            RuntimeFixture.settings(tailEvents: 300, slice: slice), worker: HeldWorker(),
            time: Self.standingTime)
        let waiting = { () throws(StoreFailure) in
            try runtime.ask { graph, _ throws(StateError) in graph.changeCount }
        }
        let ends = (0..<301).map { TestEnd("cookie", "c\($0)") }
        _ = try runtime.append(
            EventRecords.record(ends[..<299].map { TestEvent(.observe, $0) }, RuntimeFixture.head))
        let all = try waiting()
        #expect(runtime.checkpointStatistics.slices == 0)
        let last = EventRecords.record([TestEvent(.observe, ends[299])], RuntimeFixture.head)
        _ = try runtime.append(last)
        let each = all / 299
        #expect(try waiting() == all + each - 10, "a slice's entities")
        _ = try runtime.append(last)
        #expect(try waiting() == all + each - 20, "nothing is new")
        let more = (0..<20).map { TestEvent(.observe, TestEnd("cookie", "more\($0)")) }
        _ = try runtime.append(EventRecords.record(more, RuntimeFixture.head))
        let pace = CheckpointSlice.pace
        #expect(try waiting() == all + each - 20 - (pace - 1) * 20 * each, "more than is new")
        #expect(runtime.checkpointStatistics.slices == 3)
        #expect(runtime.checkpointStatistics.pauses.count == 3)
        var records = 0
        while try waiting() > 0 {
            try runtime.tend()
            records += 1
        }
        #expect(records <= all / 10 + 1, "it comes to an end")
    }

    /// What a slice owes when its time is over is owed by the next ones.
    @Test func shouldEndASliceAtItsTime() throws {
        let slice = CheckpointSlice(
            events: 1_000, entities: 200, bytes: .max, nanoseconds: 10, cutEntities: 0)
        let ticks = Ticks()
        let runtime = try RuntimeFixture.open(
            ScratchLog(), MemoryState(), RuntimeFixture.settings(tailEvents: 500, slice: slice),
            worker: HeldWorker(), time: ticks.time)
        let events = (0..<500).map { TestEvent(.observe, TestEnd("cookie", "c\($0)")) }
        _ = try runtime.append(EventRecords.record(events, RuntimeFixture.head))
        let before = try runtime.ask { graph, _ throws(StateError) in graph.changeCount }
        ticks.step = 10
        try runtime.tend()
        let after = try runtime.ask { graph, _ throws(StateError) in graph.changeCount }
        #expect(before - after == 8, "time is looked at every 8 entities")
    }

    /// A clock that goes on by `step` whenever it is looked at.
    ///
    /// `@unchecked Sendable`: it is used by one thread alone.
    private final class Ticks: @unchecked Sendable {
        var step: UInt64 = 0
        private var value: UInt64 = 1

        var time: MonotonicTime {
            MonotonicTime {
                self.value += self.step
                return self.value
            }
        }
    }

    @Test func shouldEndASliceAtItsBytes() throws {
        let slice = CheckpointSlice(events: 1_000, entities: 1_000, bytes: 1, cutEntities: 0)
        let runtime = try RuntimeFixture.open(
            ScratchLog(), MemoryState(), RuntimeFixture.settings(tailEvents: 500, slice: slice),
            worker: HeldWorker(), time: Self.standingTime)
        let events = (0..<500).map { TestEvent(.observe, TestEnd("cookie", "c\($0)")) }
        _ = try runtime.append(EventRecords.record(events, RuntimeFixture.head))
        let before = try runtime.ask { graph, _ throws(StateError) in graph.changeCount }
        try runtime.tend()
        let after = try runtime.ask { graph, _ throws(StateError) in graph.changeCount }
        #expect(before - after == 8, "bytes are looked at every 8 entities")
    }

    /// A record's own events are not gathered in one piece behind it.
    @Test func shouldTakeSlicesWithinARecord() throws {
        let slice = CheckpointSlice(events: 100, entities: 1, bytes: 1, cutEntities: 0)
        let runtime = try RuntimeFixture.open(
            ScratchLog(), MemoryState(), RuntimeFixture.settings(tailEvents: 950, slice: slice),
            worker: HeldWorker(), time: Self.standingTime)
        for (round, slices) in [(0, 1), (1, 11)] as [(Int, UInt64)] {
            let events = (0..<950).map { TestEvent(.observe, TestEnd("c\(round)", "\($0)")) }
            _ = try runtime.append(EventRecords.record(events, RuntimeFixture.head))
            #expect(runtime.checkpointStatistics.slices == slices)
        }
    }
}
