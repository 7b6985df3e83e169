internal import GraphCore
package import IdentityModel
internal import PartitionCore
internal import WireFormat

/// Every interleaving of a few operations on a few identifiers: each order in which they are said,
/// and each in which what they give rise to arrives.
///
/// Depth first over values: a state is what both partitions have stored and what is on its way. So
/// each step opens its machine from what is stored, too. A state that was met before, whatever
/// path led there, is not gone on from.
package struct Exhaustion {
    /// What is said.
    package struct Operation: Equatable, Sendable {
        /// link, unlink, ban, unban or observe.
        package var operation: LinkOperation
        /// One end.
        package var a: Int
        /// The other end.
        package var b: Int
    }

    /// What was looked at, and what fails.
    package struct Result: Sendable {
        /// Different states.
        package var states = 0
        /// Those in which nothing was on its way: all that must hold at rest was checked there.
        package var rests = 0
        /// What does not hold; nil where all does.
        package var violation: Violation?
        /// What led to it: operations as words, deliveries as `from>to`.
        package var path: [String] = []
    }

    private struct State {
        var snapshots: [Snapshot]
        /// By sender times partitions plus receiver: what is on its way, the oldest first.
        var queues: [[Delivery]]
        var events: [SimulatedEvent] = []
        var path: [String] = []
    }

    private let operations: [Operation]
    private let operationLimit: Int
    private let identifiers: Int
    private let hasTies: Bool
    private let isOrdered: Bool
    private let foundry: Foundry
    private let texts: Identifiers
    private var met: Set<UInt64> = []
    private var result = Result()

    /// All of them.
    ///
    /// - Parameters:
    ///   - words: what may be said of each pair; observe is said of each identifier.
    ///   - limit: how many operations are said at most.
    ///   - hasTies: whether all happen at one time; else each is later than the one before it.
    ///   - pageEntries: members and edges that go to another host in one message.
    ///   - isOrdered: whether deliveries arrive in order; if not, the newest first: that must fail.
    package init(
        identifiers: Int, partitions: Int, words: [LinkOperation], limit: Int, hasTies: Bool,
        pageEntries: Int? = nil, isOrdered: Bool = true
    ) {
        operations = Self.operations(words, identifiers)
        operationLimit = limit
        self.identifiers = identifiers
        self.hasTies = hasTies
        self.isOrdered = isOrdered
        var limits = GraphLimits.standard
        if let pageEntries { limits.pageEntries = pageEntries }
        foundry = Foundry(partitions: partitions, limits: limits)
        texts = Identifiers.atLeast(identifiers)
    }

    private static func operations(
        _ words: [LinkOperation], _ identifiers: Int
    ) -> [Operation] {
        var operations: [Operation] = []
        for word in words {
            for a in 0..<identifiers {
                if word == .observe {
                    operations.append(Operation(operation: word, a: a, b: a))
                } else {
                    for b in a + 1..<identifiers {
                        operations.append(Operation(operation: word, a: a, b: b))
                    }
                }
            }
        }
        return operations
    }

    /// Looks at all of them, or up to the first that fails.
    package consuming func run() -> Result {
        let partitions = foundry.partitions
        var waiting = [
            State(
                snapshots: Array(repeating: Snapshot(), count: partitions),
                queues: Array(repeating: [], count: partitions * partitions))
        ]
        while let state = waiting.popLast() {
            do throws(Violation) {
                try expand(state, into: &waiting)
            } catch {
                result.violation = error
                result.path = state.path
                return result
            }
        }
        return result
    }

    private mutating func expand(
        _ state: State, into waiting: inout [State]
    ) throws(Violation) {
        guard met.insert(hash(state)).inserted else { return }
        result.states += 1
        let partitions = foundry.partitions
        for place in state.queues.indices where !state.queues[place].isEmpty {
            var next = state
            let index = isOrdered ? 0 : next.queues[place].count - 1
            let delivery = next.queues[place].remove(at: index)
            next.path.append("\(place / partitions)>\(place % partitions)")
            let sender = PartitionID(UInt16(place / partitions))
            let bundles = DeliveryBundle.bundles(of: [delivery], from: sender, Identifiers.head)
            try fold(bundles[0].record, at: place % partitions, in: &next)
            waiting.append(next)
        }
        if state.queues.allSatisfy(\.isEmpty) { try checkRest(state) }
        guard state.events.count < operationLimit else { return }
        for operation in operations {
            var next = state
            let event = SimulatedEvent(
                operation.operation, operation.a, operation.b,
                time: hasTies ? 0 : Int64(state.events.count))
            next.events.append(event)
            next.path.append("\(operation.operation.word) \(event.a) \(event.b)")
            var builder = EventRecordBuilder()
            texts.append(event, to: &builder)
            try fold(builder.finish(Identifiers.head), at: event.a % partitions, in: &next)
            waiting.append(next)
        }
    }

    private func fold(
        _ record: [UInt8], at partition: Int, in state: inout State
    ) throws(Violation) {
        let replica = try Replica(
            partition, number: 0, from: state.snapshots[partition], foundry)
        for delivery in try replica.fold(record).deliveries {
            let place = partition * foundry.partitions + Int(delivery.to.rawValue)
            state.queues[place].append(delivery)
        }
        state.snapshots[partition] = replica.snapshot()
    }

    /// What a state will do depends on what is stored, but for how many records led there, on what
    /// is on its way, but for its numbers, and on how much may still be said.
    private func hash(_ state: State) -> UInt64 {
        var hash = Mixing.hash(UInt64(state.events.count), 0)
        for snapshot in state.snapshots {
            hash = Mixing.hash(hash, snapshot.table.hash(without: StateKey.header))
            hash = Mixing.hash(hash, snapshot.minted)
        }
        for queue in state.queues {
            hash = Mixing.hash(hash, UInt64(queue.count))
            for delivery in queue { hash = Mixing.hash(delivery.body.span, seed: hash) }
        }
        return hash
    }

    private mutating func checkRest(_ state: State) throws(Violation) {
        result.rests += 1
        var replicas: [Replica] = []
        for partition in state.snapshots.indices {
            replicas.append(
                try Replica(
                    partition, number: 0, from: state.snapshots[partition], foundry))
        }
        for replica in replicas {
            let underway = try replica.ask { graph, _ throws(StateError) in graph.underway }
            try require(
                underway.parked.isEmpty && underway.staged.isEmpty && underway.outgoing.isEmpty,
                "something waits for ever")
            for receiver in replicas where receiver.partition != replica.partition {
                try require(
                    replica.sent(to: receiver.partition)
                        == receiver.seen(from: replica.partition),
                    "a delivery never arrived")
            }
        }
        let oracle = Oracle(state.events, nodes: identifiers)
        try StoredGraphCheck(oracle, partitions: foundry.partitions).check(replicas)
    }
}
