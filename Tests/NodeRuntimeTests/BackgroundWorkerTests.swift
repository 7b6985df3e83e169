import Glibc
import GraphCore
import NodeRuntime
import TestSupport
import Testing

@Suite("Background workers")
struct BackgroundWorkerTests {
    /// Counts its steps.
    ///
    /// `@unchecked Sendable`: everything is read and written under `mutex` alone.
    private final class Steps: BackgroundWork, @unchecked Sendable {
        private let mutex = Mutex()
        private let wanted: Int
        private var count = 0

        init(_ wanted: Int) { self.wanted = wanted }

        func step() -> Bool {
            mutex.locked {
                count += 1
                return count < wanted
            }
        }

        var done: Int { mutex.locked { count } }
    }

    @Test func shouldDoAllStepsWhereItIsBegun() {
        let steps = Steps(5)
        InlineWorker().begin(steps)
        #expect(steps.done == 5)
    }

    @Test func shouldDoStepsWhenToldTo() {
        let (worker, steps) = (HeldWorker(), Steps(3))
        worker.begin(steps)
        #expect(steps.done == 0 && worker.isBusy)
        worker.advance()
        #expect(steps.done == 1 && worker.isBusy)
        worker.wait()
        #expect(steps.done == 3 && !worker.isBusy)
        worker.advance()
        #expect(steps.done == 3)
    }

    @Test func shouldDoStepsOnAThreadAndJoinIt() {
        let last = Steps(100)
        do {
            let worker = ThreadWorker()
            worker.wait()
            for _ in 0..<200 {
                let steps = Steps(3)
                worker.begin(steps)
                worker.wait()
                #expect(steps.done == 3)
            }
            worker.begin(last)
        }
        #expect(last.done == 100, "what was begun is done before the thread goes")
    }

    /// Tells that it has ended before its step returns, as a checkpoint does: whoever hears of it
    /// may begin the next at once.
    ///
    /// `@unchecked Sendable`: `hasEnded` is read and written under `mutex` alone.
    private final class Lingering: BackgroundWork, @unchecked Sendable {
        private let mutex = Mutex()
        private var hasEnded = false

        func step() -> Bool {
            mutex.locked {
                hasEnded = true
                mutex.signal()
            }
            usleep(20_000)
            return false
        }

        func waitForEnd() { mutex.locked { while !hasEnded { mutex.wait() } } }
    }

    @Test func shouldTakeWorkFromWhoeverHearsThatTheLastHasEnded() {
        let worker = ThreadWorker()
        for _ in 0..<5 {
            let work = Lingering()
            worker.begin(work)
            work.waitForEnd()
        }
        worker.wait()
    }

    @Test func shouldNeedNoThreadWhereThereIsNoWork() {
        for _ in 0..<10_000 { _ = ThreadWorker() }
    }

    /// The runtime on two threads: the same bytes as on one.
    @Test func differentialThreadAgainstInline() throws {
        for seed in 0..<UInt64(TestBudget.rounds(20)) {
            let (records, events) = RuntimeFixture.records(seed: 400 + seed, of: 2)
            var stored: [[StoredEntry]] = []
            for worker in [InlineWorker(), ThreadWorker()] as [any BackgroundWorker] {
                let state = MemoryState()
                let runtime = try RuntimeFixture.open(
                    MemoryLog(), state,
                    RuntimeFixture.settings(
                        tailEvents: 4,
                        slice: CheckpointSlice(events: 1, entities: 2, bytes: 64, cutEntities: 3)),
                    worker: worker)
                for record in records { _ = try runtime.append(record) }
                try runtime.checkpoint()
                #expect(
                    runtime.digest
                        == RuntimeFixture.digest(events, records: runtime.position, of: 2))
                stored.append(StoredEntry.all(in: state))
            }
            let isSame = stored[0] == stored[1]
            #expect(isSame, "seed \(seed)")
        }
    }
}
