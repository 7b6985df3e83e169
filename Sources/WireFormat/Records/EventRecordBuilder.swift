package import IdentityModel

/// One end of an event, ready for a record: its key and where its normalised text lies.
package struct EventEnd: Sendable {
    /// The keyed hash of the text.
    package var key: NodeKey
    /// Where "namespace:value" lies in the bytes that come with the event.
    package var text: Range<Int>
    /// How many bytes of the text are the namespace.
    package var namespaceCount: Int

    /// An end with its members.
    package init(key: NodeKey, text: Range<Int>, namespaceCount: Int) {
        self.key = key
        self.text = text
        self.namespaceCount = namespaceCount
    }

    /// Where the namespace lies.
    package var namespace: Range<Int> { text.lowerBound..<text.lowerBound + namespaceCount }
    /// Where the value lies.
    package var value: Range<Int> { text.lowerBound + namespaceCount + 1..<text.upperBound }
}

/// Collects events into one log record: a micro-batch.
///
/// Body, after the head: namespaces and sources (each a count, then counted names), the number of
/// events, then each event: operation and what follows it (1 byte), key of `a` (16), and but for
/// observe key of `b` (16); per end namespace (varint into the table) and value (counted); time
/// (signed varint, difference to the event before); source (varint); and where the first byte says
/// so event id, reason, attributes or a fragment (each counted).
///
/// A record that cannot be folded would close its log for ever, so events beyond their limits are
/// a programming error here: they are refused where events are decoded.
package struct EventRecordBuilder {
    private var body: [UInt8] = []
    private var namespaces = FrameNames()
    private var sources = FrameNames()
    private var lastTime: Int64 = 0
    /// How many events it holds.
    package private(set) var count = 0

    /// An empty builder.
    package init() {}

    /// Whether no further event should be added before `finish`.
    package var isFull: Bool {
        count >= RecordLimits.events
            || body.count + namespaces.byteCount + sources.byteCount >= RecordLimits.bytes
    }

    /// Adds a link, unlink, ban or unban. The ends come in any order; the record holds them in
    /// canonical order, the lesser key first.
    package mutating func appendPair(
        _ operation: LinkOperation, _ one: EventEnd, _ other: EventEnd, time: EventTime,
        source: Range<Int>, eventID: Range<Int>, reason: Range<Int>, in bytes: Span<UInt8>
    ) {
        precondition(operation != .observe && one.key != other.key, "not a pair")
        let (a, b) = one.key < other.key ? (one, other) : (other, one)
        body.append(flags(operation, eventID, reason))
        body.appendKey(a.key)
        body.appendKey(b.key)
        appendText(a, bytes)
        appendText(b, bytes)
        appendTail(time, source, eventID, reason, bytes)
    }

    /// Adds a sighting of one identifier, and what is said of it: `attributes` is where a block of
    /// attributes lies, empty for none.
    package mutating func appendObserve(
        _ end: EventEnd, time: EventTime, source: Range<Int>, eventID: Range<Int>,
        reason: Range<Int>, attributes: Range<Int> = 0..<0, in bytes: Span<UInt8>
    ) {
        precondition(
            attributes.count <= AttributeLimits.eventBytes,
            "attributes are checked where events are decoded")
        let hasAttributes = attributes.isEmpty ? 0 : EventFlags.hasAttributes
        body.append(flags(.observe, eventID, reason) | hasAttributes)
        body.appendKey(end.key)
        appendText(end, bytes)
        appendTail(time, source, eventID, reason, bytes)
        if !attributes.isEmpty { body.appendCounted(bytes.extracting(attributes)) }
    }

    /// Adds a sighting of one identifier, and all that another store had observed of it: `fragment`
    /// is where that lies, empty for nothing.
    package mutating func appendCarried(
        _ end: EventEnd, time: EventTime, source: Range<Int>, fragment: Range<Int>,
        in bytes: Span<UInt8>
    ) {
        precondition(
            fragment.count <= MessageLimits.fragmentBytes, "fragments are limited where they grow")
        body.append(
            LinkOperation.observe.rawValue
                | (fragment.isEmpty ? 0 : EventFlags.carriesFragment))
        body.appendKey(end.key)
        appendText(end, bytes)
        appendTail(time, source, 0..<0, 0..<0, bytes)
        if !fragment.isEmpty { body.appendCounted(bytes.extracting(fragment)) }
    }

    /// The record's bytes; the builder is empty again.
    package mutating func finish(_ head: RecordHead) -> [UInt8] {
        let room = body.count + namespaces.byteCount + sources.byteCount
        let record = RecordCodec.seal(.events, head, room: room) { bytes in
            namespaces.append(to: &bytes)
            sources.append(to: &bytes)
            bytes.appendVarint(UInt64(count))
            bytes.append(body.span)
        }
        body.removeAll(keepingCapacity: true)
        namespaces.removeAll()
        sources.removeAll()
        count = 0
        lastTime = 0
        return record
    }

    private func flags(
        _ operation: LinkOperation, _ eventID: Range<Int>, _ reason: Range<Int>
    ) -> UInt8 {
        operation.rawValue | (eventID.isEmpty ? 0 : EventFlags.hasEventID)
            | (reason.isEmpty ? 0 : EventFlags.hasReason)
    }

    private mutating func appendText(_ end: EventEnd, _ bytes: Span<UInt8>) {
        precondition(
            end.namespaceCount > 0 && end.namespaceCount <= EventLimits.namespaceBytes
                && !end.value.isEmpty && end.value.count <= EventLimits.valueBytes,
            "identifiers are checked where events are decoded")
        body.appendVarint(UInt64(namespaces.number(bytes, end.namespace)))
        body.appendCounted(bytes.extracting(end.value))
    }

    private mutating func appendTail(
        _ time: EventTime, _ source: Range<Int>, _ eventID: Range<Int>, _ reason: Range<Int>,
        _ bytes: Span<UInt8>
    ) {
        precondition(
            time >= .minimum && time <= .maximum && !source.isEmpty
                && source.count <= EventLimits.sourceBytes
                && eventID.count <= EventLimits.eventIDBytes
                && reason.count <= EventLimits.reasonBytes,
            "times and texts are checked where events are decoded")
        body.appendSignedVarint(time.milliseconds &- lastTime)
        lastTime = time.milliseconds
        body.appendVarint(UInt64(sources.number(bytes, source)))
        if !eventID.isEmpty { body.appendCounted(bytes.extracting(eventID)) }
        if !reason.isEmpty { body.appendCounted(bytes.extracting(reason)) }
        count += 1
    }
}

