import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing

/// Writes and questions through the mailbox of a partition that serves.
@Suite("Partition host")
struct PartitionHostTests {
    @Test func shouldAnswerAWriteOnlyOnceItIsDurable() async {
        let fixture = HostFixture()
        fixture.log.syncs.shut()
        async let written = fixture.append("a")
        await fixture.log.syncs.wait(forArrivals: 1)
        // Questions go on, and tell nothing of what may be lost.
        #expect(await fixture.identifiers() == .success(0))
        #expect(fixture.log.bounds(of: RuntimeFixture.partition) == 0..<1)
        fixture.log.syncs.open()
        #expect(await written == .success(1))
        #expect(await fixture.identifiers() == .success(1))
        #expect(await fixture.end() == .closed)
    }

    @Test func shouldMakeAllThatWaitsDurableWithOneSync() async {
        let fixture = HostFixture()
        fixture.log.syncs.shut()
        async let first = fixture.append("first")
        await fixture.log.syncs.wait(forArrivals: 1)
        await withTaskGroup(of: Result<UInt64, ServingError>.self) { group in
            for number in 0..<20 { group.addTask { await fixture.append("\(number)") } }
            group.addTask {
                await fixture.wait(forAsks: 0, appends: 21)
                fixture.log.syncs.open()
                return .success(0)
            }
            var positions: [UInt64] = []
            for await result in group {
                guard case .success(let position) = result else {
                    Issue.record("\(result)")
                    continue
                }
                positions.append(position)
            }
            #expect(positions.sorted() == [0] + Array(2...21))
        }
        #expect(await first == .success(1))
        #expect(fixture.log.syncs.count == 2, "20 writes came while one sync ran")
        #expect(await fixture.identifiers() == .success(21))
        #expect(await fixture.end() == .closed)
    }

    @Test func shouldWaitForAPositionAndNotForEver() async {
        var limits = ServingLimits()
        limits.positionNanoseconds = 10_000_000
        let impatient = HostFixture(limits: limits)
        #expect(await impatient.identifiers(minimumPosition: 1) == .failure(.pending))
        #expect(await impatient.identifiers() == .success(0))
        #expect(await impatient.end() == .closed)
        limits.positionNanoseconds = UInt64.max / 4
        let fixture = HostFixture(limits: limits)
        async let seen = fixture.identifiers(minimumPosition: 2)
        #expect(await fixture.append("a") == .success(1))
        #expect(await fixture.append("b") == .success(2))
        #expect(await seen == .success(2))
        #expect(await fixture.identifiers(minimumPosition: 2) == .success(2))
        #expect(await fixture.end() == .closed)
    }

    @Test func shouldAnswerQuestionsBetweenTheRecordsOfAWrite() async {
        var limits = ServingLimits()
        limits.positionNanoseconds = UInt64.max / 4
        let fixture = HostFixture(limits: limits)
        let gate = Gate(isOpen: false)
        // The thread is held, so that the write and the question come together.
        async let held = fixture.host.ask(by: HostFixture.soon()) {
            _ -> Result<Int, ServingError> in
            gate.pass()
            return .success(0)
        }
        await gate.wait(forArrivals: 1)
        let records = (0..<200).map { HostFixture.record("\($0)", 100) }
        async let written = fixture.host.append(records, by: HostFixture.soon())
        async let asked = fixture.host.ask(by: HostFixture.soon(), minimumPosition: 1) {
            .success($0.position)
        }
        await fixture.wait(forAsks: 2, appends: 1)
        gate.open()
        #expect(await held == .success(0))
        guard case .success(let position) = await asked else {
            Issue.record("a question was not answered")
            return
        }
        #expect(position < 200, "it waited for the whole write")
        #expect(await written == .success(200))
        #expect(await fixture.identifiers() == .success(20_000))
        #expect(await fixture.end() == .closed)
    }

    @Test func shouldRehearseWithoutATrace() async {
        let fixture = HostFixture()
        #expect(await fixture.append("a") == .success(1))
        let rehearsed = await fixture.host.rehearse(
            HostFixture.record("b", 3), by: HostFixture.soon()
        ) { .success($0.counters.identifiers) }
        #expect(rehearsed == .success(4))
        #expect(await fixture.identifiers() == .success(1))
        #expect(await fixture.append("c") == .success(2))
        #expect(await fixture.identifiers() == .success(2))
        #expect(await fixture.end() == .closed)
    }

