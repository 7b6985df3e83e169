import GraphCore
import IdentityModel
import KafkaEngine
import NodeRuntime
import TestSupport
import Testing

/// Brokers with a store's topics, and the parts of the engine that run on it.
final class EngineFixture: BrokerStore {
    let states: [MemoryState]
    private(set) var owners: [PartitionOwner] = []
    /// Through which the partitions are asked that were opened last, by number.
    private(set) var hosts: [PartitionHost<FollowedLog, MemoryState>] = []
    /// How those stood at their end who owned the partitions before.
    private(set) var last: [OwnerFigures] = []
    private(set) lazy var router = Router(settings, hasher: Self.hasher)

    /// An engine with so many partitions, all of them owned, and one router.
    override init(partitions: UInt16, node: NodeSettings? = nil) async throws {
        states = (0..<partitions).map { _ in MemoryState() }
        try await super.init(partitions: partitions, node: node)
        owners = open()
        try await wait { router.figures.assigned == Int(Self.eventsPartitions) }
    }

    // MARK: Lives

    /// Owners, or standbys, of all partitions, over the fixture's states unless others are given.
    func open(
        _ states: [MemoryState]? = nil, isToOwn: Bool = true,
        limits: ServingLimits = ServingLimits()
    ) -> [PartitionOwner] {
        hosts = (0..<settings.node.partitionCount).map { _ in PartitionHost(limits: limits) }
        return (states ?? self.states).enumerated().map { place, state in
            PartitionOwner(
                PartitionID(UInt16(place)), state: state, settings: settings, isToOwn: isToOwn,
                host: hosts[place])
        }
    }

    /// The owners end as `ending` says, and others go on from what they have stored.
    func reopenOwners(_ ending: PartitionOwner.Ending) {
        for owner in owners { owner.stop(ending) }
        last = figures
        owners = open()
    }

    /// Others take the owners' place.
    func replaceOwners(with others: [PartitionOwner]) {
        for owner in owners { owner.stop(.abandon) }
        owners = others
    }

    /// The router ends, and another takes its place.
    func replaceRouter() {
        router.stop()
        router = Router(settings, hasher: Self.hasher)
    }

    override var account: String { "\(router.figures) \(figures)" }

    override func close() {
        router.stop()
        for owner in owners { owner.stop(.abandon) }
        super.close()
    }

    // MARK: Rest

    /// Returns once all events are folded, and all that came of them.
    func rest(_ others: [PartitionOwner] = []) async throws {
        try await waitForCalm { try isAtRest(others) }
    }

    private var figures: [OwnerFigures] { owners.map(\.figures) }

    private func isAtRest(_ others: [PartitionOwner]) throws -> Bool {
        for part in owners + others {
            if let failure = part.figures.failure { throw failure }
        }
        if let failure = router.figures.failure { throw failure }
        guard router.figures.isIdle, try isRouted() else { return false }
        for place in owners.indices {
            let end = try graphEnd(place)
            for owner in [owners[place]] + others.dropFirst(place).prefix(1) {
                let figures = owner.figures
                guard figures.position == end, figures.inFlightBytes == 0,
                    !figures.awaitsTick, figures.isStandby || figures.hasArrived
                else { return false }
            }
        }
        return true
    }

    // MARK: Findings

    /// How many records are folded, in all partitions.
    var position: UInt64 { owners.reduce(0) { $0 + ($1.figures.position ?? 0) } }

    /// The logical digest over all partitions.
    func digest(_ owners: [PartitionOwner]? = nil) -> Digest {
        var sum = Digest.zero
        for owner in owners ?? self.owners { sum += owner.figures.digest }
        return sum
    }
}
