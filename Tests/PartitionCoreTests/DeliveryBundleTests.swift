import GraphCore
import IdentityModel
import PartitionCore
import TestSupport
import Testing
import WireFormat

@Suite("Deliveries in one record")
struct DeliveryBundleTests {
    private static let head = MachineDriver.head

    private static func delivery(_ to: UInt16, _ number: UInt64, bytes: Int = 10) -> Delivery {
        Delivery(
            to: PartitionID(to), number: number,
            body: [UInt8](repeating: UInt8(number % 251), count: bytes))
    }

    private static func bundles(
        _ deliveries: [Delivery], bytes: Int = RecordLimits.bundleBytes
    ) -> [DeliveryBundle] {
        DeliveryBundle.bundles(of: deliveries, from: PartitionID(9), head, bytes: bytes)
    }

    /// What a record says, as deliveries again.
    private static func deliveries(in bundle: DeliveryBundle) throws -> [Delivery] {
        guard
            case .messages(PartitionID(9), let number, let bodies) =
                try RecordCodec.decode(bundle.record.span).record
        else { throw WireError(.damaged, "not what was written") }
        #expect(bundle.numbers == number...number + UInt64(bodies.count) - 1)
        return bodies.enumerated().map { place, body in
            Delivery(
                to: bundle.to, number: number + UInt64(place), body: Array(bundle.record[body]))
        }
    }

    @Test func shouldPutTogetherWhatIsForOne() throws {
        let said = [
            Self.delivery(3, 5), Self.delivery(1, 77), Self.delivery(3, 6), Self.delivery(2, 1),
            Self.delivery(3, 7), Self.delivery(1, 78),
        ]
        let bundles = Self.bundles(said)
        #expect(bundles.map(\.numbers) == [5...7, 77...78, 1...1])
        for bundle in bundles {
            #expect(try Self.deliveries(in: bundle) == said.filter { $0.to == bundle.to })
        }
        #expect(Self.bundles([]).isEmpty)
    }

    /// The limit holds to the byte; one that is larger goes alone.
    @Test func shouldKeepToItsLimit() throws {
        let limit = RecordLimits.bundleBytes
        for (sizes, wanted) in [
            ([limit / 2, limit / 2], [1...2]), ([limit / 2, limit / 2 + 1], [1...1, 2...2]),
            ([limit * 3, 1, 1], [1...1, 2...3]), ([1, limit, 1], [1...1, 2...2, 3...3]),
            ([limit - 2, 1, 1, 1], [1...3, 4...4]),
        ] as [([Int], [ClosedRange<UInt64>])] {
            let said = sizes.enumerated().map { Self.delivery(1, UInt64($0 + 1), bytes: $1) }
            let bundles = Self.bundles(said)
            #expect(bundles.map(\.numbers) == wanted)
            #expect(try bundles.flatMap(Self.deliveries) == said)
        }
        let alone = Self.bundles([Self.delivery(1, 1), Self.delivery(1, 2)], bytes: 0)
        #expect(alone.map(\.numbers) == [1...1, 2...2])
    }

    @Test func shouldRefuseNumbersThatDoNotFollow() async {
        await #expect(processExitsWith: .failure) {
            _ = Self.bundles([Self.delivery(1, 1), Self.delivery(1, 3)])
        }
    }

    // MARK: Folding

    private static func machine(_ partition: UInt16) -> MachineDriver {
        MachineDriver(
            GraphConfiguration(
                partition: PartitionID(partition), partitionCount: 2,
                namespaces: RandomEvents.namespaces))
    }

    /// What partition 0 says of random events to partition 1.
    private static func said(seed: UInt64) throws -> [Delivery] {
        let sender = machine(0)
        let events = RandomEvents(seed: seed, nodes: 20...60, count: 150...250).events
        return try events.filter { event in
            let least = min(event.a.key, event.b?.key ?? event.a.key)
            return PartitionID.home(of: least, among: 2) == PartitionID(0)
        }.flatMap { try sender.step(EventRecords.record([$0], head)).deliveries }
    }

    private static func record(_ deliveries: ArraySlice<Delivery>) -> [UInt8] {
        MachineDriver.bundles(of: Array(deliveries), from: 0)[0].record
    }

    /// However they are put together, and however often they come: each is folded once, in order,
    /// and what comes of them is what comes of one after the other.
    @Test(arguments: UInt64(1)...20)
    func differentialBundles(seed: UInt64) throws {
        let said = try Self.said(seed: seed)
        try #require(said.count > 4)
        let (one, other) = (Self.machine(1), Self.machine(1))
        var answers: [GraphMessage] = []
        for place in said.indices {
            let result = try one.step(Self.record(said[place...place]))
            answers += try Self.messages(in: result)
        }
        var chance = SeededGenerator(seed: seed)
        var others: [GraphMessage] = []
        var next = 0
        while next < said.count {
            // From behind what is known, or from within it; what leaves a gap changes nothing.
            let start = max(0, next - chance.below(4))
            let end = min(said.count, next + 1 + chance.below(5))
            if end + 1 < said.count {
                let early = try other.step(Self.record(said[(next + 1)...]))
                #expect(early.deliveries.isEmpty)
                #expect(other.machine.seen(from: PartitionID(0)) == UInt64(next))
            }
            others += try Self.messages(in: other.step(Self.record(said[start..<end])))
            next = max(next, end)
            #expect(other.machine.seen(from: PartitionID(0)) == UInt64(next))
        }
        #expect(others == answers)
        let (header, wanted) = (other.machine.checkpointHeader, one.machine.checkpointHeader)
        #expect(header.evidenceDigest == wanted.evidenceDigest)
        #expect(header.componentDigest == wanted.componentDigest)
        #expect(header.counters == wanted.counters && header.seen == wanted.seen)
    }

    /// What runs ahead of a gap says what is missing, until that comes.
    @Test func shouldTellWhatIsMissing() throws {
        let said = try Self.said(seed: 3)
        try #require(said.count > 4)
        let receiver = Self.machine(1)
        func missing() -> UInt64? {
            receiver.machine.missing.flatMap { $0.sender == PartitionID(0) ? $0.number : nil }
        }
        _ = try receiver.step(Self.record(said[0..<2]))
        #expect(missing() == nil)
        _ = try receiver.step(Self.record(said[3..<5]))
        #expect(missing() == 3)
        _ = try receiver.step(Self.record(said[0..<2]))
        #expect(missing() == 3, "what is known fills no gap")
        _ = try receiver.step(Self.record(said[2..<4]))
        #expect(missing() == nil)
        #expect(receiver.machine.seen(from: PartitionID(0)) == 4)
    }

    private static func messages(in result: StepResult) throws -> [GraphMessage] {
        try result.deliveries.flatMap { delivery in
            try MessageFrame.decode(delivery.body.span, body: 0..<delivery.body.count) { name in
                UInt32(name[0])
            }
        }
    }
}
