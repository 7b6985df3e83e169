internal import IdentityModel
package import WireFormat

/// An event out of a record that another edge has made, on its way into records of this one.
package struct UnpackedEvent {
    /// What stands for it in its record.
    let entry: EventEntry
    /// Its texts, side by side.
    private(set) var bytes: [UInt8] = []
    private var a: EventEnd
    private var b: EventEnd
    private var source = 0..<0
    private(set) var eventID = 0..<0
    private var reason = 0..<0
    /// Where attributes or a fragment lie.
    private(set) var said = 0..<0

    /// What the texts of an event seldom exceed, in bytes.
    private static let usualBytes = 256

    /// The event of `frame`, which was decoded from `record`.
    package init(_ entry: EventEntry, of frame: EventFrame, in record: Span<UInt8>) {
        self.entry = entry
        a = EventEnd(key: entry.a, text: 0..<0, namespaceCount: 0)
        b = EventEnd(key: entry.b, text: 0..<0, namespaceCount: 0)
        bytes.reserveCapacity(Self.usualBytes)
        let namespaceOfA = frame.namespaces[Int(entry.namespaceOfA)]
        a.text = append(namespaceOfA, record.extracting(entry.valueOfA.range))
        a.namespaceCount = namespaceOfA.count
        if entry.operation == .observe {
            b = a
        } else {
            let namespaceOfB = frame.namespaces[Int(entry.namespaceOfB)]
            b.text = append(namespaceOfB, record.extracting(entry.valueOfB.range))
            b.namespaceCount = namespaceOfB.count
        }
        let name = frame.sources[Int(entry.source)]
        source = append(name.span)
        eventID = append(record.extracting(entry.eventID.range))
        reason = append(record.extracting(entry.reason.range))
        said = append(record.extracting(entry.attributes.range))
    }

    /// A record of this event alone.
    package func record(_ head: RecordHead) -> [UInt8] {
        var builder = EventRecordBuilder()
        append(to: &builder)
        return builder.finish(head)
    }

    /// Where "namespace:value" of its ends lies: twice the same of an observe.
    var ends: (a: Range<Int>, b: Range<Int>) { (a.text, b.text) }

    /// Adds it to a record, under the keys that it came with.
    func append(to builder: inout EventRecordBuilder) {
        if entry.operation != .observe {
            builder.appendPair(
                entry.operation, a, b, time: entry.time, source: source, eventID: eventID,
                reason: reason, in: bytes.span)
        } else if entry.carriesFragment {
            builder.appendCarried(
                a, time: entry.time, source: source, fragment: said, in: bytes.span)
        } else {
            builder.appendObserve(
                a, time: entry.time, source: source, eventID: eventID, reason: reason,
                attributes: said, in: bytes.span)
        }
    }

    private mutating func append(_ namespace: [UInt8], _ value: Span<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(namespace.span)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(value)
        return start..<bytes.count
    }

    private mutating func append(_ span: Span<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(span)
        return start..<bytes.count
    }
}
