package import IdentityModel
package import NodeKeys
package import WireFormat

/// Turns decoded events into log records: hashes the identifiers, puts pairs into canonical order
/// and collects a micro-batch for each partition. An event goes to the home of the lesser of its
/// ends, where the evidence of the pair is.
///
/// Stateless but for the batches under way: what it makes of an event depends on the event alone.
package struct EventRouter {
    private let hasher: NodeKeyHasher
    private let partitionCount: UInt16
    private var builders: [EventRecordBuilder]

    /// How many events the batches under way hold.
    package private(set) var count = 0
    /// Whether the batches should be taken before another event is added: one of them is full, and
    /// since homes are even, the others nearly are.
    package private(set) var isFull = false

    /// A router that names identifiers under the store's key, for so many partitions.
    package init(hasher: NodeKeyHasher, partitionCount: UInt16 = 1) {
        self.hasher = hasher
        self.partitionCount = partitionCount
        builders = (0..<partitionCount).map { _ in EventRecordBuilder() }
    }

    /// Adds an event whose ranges point into `bytes`.
    ///
    /// - Returns: why it was refused, or nil.
    package mutating func add(_ event: DecodedEvent, in bytes: Span<UInt8>) -> Rejected? {
        let a = end(event.a, bytes)
        if event.operation == .observe {
            let place = home(of: a.key)
            builders[place].appendObserve(
                a, time: event.time, source: event.source, eventID: event.eventID,
                reason: event.reason, in: bytes)
            noteAdded(at: place)
            return nil
        }
        let b = end(event.b, bytes)
        guard a.key != b.key else {
            return Rejected(.selfLink, "both ends are one identifier after normalising")
        }
        let place = home(of: min(a.key, b.key))
        builders[place].appendPair(
            event.operation, a, b, time: event.time, source: event.source,
            eventID: event.eventID, reason: event.reason, in: bytes)
        noteAdded(at: place)
        return nil
    }

    /// The batches that are not empty as log records, by partition; the next ones start empty.
    package mutating func takeRecords(
        _ head: RecordHead
    ) -> [(partition: PartitionID, record: [UInt8])] {
        var records: [(partition: PartitionID, record: [UInt8])] = []
        for place in builders.indices where builders[place].count > 0 {
            records.append((PartitionID(UInt16(place)), builders[place].finish(head)))
        }
        (count, isFull) = (0, false)
        return records
    }

    /// The batch of the one partition as a log record, also an empty one; the next one starts
    /// empty.
    package mutating func takeRecord(_ head: RecordHead) -> [UInt8] {
        precondition(partitionCount == 1, "several partitions have a record each")
        (count, isFull) = (0, false)
        return builders[0].finish(head)
    }

    @inline(__always)
    private func home(of key: NodeKey) -> Int {
        partitionCount == 1
            ? 0 : Int(PartitionID.home(of: key, among: partitionCount).rawValue)
    }

    @inline(__always)
    private mutating func noteAdded(at place: Int) {
        count += 1
        if builders[place].isFull { isFull = true }
    }

    @inline(__always)
    private func end(_ identifier: DecodedIdentifier, _ bytes: Span<UInt8>) -> EventEnd {
        EventEnd(
            key: hasher.hash(bytes.extracting(identifier.text)), text: identifier.text,
            namespaceCount: identifier.namespaceLength)
    }
}
