import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing

/// Changes that are drained bit by bit, while the graph goes on, come to the same stored bytes as
/// those that are drained at once.
@Suite("Draining changes")
struct DrainTests {
    @Test func differentialSlicesAgainstOnce() throws {
        for seed in 0..<UInt64(TestBudget.rounds(100)) {
            let set = RandomEvents(seed: 7_000_000 + seed, nodes: 3...40, count: 5...200)
            var chance = SeededGenerator(seed: seed)
            let steady = GraphDriver()
            let sliced = GraphDriver()
            let store = MemoryState()
            var batch = CheckpointBatch()
            for event in set.events {
                try steady.fold(event)
                try sliced.fold(event)
                let before = sliced.graph.changeCount
                let limit = chance.below(8)
                guard sliced.graph.drainChanges(to: &batch, atMost: limit) else {
                    #expect(before - sliced.graph.changeCount <= before)
                    continue
                }
                #expect(sliced.graph.changeCount == 0)
                // Nothing is left: now, and only now, it is a checkpoint.
                guard chance.chance(50) else { continue }
                store.apply(batch)
                batch = CheckpointBatch()
            }
            #expect(sliced.graph.drainChanges(to: &batch, atMost: .max))
            store.apply(batch)
            steady.checkpoint()
            let isSame = StoredEntry.all(in: store) == steady.stored
            try #require(isSame, "seed \(7_000_000 + seed)")
            try #require(sliced.graph.summary == steady.graph.summary)
        }
    }

    @Test func shouldDrainNoMoreThanAsked() throws {
        let driver = GraphDriver()
        for number in 0..<50 {
            try driver.fold(TestEvent(.observe, TestEnd("cookie", "c\(number)")))
        }
        let all = driver.graph.changeCount
        var batch = CheckpointBatch()
        #expect(!driver.graph.drainChanges(to: &batch, atMost: 7))
        #expect(driver.graph.changeCount == all - 7)
        #expect(!driver.graph.drainChanges(to: &batch, atMost: 0))
        #expect(driver.graph.changeCount == all - 7)
        #expect(driver.graph.drainChanges(to: &batch, atMost: all - 7))
        #expect(driver.graph.drainChanges(to: &batch, atMost: 0), "nothing is left")
    }

    /// What changed long ago is written before what has just changed, which may change again.
    @Test func shouldDrainWhatWaitsLongestFirst() throws {
        let driver = GraphDriver()
        let hot = TestEnd("cookie", "hot")
        var batch = CheckpointBatch()
        var written = 0
        for number in 0..<200 {
            try driver.fold(
                TestEvent(.link, hot, TestEnd("email", "e\(number)"), at: Int64(number)))
            _ = driver.graph.drainChanges(to: &batch, atMost: 1)
            written += 1
        }
        #expect(batch.count >= written)
        let isHotAllTheTime = batch.byteCount > 200 * 200 * 16 / 4
        #expect(!isHotAllTheTime, "the hot one was written \(batch.byteCount) bytes' worth")
    }
}
