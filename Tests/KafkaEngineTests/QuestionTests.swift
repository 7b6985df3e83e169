import GraphCore
import IdentityModel
import KafkaEngine
import NodeRuntime
import TestSupport
import Testing

/// Whoever follows a partition's log answers questions about it, between records.
@Suite("Questions to followed partitions", .serialized)
struct QuestionTests {
    private typealias Host = PartitionHost<FollowedLog, MemoryState>

    private static func deadline(milliseconds: UInt64 = UInt64(EngineFixture.patience)) -> Deadline
    {
        .after(nanoseconds: milliseconds * 1_000_000)
    }

    private static func digests(_ hosts: [Host]) async throws -> Digest {
        var sum = Digest.zero
        for host in hosts {
            sum += try await host.ask(by: deadline()) { .success($0.digest) }.get()
        }
        return sum
    }

    @Test(arguments: [UInt16(1), 3])
    func shouldBeAnsweredByOwnerAndStandby(_ partitions: UInt16) async throws {
        let fixture = try await EngineFixture(partitions: partitions)
        defer { fixture.close() }
        let owners = fixture.hosts
        let lines = Streams.retail(seed: 5, links: 1_000)
        try fixture.send(all: lines)
        let states = (0..<partitions).map { _ in MemoryState() }
        let standbys = fixture.open(states, isToOwn: false)
        defer { for standby in standbys { standby.stop(.abandon) } }
        try await fixture.rest(standbys)
        let wanted = try EmbeddedReference(lines).digest
        #expect(try await Self.digests(owners) == wanted)
        #expect(try await Self.digests(fixture.hosts) == wanted)
    }

    /// A question waits for the position that it is to see, and is answered as soon as that is
    /// there, though nothing else wakes the thread.
    @Test func shouldWaitForAPosition() async throws {
        let fixture = try await EngineFixture(partitions: 1)
        defer { fixture.close() }
        let lines = Streams.retail(seed: 6, links: 300)
        try fixture.send(all: Array(lines.prefix(100)))
        try await fixture.rest()
        let host = fixture.hosts[0]
        let position = fixture.position
        async let answer = host.ask(by: Self.deadline(), minimumPosition: position + 1) {
            .success($0.position)
        }
        try await fixture.wait { host.waiting.asks == 1 }
        try fixture.send(all: Array(lines.dropFirst(100)))
        #expect(try await answer.get() > position)
    }

    @Test func shouldNotWaitForAPositionForEver() async throws {
        let fixture = try await EngineFixture(partitions: 1)
        defer { fixture.close() }
        var limits = ServingLimits()
        limits.positionNanoseconds = 50_000_000
        let standbys = fixture.open([MemoryState()], isToOwn: false, limits: limits)
        defer { for standby in standbys { standby.stop(.abandon) } }
        let answer = await fixture.hosts[0].ask(
            by: Self.deadline(), minimumPosition: 1_000_000
        ) { .success($0.position) }
        #expect(answer == .failure(.pending))
    }

    /// What is asked before the partition is open is answered then, and what is asked when it has
    /// ended, or waits at its end, is refused.
    @Test func shouldBeRefusedAtTheEnd() async throws {
        let fixture = try await EngineFixture(partitions: 1)
        defer { fixture.close() }
        let host = fixture.hosts[0]
        async let waits = host.ask(by: Self.deadline(), minimumPosition: 1_000_000) {
            .success($0.position)
        }
        try await fixture.wait { host.waiting.asks == 1 }
        fixture.reopenOwners(.abandon)
        #expect(await waits == .failure(.closed))
        #expect(
            await host.ask(by: Self.deadline()) { .success($0.position) } == .failure(.closed))
        let next = fixture.hosts[0]
        #expect(try await next.ask(by: Self.deadline()) { .success($0.position) }.get() == 0)
    }
}
