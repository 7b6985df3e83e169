import IdentityModel
import KafkaEngine
import KafkaLog
import KafkaTestSupport
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// The engine over Kafka comes to what the embedded one comes to, whatever happens on the way.
@Suite("Engine over Kafka", .serialized)
struct EngineTests {
    /// Sends events in two halves, with something that happens in between, and compares.
    private func check(
        _ lines: [[UInt8]], partitions: UInt16,
        _ between: (EngineFixture) async throws -> Void = { _ in }
    ) async throws {
        let fixture = try await EngineFixture(partitions: partitions)
        defer { fixture.close() }
        try fixture.send(all: Array(lines.prefix(lines.count / 2)))
        try await between(fixture)
        try fixture.send(all: Array(lines.dropFirst(lines.count / 2)))
        try await fixture.rest()
        let wanted = try EmbeddedReference(lines)
        #expect(fixture.digest() == wanted.digest)
        #expect(try fixture.consumer() == wanted.customers)
        #expect(try fixture.profiles() == wanted.customers.profiles)
    }

    @Test(arguments: [UInt16(1), 3])
    func differentialRetailStream(_ partitions: UInt16) async throws {
        try await check(Streams.retail(seed: 7, links: 3_000), partitions: partitions)
    }

    @Test(arguments: [UInt16(1), 3])
    func differentialRandomEvents(_ partitions: UInt16) async throws {
        try await check((1...4).flatMap { Streams.random(seed: $0) }, partitions: partitions)
    }

    /// Owners end in the midst of it, with what they had sent under way, and go on from their
    /// checkpoints; so does the router.
    @Test(arguments: [UInt16(1), 3])
    func shouldGoOnAfterDeaths(_ partitions: UInt16) async throws {
        let lines = Streams.retail(seed: 11, links: 3_000)
        let fixture = try await EngineFixture(partitions: partitions)
        defer { fixture.close() }
        fixture.brokers.setRoundTrip(milliseconds: 5)
        var unheard = 0
        for start in stride(from: 0, to: lines.count, by: 500) {
            let before = fixture.position
            try fixture.send(all: Array(lines.dropFirst(start).prefix(500)))
            try await fixture.wait { fixture.position > before }
            fixture.reopenOwners(.abandon)
            unheard += fixture.last.filter { $0.inFlightBytes > 0 || !$0.hasArrived }.count
            if start == 2_000 { fixture.replaceRouter() }
        }
        // One partition alone says something at ticks only, which may all be heard.
        #expect(partitions == 1 || unheard > 0, "nobody has died with something under way")
        try await fixture.rest()
        let wanted = try EmbeddedReference(lines)
        #expect(fixture.digest() == wanted.digest)
        #expect(try fixture.consumer() == wanted.customers)
        #expect(try fixture.profiles() == wanted.customers.profiles)
    }

    /// What was handed over is not said again.
    @Test func shouldHandOver() async throws {
        let fixture = try await EngineFixture(partitions: 3)
        defer { fixture.close() }
        let lines = Streams.retail(seed: 3, links: 1_000)
        try fixture.send(all: lines)
        try await fixture.rest()
        fixture.reopenOwners(.handOver)
        try await fixture.wait { fixture.owners.allSatisfy { !$0.figures.isStandby } }
        try await fixture.rest()
        for figures in fixture.owners.map(\.figures) {
            // Behind the checkpoint lies the record that tells of it, and nothing to be said.
            #expect(figures.position == figures.storedPosition + 1)
            #expect(figures.doneOffset == figures.storedPosition)
        }
        let consumer = try fixture.consumer()
        #expect(consumer.repeats == 0)
        let wanted = try EmbeddedReference(lines)
        #expect(consumer == wanted.customers && fixture.digest() == wanted.digest)
    }

    /// Two owners of each partition, each of which takes itself to be the only one.
    @Test func shouldBearZombies() async throws {
        let fixture = try await EngineFixture(partitions: 3)
        defer { fixture.close() }
        let lines = Streams.retail(seed: 5, links: 2_000)
        try fixture.send(all: Array(lines.prefix(1_000)))
        let others = fixture.open((0..<3).map { _ in MemoryState() })
        defer { for other in others { other.stop(.abandon) } }
        try fixture.send(all: Array(lines.dropFirst(1_000)))
        try await fixture.wait { others.allSatisfy { !$0.figures.isStandby } }
        try await fixture.rest(others)
        let wanted = try EmbeddedReference(lines)
        #expect(fixture.digest() == wanted.digest && fixture.digest(others) == wanted.digest)
        let consumer = try fixture.consumer()
        #expect(consumer == wanted.customers && consumer.repeats > 0)
    }

