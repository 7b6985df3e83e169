package import GraphCore
package import IdentityModel
package import ProfileCore
package import WireFormat

/// Failures of records, by the name that this module's errors give them.
package typealias WireFailure = WireError
/// Failures of state, by the name that this module's errors give them.
package typealias StateFailure = StateError

/// One partition: a pure deterministic machine that folds one ordered log.
///
/// It uses no clock, no randomness and no order that memory or hashing gives; what it needs of
/// time is in the record. So any two replicas at one position hold the same bytes.
package struct PartitionMachine: ~Copyable {
    /// The graph, for questions between steps.
    package var graph: IdentityGraph
    /// Whether steps give the changes that ticks tell. Where nobody listens they are only counted.
    package var isHeard = true
    var header: PartitionHeader
    let configurationDigests: [UInt64]
    let partition: PartitionID
    let partitionCount: UInt16
    let limits: DeliveryLimits
    let knownLogic: ClosedRange<UInt64>
    /// Whose deliveries run ahead of one that has not come; nil: nobody's. Of several the last.
    var aheadSender: PartitionID?
    var writer = MessageWriter()
    /// Where messages to each receiver begin, and their places by receiver: filled anew each time.
    var places: [UInt32] = []
    var order: [UInt32] = []
    private var frame = EventFrame()
    private var hints = [EventHint](repeating: .nothing, count: hintCount)
    private var namespaceNumbers: [UInt32] = []
    private var sourceNumbers: [UInt32] = []
    /// The survivorship rules in force, by which profiles are made of fragments.
    package private(set) var rules: SurvivorshipRules

    /// A partition that has folded nothing.
    ///
    /// - Parameters:
    ///   - configurationDigests: those that records may carry.
    ///   - limits: where deliveries are cut.
    ///   - knownLogic: the versions of the logic that it folds by.
    package init(
        _ configuration: GraphConfiguration, configurationDigests: [UInt64],
        limits: DeliveryLimits = .standard,
        knownLogic: ClosedRange<UInt64> = PartitionMachine.knownLogic
    ) {
        rules = .standing
        graph = IdentityGraph(configuration, algebra: FragmentAlgebra(rules))
        header = PartitionHeader()
        self.configurationDigests = configurationDigests
        self.limits = limits
        self.knownLogic = knownLogic
        partition = configuration.partition
        partitionCount = configuration.partitionCount
        countDeliveries()
    }

    /// A partition as its checkpoint left it.
    ///
    /// - Parameter rules: those that the header holds, decoded.
    package init(
        _ configuration: GraphConfiguration, configurationDigests: [UInt64],
        restoring header: PartitionHeader, rules: SurvivorshipRules = .standing,
        namespaces: [[UInt8]], sources: [[UInt8]],
        transit: TransitState = TransitState(), limits: DeliveryLimits = .standard,
        knownLogic: ClosedRange<UInt64> = PartitionMachine.knownLogic
    ) {
        graph = IdentityGraph(
            configuration,
            restoring: GraphSummary(
                counters: header.counters, evidenceDigest: header.evidenceDigest,
                componentDigest: header.componentDigest, namespaces: namespaces,
                sources: sources),
            transit: transit, sweep: header.sweep, algebra: FragmentAlgebra(rules))
        self.rules = rules
        self.header = header
        #if Mutants
        if Mutant.seenIsNotStored.isPlanted { self.header.seen = [] }
        if Mutant.sentIsNotStored.isPlanted { self.header.sent = [] }
        #endif
        self.configurationDigests = configurationDigests
        self.limits = limits
        self.knownLogic = knownLogic
        partition = configuration.partition
        partitionCount = configuration.partitionCount
        countDeliveries()
    }

    /// One number for each partition, where there are several.
    private mutating func countDeliveries() {
        guard partitionCount > 1 else { return }
        while header.sent.count < partitionCount { header.sent.append(0) }
        while header.seen.count < partitionCount { header.seen.append(0) }
    }

    /// The offset of the record that is folded next.
    package var position: UInt64 { header.position }

    /// How many changes were told so far: the feed's offset of the next one.
    package var changeOffset: UInt64 { header.changes }

    /// All that the records before it gave rise to has reached its logs, as the log says.
    package var doneOffset: UInt64 { header.doneOffset }

    /// Events folded so far, repeats included.
    package var eventCount: UInt64 { header.events }

    /// The number of the last delivery to another partition; 0 for none.
    package func sent(to partition: PartitionID) -> UInt64 {
        let place = Int(partition.rawValue)
        return place < header.sent.count ? header.sent[place] : 0
    }

    /// Counts a delivery that is applied.
    mutating func noteSeen(_ number: UInt64, from sender: PartitionID) {
        header.seen[Int(sender.rawValue)] = number
    }

    /// The number of the last delivery of another partition that was applied; 0 for none.
    package func seen(from partition: PartitionID) -> UInt64 {
        let place = Int(partition.rawValue)
        return place < header.seen.count ? header.seen[place] : 0
    }

    /// The delivery that has not come while later ones of its sender have; nil: there is none. It
    /// may be on its way, and is gone for ever only where it stays so. Of several one; not stored.
    package var missing: (sender: PartitionID, number: UInt64)? {
        aheadSender.map { ($0, seen(from: $0) + 1) }
    }

    /// The checksum of the last record that was folded; 0 for none.
    package var lastRecordChecksum: UInt64 { header.lastRecordChecksum }

    /// What a checkpoint at the present position says of itself. Exact between steps.
    package var checkpointHeader: PartitionHeader {
        var header = header
        header.counters = graph.counters
        header.evidenceDigest = graph.evidenceDigest
        header.componentDigest = graph.componentDigest
        header.namespaceCount = UInt32(graph.namespaceCount)
        header.sourceCount = UInt32(graph.sourceCount)
        header.sweep = graph.sweep
        #if Mutants
        if Mutant.sweepIsNotStored.isPlanted { header.sweep = nil }
        #endif
        return header
    }

    /// Folds the record at `position`, whose bytes are `bytes`. See `StepResult` for the contract.
    ///
    /// - Throws: `StepError`; the machine is then unusable.
    package mutating func step(
        _ bytes: Span<UInt8>, reader: some StateReader
    ) throws(StepError) -> StepResult {
        try step(bytes, reader: reader, pausingEvery: .max) { _ in }
    }

    /// Folds the record at `position`, and gives the graph to `pause` after every so many events of
    /// it: a record may hold thousands, and what must be done soon need not wait for all of them.
    /// `pause` may drain changes and ask; it changes no result.
    ///
    /// - Throws: `StepError`; the machine is then unusable.
    package mutating func step(
        _ bytes: Span<UInt8>, reader: some StateReader, pausingEvery events: Int,
        _ pause: (inout IdentityGraph) -> Void
    ) throws(StepError) -> StepResult {
        precondition(events > 0, "between two pauses lies an event")
        var eventCount = 0
        var changes: [CustomerChange] = []
        let (record, logic) = try admitted(bytes)
        header.logicVersion = logic
        switch record {
        case .events(let body):
            eventCount = try foldEvents(bytes, body, reader, pausingEvery: events, pause)
        case .messages(let sender, let number, let bodies):
            try hear(bytes, bodies, from: sender, number: number, reader)
        case .tick: changes = try tellChanges(reader)
        case .done(let offset): header.doneOffset = max(header.doneOffset, offset)
        case .collect(let ids): graph.collect(ids)
        case .logic: break
        case .rules(let version, let body): take(try Self.decodeRules(bytes, body), version)
        }
        graph.settleDigest()
        header.events += UInt64(eventCount)
        header.position += 1
        header.lastRecordChecksum = RecordCodec.storedChecksum(bytes)
        return StepResult(
            eventCount: eventCount, deliveries: try takeDeliveries(), changes: changes)
    }

    private mutating func tellChanges(
        _ reader: some StateReader
    ) throws(StepError) -> [CustomerChange] {
        do throws(StateError) {
            guard isHeard else {
                header.changes += UInt64(try graph.countChanges(reader: reader))
                return []
            }
            let changes = try graph.tellChanges(reader: reader)
            header.changes += UInt64(changes.count)
            return changes
        } catch {
            throw .state(error)
        }
    }

    /// Says whether a record is one that the machine may fold: sound, of a known format, kind and
    /// logic, and of this store's configuration. To be asked before a record enters the log: one
    /// that no step can fold would close the log for ever. Changes nothing.
    ///
    /// - Throws: `StepError`, as `step` would.
    package func admit(_ bytes: Span<UInt8>) throws(StepError) { _ = try admitted(bytes) }

    /// Whether somebody may say that a record is to be passed over: it is none that a later program
    /// could fold. The answer depends on the bytes and the store's configuration alone, so that all
    /// replicas come to the same.
    package func mayPass(_ bytes: Span<UInt8>) -> Bool {
        do throws(StepError) {
            try admit(bytes)
            return false
        } catch .unknownLogic {
            return false
        } catch .record(let error) {
            return error.code != .newerFormat
        } catch {
            return true
        }
    }

    /// Passes over the record at `position`, of which nothing comes.
    package mutating func pass() {
        header.position += 1
        header.lastRecordChecksum = 0
    }

    /// What a record says, and the version of the logic that it is folded by.
    private func admitted(
        _ bytes: Span<UInt8>
    ) throws(StepError) -> (record: Record, logic: UInt64) {
        let (head, record) = try Self.decode(bytes)
        // First what all releases see alike: whether it may be passed over depends on it.
        guard configurationDigests.contains(head.configurationDigest) else {
            throw .foreignConfiguration
        }
        let logic = try logic(of: record, head)
        switch record {
        case .events, .tick, .done, .collect, .logic: break
        case .messages(let sender, _, _):
            guard sender != partition, sender.rawValue < partitionCount else {
                throw .unknownSender(sender)
            }
        case .rules(let version, let body):
            guard try Self.decodeRules(bytes, body).version == version else {
                throw .record(WireError(.damaged, "a record of rules has two versions"))
            }
        }
        return (record, logic)
    }

    private static func decodeRules(
        _ bytes: Span<UInt8>, _ body: Range<Int>
    ) throws(StepError) -> SurvivorshipRules {
        do throws(WireError) {
            return try SurvivorshipRules(decoding: bytes.extracting(body))
        } catch {
            throw .record(error)
        }
    }

    /// Rules of a greater version than those in force are in force from here on; others came again.
    private mutating func take(_ rules: SurvivorshipRules, _ version: UInt64) {
        guard version > header.rulesVersion else { return }
        self.rules = rules
        header.rulesVersion = version
        header.rules = rules.encode()
        graph.take(FragmentAlgebra(rules))
    }

    private static func decode(
        _ bytes: Span<UInt8>
    ) throws(StepError) -> (head: RecordHead, record: Record) {
        do throws(WireError) {
            return try RecordCodec.decode(bytes)
        } catch {
            throw .record(error)
        }
    }

    private mutating func foldEvents(
        _ bytes: Span<UInt8>, _ body: Range<Int>, _ reader: some StateReader,
        pausingEvery events: Int, _ pause: (inout IdentityGraph) -> Void
    ) throws(StepError) -> Int {
        do throws(WireError) {
            try frame.decode(bytes, body: body)
        } catch {
            throw .record(error)
        }
        namespaceNumbers.removeAll(keepingCapacity: true)
        for name in frame.namespaces { namespaceNumbers.append(graph.numberNamespace(name)) }
        sourceNumbers.removeAll(keepingCapacity: true)
        for name in frame.sources { sourceNumbers.append(graph.numberSource(name)) }
        do throws(StateError) {
            var untilPause = events
            for index in frame.entries.indices {
                prefetch(after: index)
                try fold(frame.entries[index], bytes, reader)
                untilPause -= 1
                if untilPause == 0 {
                    pause(&graph)
                    untilPause = events
                }
            }
        } catch {
            throw .state(error)
        }
        return frame.entries.count
    }

    @inline(__always)
    private mutating func fold(
        _ entry: EventEntry, _ bytes: Span<UInt8>, _ reader: some StateReader
    ) throws(StateError) {
        let namespaceOfA = namespaceNumbers[Int(entry.namespaceOfA)]
        let valueOfA = bytes.extracting(entry.valueOfA.range)
        if entry.operation == .observe {
            let observation = entry.attributes.range.isEmpty ? [] : observation(entry, bytes)
            try graph.observe(
                entry.a, namespace: namespaceOfA, value: valueOfA, at: entry.time,
                observation: observation, reader: reader)
            return
        }
        try graph.fold(
            PairFact(
                operation: entry.operation, a: entry.a, b: entry.b, namespaceOfA: namespaceOfA,
                namespaceOfB: namespaceNumbers[Int(entry.namespaceOfB)], time: entry.time,
                source: sourceNumbers[Int(entry.source)]),
            valueOfA: valueOfA, valueOfB: bytes.extracting(entry.valueOfB.range),
            reason: bytes.extracting(entry.reason.range), reader: reader)
    }

    /// What an event says of its identifier's profile, as the graph passes it on.
    private func observation(_ entry: EventEntry, _ bytes: Span<UInt8>) -> [UInt8] {
        var observation: [UInt8] = []
        observation.reserveCapacity(entry.attributes.range.count + 64)
        if entry.carriesFragment {
            Observation.appendFragment(
                bytes.extracting(entry.attributes.range), to: &observation)
            return observation
        }
        let source = frame.sources[Int(entry.source)]
        Observation.appendEvent(
            time: entry.time, source: source.span,
            eventID: bytes.extracting(entry.eventID.range),
            block: bytes.extracting(entry.attributes.range), to: &observation)
        return observation
    }

    /// How many events or messages ahead the index is asked for, then the nodes, what they lead to,
    /// and what that leads to.
    private static let distances = (index: 16, nodes: 12, parts: 8, farther: 4)

    /// Hints at the memory that the next events will need. It changes no result.
    @inline(__always)
    private mutating func prefetch(after index: Int) {
        let entries = frame.entries
        prefetch(
            after: index, of: entries.count,
            index: { $0.prefetchIndex(entries[$1].a, entries[$1].b) },
            nodes: { $0.prefetchNodes(entries[$1].a, entries[$1].b) })
    }

    /// Hints at the memory that the next of `count` things to be folded will need.
    @inline(__always)
    mutating func prefetch(
        after place: Int, of count: Int, index: (borrowing IdentityGraph, Int) -> Void,
        nodes: (borrowing IdentityGraph, Int) -> EventHint
    ) {
        let distances = Self.distances
        if place + distances.index < count { index(graph, place + distances.index) }
        if place + distances.nodes < count {
            let next = place + distances.nodes
            hints[next % Self.hintCount] = nodes(graph, next)
        }
        if place + distances.parts < count {
            graph.prefetchParts(hints[(place + distances.parts) % Self.hintCount])
        }
        if place + distances.farther < count {
            graph.prefetchFartherParts(hints[(place + distances.farther) % Self.hintCount])
        }
    }

    /// More than there are between those whose nodes are asked for and the present one.
    private static let hintCount = 16
}
