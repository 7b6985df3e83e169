import IdentityModel
import KafkaEngine
import KafkaTestSupport
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// Records of whoever asks are in the partitions' logs once that is answered.
@Suite("Record writer", .serialized)
struct RecordWriterTests {
    private static func deadline(milliseconds: UInt64 = UInt64(EngineFixture.patience)) -> Deadline
    {
        .after(nanoseconds: milliseconds * 1_000_000)
    }

    /// The records of events, so many events in each.
    private static func records(
        _ lines: [[UInt8]], _ settings: NodeSettings, perRecord: Int
    ) throws -> [[RecordWriter.Record]] {
        var decoder = JSONEventDecoder(
            options: EventDecoderOptions(namespaces: settings.namespaces))
        let head = RecordHead(
            logicVersion: 1, configurationDigest: settings.configurationDigest)
        return try stride(from: 0, to: lines.count, by: perRecord).map { start in
            var router = EventRouter(
                hasher: EngineFixture.hasher, partitionCount: settings.partitionCount)
            for line in lines[start..<min(start + perRecord, lines.count)] {
                guard case .event(let event) = decoder.decode(line.span, lineNumber: 1) else {
                    throw StoreFailure(.damaged, "an event is refused", remedy: "")
                }
                let bytes = decoder.scratch.bytes
                #expect(router.add(event, in: bytes.span) == nil)
            }
            return router.takeRecords(head)
        }
    }

    /// Many write at once; each finds what it has written behind the positions that it was told.
    @Test(arguments: [UInt16(1), 3])
    func shouldAnswerOnceTheLogsHaveIt(_ partitions: UInt16) async throws {
        let fixture = try await EngineFixture(partitions: partitions)
        defer { fixture.close() }
        let writer = RecordWriter(fixture.settings)
        defer { writer.stop() }
        let lines = Streams.retail(seed: 21, links: 1_000)
        let groups = try Self.records(lines, fixture.settings.node, perRecord: 20)
        let answers = await withTaskGroup(of: Result<RecordWriter.Positions, ServingError>.self) {
            tasks in
            for group in groups {
                tasks.addTask { await writer.write(group, by: Self.deadline()) }
            }
            var answers: [Result<RecordWriter.Positions, ServingError>] = []
            for await answer in tasks { answers.append(answer) }
            return answers
        }
        var ends: [PartitionID: UInt64] = [:]
        for answer in answers {
            for (partition, offset) in try answer.get() {
                ends[partition] = max(ends[partition] ?? 0, offset)
            }
        }
        for (partition, end) in ends {
            let position = await fixture.hosts[Int(partition.rawValue)].ask(
                by: Self.deadline(), minimumPosition: end
            ) { .success($0.position) }
            #expect(try position.get() >= end)
        }
        try await fixture.rest()
        #expect(fixture.digest() == (try EmbeddedReference(lines)).digest)
    }

    /// A broker that is away holds it up, and nothing is lost of it.
    @Test(.stopsBrokers) func shouldOutlastABrokerThatIsAway() async throws {
        let fixture = try await EngineFixture(partitions: 1)
        defer { fixture.close() }
        let writer = RecordWriter(fixture.settings)
        defer { writer.stop() }
        let lines = Streams.retail(seed: 22, links: 40)
        let groups = try Self.records(lines, fixture.settings.node, perRecord: lines.count / 2 + 1)
        try fixture.brokers.setDown()
        let first = await writer.write(groups[0], by: Self.deadline(milliseconds: 200))
        #expect(Self.error(first) == .deadlinePassed)
        try fixture.brokers.setUp()
        let second = try await writer.write(groups[1], by: Self.deadline()).get()
        #expect(second.map(\.partition) == [PartitionID(0)])
        try await fixture.wait { fixture.position >= second[0].offset }
        try await fixture.rest()
        #expect(fixture.digest() == (try EmbeddedReference(lines)).digest)
    }

    private static func error(
        _ result: Result<RecordWriter.Positions, ServingError>
    ) -> ServingError? {
        if case .failure(let error) = result { error } else { nil }
    }

    @Test(.stopsBrokers) func shouldRefuseWhatItHasNoRoomFor() async throws {
        let fixture = try await EngineFixture(partitions: 1)
        defer { fixture.close() }
        let lines = Streams.retail(seed: 24, links: 60)
        let groups = try Self.records(lines, fixture.settings.node, perRecord: 10)
        // Two fill the room to its edge; another finds none.
        let room = groups.prefix(2).joined().reduce(0) { $0 + $1.record.count }
        let writer = RecordWriter(fixture.settings, roomBytes: room)
        defer { writer.stop() }
        try fixture.brokers.setDown()
        async let first = writer.write(groups[0], by: Self.deadline())
        async let second = writer.write(groups[1], by: Self.deadline())
        try await Task.sleep(for: .milliseconds(200))
        let third = await writer.write(groups[2], by: Self.deadline())
        #expect(Self.error(third) == .overloaded)
        try fixture.brokers.setUp()
        #expect(Self.error(await first) == nil)
        #expect(Self.error(await second) == nil)
        #expect(Self.error(await writer.write(groups[2], by: Self.deadline())) == nil)
    }

    @Test func shouldRefuseWhatComesAfterItsEnd() async throws {
        let fixture = try await EngineFixture(partitions: 1)
        defer { fixture.close() }
        let writer = RecordWriter(fixture.settings)
        let lines = Streams.retail(seed: 23, links: 10)
        let groups = try Self.records(lines, fixture.settings.node, perRecord: lines.count)
        async let before = writer.write(groups[0], by: Self.deadline())
        #expect(try await before.get().count == 1)
        writer.stop()
        #expect(Self.error(await writer.write(groups[0], by: Self.deadline())) == .closed)
    }
}