/// What an event's first byte says beside the operation (its lower three bits).
enum EventFlags {
    static let operation: UInt8 = 0x07
    static let hasEventID: UInt8 = 0x08
    static let hasReason: UInt8 = 0x10
    static let hasAttributes: UInt8 = 0x20
    static let carriesFragment: UInt8 = 0x40
    static let unknown: UInt8 = 0x80
}

/// The distinct names of one record, numbered in order of appearance.
struct FrameNames {
    /// Up to this many names are looked for one after the other.
    private static let scanned = 16
    private var names: [[UInt8]] = []
    /// Those behind the ones that are scanned.
    private var numbers: [[UInt8]: Int] = [:]  // lookup only

    /// The most that the names take in a record, in bytes.
    private(set) var byteCount = 0

    /// The number of the name at `range` of `bytes`.
    mutating func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        for index in 0..<min(names.count, Self.scanned) where matches(index, bytes, range) {
            return index
        }
        var name: [UInt8] = []
        name.append(bytes, range)
        if names.count > Self.scanned, let number = numbers[name] { return number }
        if names.count >= Self.scanned { numbers[name] = names.count }
        byteCount += name.count + 2
        names.append(name)
        return names.count - 1
    }

    /// A count, then each name.
    func append(to bytes: inout [UInt8]) {
        bytes.appendVarint(UInt64(names.count))
        for name in names { bytes.appendCounted(name.span) }
    }

    mutating func removeAll() {
        byteCount = 0
        names.removeAll(keepingCapacity: true)
        if !numbers.isEmpty { numbers.removeAll(keepingCapacity: true) }
    }

    private func matches(_ index: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard names[index].count == range.count else { return false }
        for offset in 0..<range.count
        where names[index][offset] != bytes[range.lowerBound + offset] {
            return false
        }
        return true
    }
}
