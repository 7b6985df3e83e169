internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import RetailWorkload
internal import WireFormat

/// All that must hold once nothing is on its way any more.
struct RestCheck {
    private let world: World
    private let oracle: Oracle
    private let events: [SimulatedEvent]

    init(_ world: World) {
        self.world = world
        events = world.accepted.map { world.scenario.events[$0] }
        oracle = Oracle(events, nodes: world.scenario.workload.nodes)
    }

    /// - Throws: `Violation`: the first thing that does not hold.
    func check() throws(Violation) {
        try world.lookAtAll()
        for witness in world.witnesses {
            try require(
                witness.position == world.logs[witness.partition].end, "a log is not folded")
            let broken = try witness.ask { graph, _ throws(StateError) in graph.brokenInvariant() }
            try require(broken == nil, "memory of \(witness.partition): \(broken ?? "")")
        }
        try checkNothingWaits()
        try StoredGraphCheck(oracle, partitions: world.scenario.partitions)
            .check(world.witnesses)
        try checkCounters()
        try checkDigest()
        try checkReplicas()
    }

    // MARK: Parts

    private func checkNothingWaits() throws(Violation) {
        try require(world.refused.isEmpty, "refused events wait")
        for witness in world.witnesses {
            let transit = try witness.ask { graph, _ throws(StateError) in graph.underway }
            try require(transit.parked.isEmpty, "messages are parked for ever")
            try require(transit.staged.isEmpty, "pages wait for the last for ever")
            try require(transit.outgoing.isEmpty, "pages wait to go for ever")
            for receiver in world.all where receiver != witness.partition {
                let (sent, seen) = (
                    witness.sent(to: receiver),
                    world.arrived(from: witness.partition, at: receiver)
                )
                try require(
                    sent == seen,
                    "of \(sent) deliveries from \(witness.partition) to \(receiver) came \(seen)")
            }
        }
    }

    /// The partitions' counts sum up to those of the whole.
    private func checkCounters() throws(Violation) {
        var (identifiers, customers, pairs, links) = (0, 0, 0, 0)
        for witness in world.witnesses {
            let counters = try witness.ask { graph, _ throws(StateError) in graph.counters }
            identifiers += Int(counters.identifiers)
            customers += Int(counters.customers)
            pairs += Int(counters.pairs)
            links += Int(counters.liveLinks)
        }
        let found = [identifiers, customers, pairs, links]
        let wanted = [
            oracle.identifierCount, oracle.customerCount, oracle.pairs.count, oracle.liveCount,
        ]
        try require(
            found == wanted,
            "the counts of identifiers, customers, pairs, links sum up to \(found), not \(wanted)")
    }

    /// The logical digest is that of one partition that folded the same events in another order.
    private func checkDigest() throws(Violation) {
        var sum = Digest.zero
        for witness in world.witnesses {
            sum += try witness.ask { graph, _ throws(StateError) in graph.logicalDigest }
        }
        var order = world.accepted
        var chance = SplitMix64(seed: world.scenario.scheduleSeed)
        chance.shuffle(&order)
        let twin = try Replica(
            0, number: 0, from: Snapshot(), Foundry(partitions: 1, limits: .standard))
        var builder = EventRecordBuilder()
        for event in order {
            world.identifiers.append(world.scenario.events[event], to: &builder)
            if builder.count == Self.twinFrame {
                _ = try twin.fold(builder.finish(Identifiers.head))
            }
        }
        if builder.count > 0 { _ = try twin.fold(builder.finish(Identifiers.head)) }
        let digest = try twin.ask { graph, _ throws(StateError) in graph.logicalDigest }
        try require(sum == digest, "the digests sum up to another than one partition's")
    }

    /// Events in a record of the one partition that the digest is compared with.
    private static let twinFrame = 64

    /// Owner, standby, and what any snapshot gives: the same deliveries, the same stored bytes.
    private func checkReplicas() throws(Violation) {
        for partition in world.all {
            let (log, witness) = (world.logs[partition], world.witnesses[partition])
            let oldest = world.snapshots[partition][0]
            let replay = try Replica(partition, number: 0, from: oldest, world.foundry)
            for snapshot in world.snapshots[partition].dropFirst() {
                try fold(replay, before: snapshot.position)
                replay.store()
                try checkAlike(replay.state.table, snapshot.table, "a replay and a snapshot")
            }
            try fold(replay, before: log.end)
            replay.store()
            try checkAlike(replay.state.table, witness.state.table, "a replay and a witness")
            for replica in [world.owners[partition]] + world.standbys.filter({
                $0.partition == partition
            }) {
                try fold(replica, before: log.end)
                replica.store()
                try checkAlike(replica.state.table, witness.state.table, "two replicas")
            }
        }
    }

    private func fold(_ replica: Replica, before limit: Int) throws(Violation) {
        let log = world.logs[replica.partition]
        while replica.position < limit {
            let position = replica.position
            let deliveries = try replica.fold(log.entry(position).bytes)
            let told = world.ledger[replica.partition][position]
            try require(
                deliveries == told,
                "a replay of \(replica.partition):\(position) says "
                    + TraceWriter.difference(deliveries, told))
        }
    }

    private func checkAlike(
        _ one: EntryTable, _ other: EntryTable, _ what: String
    ) throws(Violation) {
        guard let key = one.firstDifference(from: other) else { return }
        let parsed = StateKey.parse(key.span).map { "\($0)" } ?? "an unknown key"
        throw Violation(
            "\(what) at one position differ in \(parsed): \(one.value(of: key) ?? []) is not "
                + "\(other.value(of: key) ?? [])")
    }
}
