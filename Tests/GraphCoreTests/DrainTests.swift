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
            let limits = chance.pick([
                .standard, EvictionTests.limits(of: 3), EvictionTests.limits(of: 1),
            ])
            let steady = GraphDriver(limits: limits)
            let sliced = GraphDriver(limits: limits)
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

    /// What has just changed is likely to change again: it waits until all before it is written.
    @Test func shouldDrainWhatWaitsLongestFirst() throws {
        let hub = TestEnd("email", "hub")
        let driver = GraphDriver()
        for number in 0..<400 {
            try driver.fold(TestEvent(.observe, TestEnd("cookie", "c\(number)")))
        }
        var batch = CheckpointBatch()
        var rewritten = 0
        for number in 0..<300 {
            try driver.fold(TestEvent(.observe, hub, at: Int64(1_000 - number)))
            let before = driver.graph.changeCount
            _ = driver.graph.drainChanges(to: &batch, atMost: 1)
            if driver.graph.changeCount == before { rewritten += 1 }
        }
        #expect(batch.count >= 300)
        #expect(rewritten == 0, "a queue of others stands before it")
        let hubs = StoredEntry.all(in: StoredEntry.applied(batch)).filter { entry in
            entry.key[0] == 0x20 && String(decoding: entry.value, as: UTF8.self).contains("hub")
        }
        #expect(hubs.isEmpty, "it changed with every event, and was not written once")
    }
}

extension StoredEntry {
    /// A store that holds what `batch` puts.
    fileprivate static func applied(_ batch: CheckpointBatch) -> MemoryState {
        let state = MemoryState()
        state.apply(batch)
        return state
    }
}
