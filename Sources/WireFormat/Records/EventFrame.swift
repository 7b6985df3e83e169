package import IdentityModel
internal import ProfileCore

/// One event of a record: keys, and where its texts lie in the record's bytes.
package struct EventEntry: Equatable, Sendable, BitwiseCopyable {
    /// The lesser end, or the identifier that was seen.
    package var a: NodeKey
    /// The greater end; equal to `a` for observe.
    package var b: NodeKey
    /// Into the frame's namespaces.
    package var namespaceOfA: UInt32
    /// Into the frame's namespaces.
    package var namespaceOfB: UInt32
    /// Where the value of `a` lies.
    package var valueOfA: ByteSlice
    /// Where the value of `b` lies.
    package var valueOfB: ByteSlice
    /// When it happened.
    package var time: EventTime
    /// Into the frame's sources.
    package var source: UInt32
    /// Where its id lies; empty for none.
    package var eventID: ByteSlice
    /// Where a person's reason lies; empty for none.
    package var reason: ByteSlice
    /// Where what an observe says of its identifier lies, a block of attributes or a fragment;
    /// empty for none.
    package var attributes: ByteSlice
    /// What it says. Last, where it takes no room of its own: entries are as large as without.
    package var operation: LinkOperation
    /// Whether `attributes` is a whole profile fragment, which another store had of the identifier.
    package var carriesFragment: Bool
}