    /// The owners die while others stand by, who are promoted.
    @Test func shouldTakeOverFromStandbys() async throws {
        let fixture = try await EngineFixture(partitions: 3)
        defer { fixture.close() }
        let lines = Streams.retail(seed: 9, links: 2_000)
        let standbys = fixture.open((0..<3).map { _ in MemoryState() }, isToOwn: false)
        try fixture.send(all: Array(lines.prefix(2_000)))
        try await fixture.wait { standbys.allSatisfy { $0.figures.position ?? 0 > 5 } }
        #expect(standbys.allSatisfy { $0.figures.isStandby && $0.figures.inFlightBytes == 0 })
        fixture.replaceOwners(with: standbys)
        for standby in standbys { standby.promote() }
        try fixture.send(all: Array(lines.dropFirst(2_000)))
        try await fixture.rest()
        let wanted = try EmbeddedReference(lines)
        #expect(fixture.digest() == wanted.digest)
        #expect(try fixture.consumer() == wanted.customers)
        #expect(try fixture.profiles() == wanted.customers.profiles)
    }

    /// What is said of many records leaves in few.
    @Test func shouldSayTogetherWhatLeavesTogether() async throws {
        let fixture = try await EngineFixture(partitions: 3)
        defer { fixture.close() }
        fixture.replaceOwners(
            with: fixture.open((0..<3).map { _ in MemoryState() }, isToOwn: false))
        let lines = Streams.retail(seed: 15, links: 400)
        for start in stride(from: 0, to: lines.count, by: 40) {
            try fixture.send(all: Array(lines.dropFirst(start).prefix(40)))
            try await fixture.wait { try fixture.isRouted() }
        }
        try await fixture.wait {
            try (0..<3).allSatisfy { place in
                let end = try fixture.graphEnd(place)
                return end > 0 && fixture.owners[place].figures.position == end
            }
        }
        for owner in fixture.owners { owner.promote() }
        try await fixture.rest()
        #expect(try fixture.digest() == EmbeddedReference(lines).digest)
        let records = try fixture.messages(of: fixture.settings.topics.graph, partitions: 3)
        let counts = try records.compactMap { record -> Int? in
            guard
                case .messages(_, _, let bodies) = try RecordCodec.decode(record.value.span).record
            else { return nil }
            return bodies.count
        }
        #expect(counts.contains { $0 > 1 })
    }

    /// Producers end for good, again and again, and are replaced.
    @Test(.mockOnly(), arguments: [KafkaMock.Failure.outOfOrderSequence, .invalidProducerEpoch])
    func shouldReplaceProducers(_ failure: KafkaMock.Failure) async throws {
        let fixture = try await EngineFixture(partitions: 3)
        defer { fixture.close() }
        let lines = Streams.retail(seed: 13, links: 2_000)
        for start in stride(from: 0, to: lines.count, by: 500) {
            let before = fixture.position
            try fixture.send(all: Array(lines.dropFirst(start).prefix(500)))
            try await fixture.wait { fixture.position > before }
            fixture.brokers.mock.fail(.produce, with: Array(repeating: failure, count: 6))
            try await Task.sleep(for: .milliseconds(60))
            fixture.brokers.mock.clearFailures(.produce)
        }
        try await fixture.rest()
        let wanted = try EmbeddedReference(lines)
        #expect(fixture.digest() == wanted.digest)
        #expect(try fixture.consumer() == wanted.customers)
        #expect(try fixture.profiles() == wanted.customers.profiles)
        let renewals = fixture.owners.reduce(fixture.router.figures.renewals) {
            $0 + $1.figures.renewals
        }
        #expect(renewals > 0, "no producer has ended")
    }

    @Test(arguments: [UInt16(1), 3])
    func shouldMakeNothingOfRepeats(_ partitions: UInt16) async throws {
        let lines = Streams.random(seed: 21)
        var chance = SeededGenerator(seed: 4)
        let fixture = try await EngineFixture(partitions: partitions)
        defer { fixture.close() }
        try fixture.send(all: chance.shuffled(lines + lines + lines))
        try await fixture.rest()
        let wanted = try EmbeddedReference(lines)
        #expect(fixture.digest() == wanted.digest)
        #expect(try fixture.consumer() == wanted.customers)
        #expect(try fixture.profiles() == wanted.customers.profiles)
        #expect(fixture.router.figures.accepted == UInt64(lines.count * 3))
    }
}
