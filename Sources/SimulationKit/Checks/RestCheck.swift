internal import GraphCore
internal import IdentityModel
internal import ProfileCore
internal import RetailWorkload
internal import WireFormat

/// All that must hold of the partitions once nothing is on its way any more.
struct RestCheck {
    private let witnesses: [Replica]
    private let scenario: Scenario
    private let accepted: [Int]
    /// What the events mean.
    let oracle: Oracle

    /// A check of replicas that have folded their whole logs and stored what changed. `accepted`:
    /// the numbers of the events that the logs hold.
    init(_ witnesses: [Replica], scenario: Scenario, accepted: [Int]) {
        self.witnesses = witnesses
        self.scenario = scenario
        self.accepted = accepted
        oracle = Oracle(
            accepted.map { scenario.events[$0] }, nodes: scenario.workload.nodes,
            rules: scenario.rules.last)
    }

    /// - Throws: `Violation`: the first thing that does not hold.
    func check() throws(Violation) {
        for witness in witnesses {
            let broken = try witness.ask { graph, _ throws(StateError) in graph.brokenInvariant() }
            try require(broken == nil, "memory of \(witness.partition): \(broken ?? "")")
        }
        try checkNothingWaits()
        try StoredGraphCheck(oracle, partitions: scenario.partitions).check(witnesses)
        try checkCounters()
        try checkDigest()
    }

    // MARK: Parts

    private func checkNothingWaits() throws(Violation) {
        for witness in witnesses {
            let transit = try witness.ask { graph, _ throws(StateError) in graph.underway }
            try require(transit.parked.isEmpty, "messages are parked for ever")
            try require(transit.staged.isEmpty, "pages wait for the last for ever")
            try require(transit.outgoing.isEmpty, "pages wait to go for ever")
            for receiver in witnesses where receiver.partition != witness.partition {
                let (one, other) = (witness.partition, receiver.partition)
                let (sent, seen) = (witness.sent(to: other), receiver.seen(from: one))
                try require(
                    sent == seen, "of \(sent) deliveries from \(one) to \(other) came \(seen)")
            }
        }
    }

    /// The partitions' counts sum up to those of the whole.
    private func checkCounters() throws(Violation) {
        var (identifiers, customers, pairs, links) = (0, 0, 0, 0)
        for witness in witnesses {
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
        for witness in witnesses {
            sum += try witness.ask { graph, _ throws(StateError) in graph.logicalDigest }
        }
        var order = accepted
        var chance = SplitMix64(seed: scenario.scheduleSeed)
        chance.shuffle(&order)
        let twin = try Replica(
            0, number: 0, from: Snapshot(), Foundry(partitions: 1, limits: .standard))
        let rules = scenario.rules.last
        if rules.version > 0 { _ = try twin.fold(Identifiers.record(of: rules)) }
        let identifiers = Identifiers.atLeast(scenario.workload.nodes)
        var builder = EventRecordBuilder()
        for event in order {
            identifiers.append(scenario.events[event], to: &builder)
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
}