    @Test func shouldAnswerWhatCameBeforeItWasClosedAndRefuseTheRest() async {
        var limits = ServingLimits()
        limits.positionNanoseconds = UInt64.max / 4
        let fixture = HostFixture(limits: limits)
        fixture.log.syncs.shut()
        async let first = fixture.append("a")
        await fixture.log.syncs.wait(forArrivals: 1)
        async let second = fixture.append("b")
        async let asked = fixture.identifiers(minimumPosition: 2)
        async let never = fixture.identifiers(minimumPosition: 3)
        await fixture.wait(forAsks: 2, appends: 2)
        fixture.host.close()
        #expect(await fixture.append("c") == .failure(.closed))
        #expect(await fixture.identifiers() == .failure(.closed))
        #expect(await fixture.end() == .closed)
        #expect(await first == .success(1))
        #expect(await second == .success(2))
        // What waits for a position that nobody will write is not waited for.
        let seen = await asked
        #expect(seen == .success(2) || seen == .failure(.closed))
        #expect(await never == .failure(.closed))
    }

    @Test func shouldHaveWritesWaitForACheckpointHoweverSlowlyTheyCome() async {
        let settings = RuntimeFixture.settings(tailEvents: 10, durability: .fsync)
        let fixture = HostFixture(settings)
        fixture.state.applies.shut()
        for number in 0..<6 {
            #expect((try? await fixture.append("\(number)", count: 5).get()) != nil)
        }
        await fixture.state.applies.wait(forArrivals: 1)
        async let next = fixture.append("6", count: 5)
        try? await Task.sleep(for: .milliseconds(200))
        #expect(await fixture.identifiers() == .success(30))
        fixture.state.applies.open()
        #expect((try? await next.get()) != nil)
        #expect(await fixture.end() == .closed)
    }

    @Test func shouldGoOnWithQuestionsWhileTheWriterWaitsForACheckpoint() async {
        let settings = RuntimeFixture.settings(tailEvents: 10, durability: .fsync)
        let fixture = HostFixture(settings)
        fixture.state.applies.shut()
        await withTaskGroup(of: Result<UInt64, ServingError>.self) { group in
            for number in 0..<40 { group.addTask { await fixture.append("\(number)", count: 5) } }
            await fixture.state.applies.wait(forArrivals: 1)
            try? await Task.sleep(for: .milliseconds(100))
            // The tail is as long as it may be: writes wait, and questions do not.
            guard case .success(let count) = await fixture.identifiers() else {
                Issue.record("a question was not answered")
                return
            }
            #expect(count < 40 && count >= 10, "\(count)")
            fixture.state.applies.open()
            for await result in group { #expect((try? result.get()) != nil) }
        }
        #expect(await fixture.identifiers() == .success(200))
        #expect(await fixture.end() == .closed)
    }

    @Test func shouldStoreACheckpointOnRequestWhileItServes() async {
        let fixture = HostFixture()
        let soon = HostFixture.soon()
        #expect(await fixture.host.checkpoint(by: soon) == .success(0), "there is nothing to store")
        // More than a slice takes at once.
        #expect(await fixture.append("a", count: 3_000) == .success(1))
        fixture.state.applies.shut()
        async let stored = fixture.host.checkpoint(by: soon)
        await fixture.state.applies.wait(forArrivals: 1)
        #expect(await fixture.append("b") == .success(2))
        #expect(await fixture.identifiers() == .success(3_001))
        fixture.state.applies.open()
        #expect(await stored == .success(1))
        #expect(await fixture.host.checkpoint(by: soon) == .success(2))
        let tail = await fixture.host.ask(by: soon) { .success($0.tailRecords) }
        #expect(tail == .success(0))
        #expect(await fixture.end() == .closed)
    }

    @Test(arguments: 0..<4)
    func differentialManyWritersGiveTheGraphOfOne(seed: Int) async {
        let fixture = HostFixture(
            RuntimeFixture.settings(
                tailEvents: 40, durability: seed.isMultiple(of: 2) ? .os : .fsync))
        let events = RandomEvents(seed: UInt64(seed), nodes: 3...20, count: 200...300).events
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for place in stride(from: writer, to: events.count, by: 8) {
                        let record = EventRecords.record([events[place]], RuntimeFixture.head)
                        let written = await fixture.host.append([record], by: HostFixture.soon())
                        guard case .success(let position) = written else {
                            Issue.record("\(written)")
                            return
                        }
                        let seen = await fixture.host.ask(by: HostFixture.soon()) {
                            .success($0.position)
                        }
                        #expect(((try? seen.get()) ?? 0) >= position, "one's own write is seen")
                    }
                }
            }
        }
        let digest = await fixture.host.ask(by: HostFixture.soon()) { .success($0.digest) }
        var oracle = GraphOracle(namespaces: RandomEvents.namespaces)
        for event in events { oracle.fold(event) }
        #expect(digest == .success(oracle.solve().digest))
        #expect(await fixture.end() == .closed)
    }
}
