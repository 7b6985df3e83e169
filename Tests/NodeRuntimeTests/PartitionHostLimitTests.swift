import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing

/// What a partition that serves does when it is flooded, when it is slow, and when its disk fails.
@Suite("Partition host, limits and failures")
struct PartitionHostLimitTests {
    /// Holds the partition's thread until the gate opens.
    private static func hold(
        _ fixture: HostFixture, _ gate: Gate
    ) async -> Task<Void, Never> {
        let task = Task {
            _ = await fixture.host.ask(by: HostFixture.soon()) { _ -> Result<Int, ServingError> in
                gate.pass()
                return .success(0)
            }
        }
        await gate.wait(forArrivals: 1)
        return task
    }

    private static func count(
        _ results: [Result<UInt64, ServingError>], _ error: ServingError
    ) -> Int {
        results.count { $0 == .failure(error) }
    }

    /// What so many concurrent requests are told; the gate is opened once `refusals` of them are.
    private static func flood(
        _ count: Int, opening gate: Gate, after refusals: Int,
        _ body: @escaping @Sendable (Int) async -> Result<UInt64, ServingError>
    ) async -> [Result<UInt64, ServingError>] {
        await withTaskGroup(of: Result<UInt64, ServingError>.self) { group in
            for number in 0..<count { group.addTask { await body(number) } }
            var results: [Result<UInt64, ServingError>] = []
            for await result in group {
                results.append(result)
                if results.count == refusals { gate.open() }
            }
            return results
        }
    }

    @Test func shouldRefuseQuestionsBeyondTheMailbox() async {
        var limits = ServingLimits()
        limits.asks = 8
        let fixture = HostFixture(limits: limits)
        let gate = Gate(isOpen: false)
        let held = await Self.hold(fixture, gate)
        // One is being answered, seven wait.
        let results = await Self.flood(100, opening: gate, after: 93) { _ in
            await fixture.identifiers()
        }
        #expect(Self.count(results, .overloaded) == 93)
        #expect(results.count { $0 == .success(0) } == 7)
        await held.value
        #expect(await fixture.identifiers() == .success(0), "there is room again")
        #expect(await fixture.end() == .closed)
    }

    @Test func shouldRefuseWritesBeyondTheMailboxByNumberAndByBytes() async {
        let size = HostFixture.record("0000").count
        for byNumber in [true, false] {
            var limits = ServingLimits()
            if byNumber { limits.appends = 4 } else { limits.appendBytes = 5 * size - 1 }
            let fixture = HostFixture(limits: limits)
            let gate = fixture.log.syncs
            gate.shut()
            let results = await Self.flood(50, opening: gate, after: 46) { number in
                await fixture.append("\(1_000 + number)")
            }
            #expect(Self.count(results, .overloaded) == 46)
            #expect(results.count { (try? $0.get()) != nil } == 4)
            // What was refused left nothing behind, and there is room again.
            #expect(await fixture.append("1000") == .success(5))
            #expect(fixture.log.bounds(of: RuntimeFixture.partition) == 0..<5)
            #expect(await fixture.end() == .closed)
        }
    }

    @Test func shouldTakeAWriteThatIsLargerThanAllRoomAlone() async {
        var limits = ServingLimits()
        limits.appendBytes = 10
        let fixture = HostFixture(limits: limits)
        #expect(await fixture.append("large", count: 100) == .success(1))
        #expect(await fixture.end() == .closed)
    }

    @Test func shouldRefuseWhatIsOverItsDeadlineThoughTheThreadIsBusy() async {
        let fixture = HostFixture()
        let gate = Gate(isOpen: false)
        let held = await Self.hold(fixture, gate)
        let asked = await fixture.identifiers(by: HostFixture.soon(30))
        #expect(asked == .failure(.deadlinePassed))
        let written = await fixture.append("a", by: HostFixture.soon(30))
        #expect(written == .failure(.deadlinePassed))
        gate.open()
        await held.value
        // It had not been begun: nothing of it is done.
        #expect(await fixture.identifiers() == .success(0))
        #expect(fixture.log.bounds(of: RuntimeFixture.partition).isEmpty)
        #expect(await fixture.end() == .closed)
    }

    @Test func shouldRefuseOnlyWritesWhileThereIsNoRoom() async {
        let fixture = HostFixture()
        #expect(await fixture.append("a") == .success(1))
        let full = StoreFailure(.noSpace, "the disk is full", remedy: "make room")
        fixture.log.failAppends(full)
        #expect(await fixture.append("b") == .failure(.store(full)))
        #expect(await fixture.identifiers() == .success(1))
        fixture.log.failAppends(nil)
        #expect(await fixture.append("c") == .success(2))
        #expect(await fixture.identifiers() == .success(2))
        #expect(await fixture.end() == .closed)
    }

    @Test func shouldAskToBeOpenedAgainOnceThereIsRoomAndLoseNoRequest() async {
        var limits = ServingLimits()
        limits.roomCheckNanoseconds = 0
        let fixture = HostFixture(limits: limits)
        let full = StoreFailure(.noSpace, "the disk is full", remedy: "make room")
        fixture.log.failAppends(full)
        #expect(await fixture.append("a") == .failure(.store(full)))
        #expect(await fixture.identifiers() == .success(0), "there is no room yet")
        fixture.rooms.pass()
        #expect(await fixture.append("b") == .failure(.store(full)))
        // Nobody serves from here on: what comes waits for whoever serves next.
        async let asked = fixture.identifiers()
        async let written = fixture.append("c")
        try? await Task.sleep(for: .milliseconds(50))
        fixture.log.failAppends(nil)
        let ended = Gate()
        let thread = SystemThread {
            guard
                let runtime = try? RuntimeFixture.open(
                    fixture.log, fixture.state, RuntimeFixture.settings(durability: .fsync))
            else { return }
            _ = fixture.host.serve(runtime)
            ended.pass()
        }
        let count = await asked
        #expect(count == .success(0) || count == .success(1))
        #expect(await written == .success(1))
        #expect(await fixture.end() == .reopen)
        await ended.wait(forArrivals: 1)
        thread.join()
    }

    @Test func shouldEndAtAFailedSyncAndAcknowledgeNothing() async {
        let fixture = HostFixture()
        #expect(await fixture.append("a") == .success(1))
        let broken = StoreFailure(.ioError, "the disk is gone", remedy: "check it")
        fixture.log.failSyncs(broken)
        #expect(await fixture.append("b") == .failure(.store(broken)))
        #expect(await fixture.identifiers() == .failure(.store(broken)))
        #expect(await fixture.append("c") == .failure(.store(broken)))
        #expect(await fixture.end() == .failed(broken))
        #expect(fixture.log.bounds(of: RuntimeFixture.partition) == 0..<2, "b was not told of")
    }

    @Test func shouldRefuseAllThatWaitsWhereThePartitionCannotBeOpened() async {
        let host = HostFixture.Host()
        let failure = StoreFailure(.damaged, "it is damaged", remedy: "restore it")
        async let asked = host.ask(by: HostFixture.soon()) { .success($0.position) }
        try? await Task.sleep(for: .milliseconds(50))
        host.fail(failure)
        #expect(await asked == .failure(.store(failure)))
        #expect(
            await host.append([HostFixture.record("a")], by: HostFixture.soon())
                == .failure(.store(failure)))
    }
}