/// The events of one record, decoded; filled again and again without allocating.
package struct EventFrame {
    /// The record's namespaces.
    package private(set) var namespaces: [[UInt8]] = []
    /// The record's sources.
    package private(set) var sources: [[UInt8]] = []
    /// The events in order.
    package private(set) var entries: [EventEntry] = []

    /// The least that an event takes, in bytes: flags, key, namespace, value, time, source.
    private static let leastEventBytes = 22

    /// An empty frame.
    package init() {}

    /// Reads the body of an events record. Lengths, times and orders are checked, so that folding
    /// cannot fail: values fit their limits, pairs are canonical, attributes are a block.
    ///
    /// - Throws: `WireError`; the frame then holds part of the events.
    package mutating func decode(
        _ bytes: Span<UInt8>, body: Range<Int>
    ) throws(WireError) {
        var cursor = ByteCursor(body)
        try Self.decodeNames(
            bytes, &cursor, longest: EventLimits.namespaceBytes, into: &namespaces)
        try Self.decodeNames(bytes, &cursor, longest: EventLimits.sourceBytes, into: &sources)
        let count = try cursor.count(bytes, leastBytes: Self.leastEventBytes)
        entries.removeAll(keepingCapacity: true)
        entries.reserveCapacity(count)
        var time: Int64 = 0
        for _ in 0..<count {
            let entry = try decodeEvent(bytes, &cursor, after: time)
            time = entry.time.milliseconds
            entries.append(entry)
        }
        try cursor.finish()
    }

    /// Fills `names`. Those of the record before are nearly always the same, and stay.
    private static func decodeNames(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, longest: Int,
        into names: inout [[UInt8]]
    ) throws(WireError) {
        let count = try cursor.count(bytes, leastBytes: 1)
        if names.count > count { names.removeSubrange(count...) }
        for place in 0..<count {
            let range = try cursor.counted(bytes)
            guard range.count > 0, range.count <= longest else {
                throw WireError(.damaged, "a name's length is out of bounds")
            }
            if place < names.count, isSame(names[place], bytes, range) { continue }
            var name: [UInt8] = []
            name.append(bytes, range)
            if place < names.count { names[place] = name } else { names.append(name) }
        }
    }

    private static func isSame(
        _ name: [UInt8], _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> Bool {
        guard name.count == range.count else { return false }
        for offset in 0..<range.count where name[offset] != bytes[range.lowerBound + offset] {
            return false
        }
        return true
    }

    private func decodeEvent(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, after time: Int64
    ) throws(WireError) -> EventEntry {
        let flags = try cursor.byte(bytes)
        let hasAttributes = flags & EventFlags.hasAttributes != 0
        let carriesFragment = flags & EventFlags.carriesFragment != 0
        guard flags & EventFlags.unknown == 0,
            let operation = LinkOperation(rawValue: flags & EventFlags.operation),
            !(hasAttributes || carriesFragment) || operation == .observe,
            !(hasAttributes && carriesFragment)
        else { throw WireError(.newerFormat, "an event says what this program does not know") }
        let a = try cursor.key(bytes)
        let b = operation == .observe ? a : try cursor.key(bytes)
        guard a < b || operation == .observe else {
            throw WireError(.damaged, "a pair is not in canonical order")
        }
        let (namespaceOfA, valueOfA) = try decodeText(bytes, &cursor)
        let (namespaceOfB, valueOfB) =
            operation == .observe ? (namespaceOfA, valueOfA) : try decodeText(bytes, &cursor)
        let time = EventTime(milliseconds: time &+ (try cursor.signedVarint(bytes)))
        guard time >= .minimum, time <= .maximum else {
            throw WireError(.damaged, "an event's time is out of bounds")
        }
        let source = try cursor.number(bytes)
        guard source < sources.count else {
            throw WireError(.damaged, "an event names a source that its record lacks")
        }
        return EventEntry(
            a: a, b: b, namespaceOfA: namespaceOfA, namespaceOfB: namespaceOfB,
            valueOfA: ByteSlice(valueOfA), valueOfB: ByteSlice(valueOfB), time: time,
            source: source,
            eventID: try decodeNote(
                bytes, &cursor, isThere: flags & EventFlags.hasEventID != 0,
                longest: EventLimits.eventIDBytes),
            reason: try decodeNote(
                bytes, &cursor, isThere: flags & EventFlags.hasReason != 0,
                longest: EventLimits.reasonBytes),
            attributes: hasAttributes
                ? try Self.decodeAttributes(bytes, &cursor)
                : carriesFragment ? try Self.decodeFragment(bytes, &cursor) : ByteSlice(0..<0),
            operation: operation, carriesFragment: carriesFragment)
    }

    private func decodeText(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> (namespace: UInt32, value: Range<Int>) {
        let namespace = try cursor.number(bytes)
        let value = try cursor.counted(bytes)
        guard namespace < namespaces.count, value.count > 0,
            value.count <= EventLimits.valueBytes
        else {
            throw WireError(.damaged, "an identifier's namespace or length is out of bounds")
        }
        return (namespace, value)
    }

    private func decodeNote(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, isThere: Bool, longest: Int
    ) throws(WireError) -> ByteSlice {
        guard isThere else { return ByteSlice(0..<0) }
        let note = try cursor.counted(bytes)
        guard note.count > 0, note.count <= longest else {
            throw WireError(.damaged, "the length of an event's id or reason is out of bounds")
        }
        return ByteSlice(note)
    }

    /// Reads a block whose attributes fit their limits.
    private static func decodeAttributes(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> ByteSlice {
        let block = try cursor.counted(bytes)
        var reader = try AttributeReader(bytes, block)
        guard block.count <= AttributeLimits.eventBytes, reader.remaining > 0,
            reader.remaining <= AttributeLimits.perEvent
        else { throw outOfBounds }
        while let attribute = try reader.next(bytes) {
            guard attribute.name.range.count <= AttributeLimits.nameBytes,
                attribute.value.range.count <= AttributeLimits.valueBytes
            else { throw outOfBounds }
        }
        return ByteSlice(block)
    }

    /// Reads a fragment that can be joined.
    private static func decodeFragment(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> ByteSlice {
        let fragment = try cursor.counted(bytes)
        guard fragment.count > 0, fragment.count <= MessageLimits.fragmentBytes else {
            throw outOfBounds
        }
        var joined: [UInt8] = []
        try ProfileArithmetic(.standing).join(
            bytes.extracting(fragment), of: NodeKey(high: 0, low: 0), into: &joined)
        return ByteSlice(fragment)
    }

    private static let outOfBounds = WireError(
        .damaged, "an event's attributes are more or longer than they may be")
}
