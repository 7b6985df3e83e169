package import IdentityModel
package import NodeKeys
package import ProfileCore
package import WireFormat

/// Turns decoded events into log records: hashes the identifiers, puts pairs into canonical order
/// and collects a micro-batch for each partition. An event goes to the home of the lesser of its
/// ends, where the evidence of the pair is.
///
/// Stateless but for the batches under way: what it makes of an event depends on the event alone.
package struct EventRouter {
    private let hasher: NodeKeyHasher
    private let profiles: ProfileArithmetic
    private var batches: RecordBatches

    /// How many events the batches under way hold.
    package var count: Int { batches.count }
    /// Whether the batches should be taken before another event is added.
    package var isFull: Bool { batches.isFull }

    /// A router that names identifiers under the store's key, for so many partitions. It refuses
    /// attributes that `rules` have no use for.
    package init(
        hasher: NodeKeyHasher, partitionCount: UInt16 = 1, rules: SurvivorshipRules = .standing
    ) {
        self.hasher = hasher
        profiles = ProfileArithmetic(rules)
        batches = RecordBatches(partitionCount: partitionCount)
    }

    /// Adds an event whose ranges point into `bytes`.
    ///
    /// - Returns: why it was refused, or nil.
    package mutating func add(_ event: DecodedEvent, in bytes: Span<UInt8>) -> Rejected? {
        let a = end(event.a, bytes)
        if event.operation == .observe {
            let (eventID, attributes) = (event.eventID, event.attributes)
            if let rejected = check(eventID: eventID, attributes: attributes, in: bytes) {
                return rejected
            }
            batches.add(homeOf: a.key) { batch in
                batch.appendObserve(
                    a, time: event.time, source: event.source, eventID: event.eventID,
                    reason: event.reason, attributes: event.attributes, in: bytes)
            }
            return nil
        }
        let b = end(event.b, bytes)
        guard a.key != b.key else {
            return Rejected(.selfLink, "both ends are one identifier after normalising")
        }
        batches.add(homeOf: min(a.key, b.key)) { batch in
            batch.appendPair(
                event.operation, a, b, time: event.time, source: event.source,
                eventID: event.eventID, reason: event.reason, in: bytes)
        }
        return nil
    }

    /// Adds an event that another edge has packed under the same key and namespaces. Its keys are
    /// worked out anew: they decide where it goes.
    ///
    /// - Returns: why it was refused, or nil.
    package mutating func add(_ event: UnpackedEvent) -> Rejected? {
        let (bytes, ends, entry) = (event.bytes, event.ends, event.entry)
        guard hasher.hash(bytes.span.extracting(ends.a)) == entry.a,
            entry.operation == .observe
                || hasher.hash(bytes.span.extracting(ends.b)) == entry.b
        else {
            return Rejected(.badType, "an identifier has another key than this store gives it")
        }
        if entry.operation == .observe, !entry.carriesFragment,
            let rejected = check(
                eventID: event.eventID, attributes: event.said, in: bytes.span)
        {
            return rejected
        }
        batches.add(homeOf: entry.a) { event.append(to: &$0) }
        return nil
    }

    /// Why the rules cannot use what an event carries: a type that does not fit, an id that lacks.
    private func check(
        eventID: Range<Int>, attributes: Range<Int>, in bytes: Span<UInt8>
    ) -> Rejected? {
        guard !attributes.isEmpty else { return nil }
        do throws(WireError) {
            return try profiles.check(
                eventID: bytes.extracting(eventID), block: bytes.extracting(attributes))
        } catch {
            preconditionFailure("decoders make whole blocks: \(error.reason)")
        }
    }

    /// Takes the batches, as `RecordBatches` gives them.
    package mutating func takeRecords(
        _ head: RecordHead
    ) -> [(partition: PartitionID, record: [UInt8])] {
        batches.takeRecords(head)
    }

    /// Takes the batch of the one partition, as `RecordBatches` gives it.
    package mutating func takeRecord(_ head: RecordHead) -> [UInt8] { batches.takeRecord(head) }

    @inline(__always)
    private func end(_ identifier: DecodedIdentifier, _ bytes: Span<UInt8>) -> EventEnd {
        EventEnd(
            key: hasher.hash(bytes.extracting(identifier.text)), text: identifier.text,
            namespaceCount: identifier.namespaceLength)
    }
}
