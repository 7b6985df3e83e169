internal import IdentityModel
package import WireFormat

/// Test events <-> the bytes of log records.
package enum EventRecords {
    /// One record of all `events`.
    package static func record(_ events: [TestEvent], _ head: RecordHead) -> [UInt8] {
        var builder = EventRecordBuilder()
        for event in events { append(event, to: &builder) }
        return builder.finish(head)
    }

    /// Records of `size` events each, the last with what is left.
    package static func records(
        _ events: [TestEvent], of size: Int, _ head: RecordHead
    ) -> [[UInt8]] {
        stride(from: 0, to: events.count, by: size).map { start in
            record(Array(events[start..<min(start + size, events.count)]), head)
        }
    }

    /// Adds one event as the edge would: all texts in one buffer.
    package static func append(_ event: TestEvent, to builder: inout EventRecordBuilder) {
        var bytes: [UInt8] = []
        func add(_ text: String) -> Range<Int> {
            bytes += Array(text.utf8)
            return bytes.count - text.utf8.count..<bytes.count
        }
        func end(_ end: TestEnd) -> EventEnd {
            EventEnd(
                key: end.key, text: add("\(end.namespace):\(end.value)"),
                namespaceCount: end.namespace.utf8.count)
        }
        let time = EventTime(milliseconds: event.time)
        let a = end(event.a)
        let b = event.b.map { end($0) }
        let (source, eventID, reason) = (add(event.source), add(event.eventID), add(event.reason))
        if let b {
            builder.appendPair(
                event.operation, a, b, time: time, source: source, eventID: eventID,
                reason: reason, in: bytes.span)
        } else {
            bytes += event.attributes
            builder.appendObserve(
                a, time: time, source: source, eventID: eventID, reason: reason,
                attributes: bytes.count - event.attributes.count..<bytes.count, in: bytes.span)
        }
    }

    /// The events that a decoded frame holds, ends in canonical order.
    package static func events(in frame: EventFrame, of record: [UInt8]) -> [TestEvent] {
        func text(_ slice: ByteSlice) -> String {
            String(decoding: record[slice.range], as: UTF8.self)
        }
        func name(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        return frame.entries.map { entry in
            let a = TestEnd(
                namespace: name(frame.namespaces[Int(entry.namespaceOfA)]),
                value: text(entry.valueOfA), key: entry.a)
            let b = TestEnd(
                namespace: name(frame.namespaces[Int(entry.namespaceOfB)]),
                value: text(entry.valueOfB), key: entry.b)
            return TestEvent(
                entry.operation, a, entry.operation == .observe ? nil : b,
                at: entry.time.milliseconds, source: name(frame.sources[Int(entry.source)]),
                reason: text(entry.reason), eventID: text(entry.eventID),
                attributes: Array(record[entry.attributes.range]))
        }
    }
}
