package import IdentityModel
package import NodeKeys
package import WireFormat

/// Turns decoded events into log records: hashes the identifiers, puts pairs into canonical order
/// and collects a micro-batch.
///
/// Stateless but for the batch under way: what it makes of an event depends on the event alone.
package struct EventRouter {
    private let hasher: NodeKeyHasher
    private var builder = EventRecordBuilder()

    /// A router that names identifiers under the store's key.
    package init(hasher: NodeKeyHasher) { self.hasher = hasher }

    /// How many events the batch under way holds.
    package var count: Int { builder.count }
    /// Whether the batch should be taken before another event is added.
    package var isFull: Bool { builder.isFull }

    /// Adds an event whose ranges point into `bytes`.
    ///
    /// - Returns: why it was refused, or nil.
    package mutating func add(_ event: DecodedEvent, in bytes: Span<UInt8>) -> Rejected? {
        let a = end(event.a, bytes)
        if event.operation == .observe {
            builder.appendObserve(
                a, time: event.time, source: event.source, eventID: event.eventID,
                reason: event.reason, in: bytes)
            return nil
        }
        let b = end(event.b, bytes)
        guard a.key != b.key else {
            return Rejected(.selfLink, "both ends are one identifier after normalising")
        }
        builder.appendPair(
            event.operation, a, b, time: event.time, source: event.source,
            eventID: event.eventID, reason: event.reason, in: bytes)
        return nil
    }

    /// The batch as a log record; the next one starts empty.
    package mutating func takeRecord(_ head: RecordHead) -> [UInt8] { builder.finish(head) }

    @inline(__always)
    private func end(_ identifier: DecodedIdentifier, _ bytes: Span<UInt8>) -> EventEnd {
        EventEnd(
            key: hasher.hash(bytes.extracting(identifier.text)), text: identifier.text,
            namespaceCount: identifier.namespaceLength)
    }
}
