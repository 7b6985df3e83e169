import IdentityModel

/// The payload of a rule that remembers events: each event's hashed id, its time (signed varint)
/// and, but for counts, its value, ascending by id.
///
/// Of one id the greatest (time, value) stands, so that an event counts once wherever it comes
/// from. What is as old as the window is forgotten, counted from the latest event, which is never
/// forgotten: so any order leaves the same events.
enum Tile {
    /// One remembered event.
    struct Event: BitwiseCopyable {
        /// The hash of its id.
        let id: NodeKey
        /// Milliseconds since 1970.
        let time: Int64
        /// All of its bytes.
        let whole: ByteSlice
        /// Its value's bytes, which end it; none in a count.
        let value: ByteSlice
        /// In a join, whether it is of the second tile.
        var isTheirs = false

        /// Reads the event at `cursor` and moves behind it.
        @inline(__always)
        init(
            _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, in slot: EntrySlot
        ) throws(WireError) {
            let start = cursor.offset
            id = try cursor.key(bytes)
            time = try cursor.signedVarint(bytes)
            let end = cursor.offset
            value = ByteSlice(
                slot == .count ? end..<end : try AttributeValue.skip(bytes, &cursor))
            whole = ByteSlice(start..<cursor.offset)
        }

        /// Whether it is before another one by time, then id.
        @inline(__always)
        static func isEarlier(_ one: Event, _ other: Event) -> Bool {
            one.time == other.time ? one.id < other.id : one.time < other.time
        }
    }

    /// The least bytes of an event: an id's hash and a time.
    private static let leastEventBytes = NodeKey.byteCount + 1

    /// The events of a tile, checked.
    static func events(
        _ bytes: Span<UInt8>, _ payload: Range<Int>, in slot: EntrySlot
    ) throws(WireError) -> [Event] {
        var cursor = ByteCursor(payload)
        var events: [Event] = []
        events.reserveCapacity(min(payload.count / leastEventBytes, ProfileLimits.tileEvents))
        while cursor.remaining > 0 {
            let event = try Event(bytes, &cursor, in: slot)
            if let last = events.last {
                guard last.id < event.id, events.count < ProfileLimits.tileEvents else {
                    throw WireError(.damaged, "a tile's events do not ascend, or are too many")
                }
            }
            events.append(event)
        }
        return events
    }

    /// Throws where events are not of the years 0001 to 9999.
    static func checkTimes(_ earliest: Int64, _ latest: Int64) throws(WireError) {
        guard EventTime(milliseconds: earliest).isAccepted,
            EventTime(milliseconds: latest).isAccepted
        else { throw WireError(.damaged, "a time is not of the years 0001 to 9999") }
    }

    /// Both tiles as one; nil where that is the first as it stands.
    static func joined(
        _ ours: Span<UInt8>, _ our: Range<Int>, _ theirs: Span<UInt8>, _ their: Range<Int>,
        in slot: EntrySlot, windowMilliseconds: Int64
    ) throws(WireError) -> [UInt8]? {
        let left = try events(ours, our, in: slot)
        var joined: [Event] = []
        joined.reserveCapacity(left.count + 1)
        var index = 0
        for var other in try events(theirs, their, in: slot) {
            other.isTheirs = true
            let start = index
            while index < left.count, left[index].id < other.id { index += 1 }
            joined += left[start..<index]
            if index < left.count, left[index].id == other.id {
                let isReplaced = try isReplaced(ours, left[index], by: theirs, other)
                joined.append(isReplaced ? other : left[index])
                index += 1
            } else {
                joined.append(other)
            }
        }
        joined += left[index...]
        try forget(&joined, windowMilliseconds)
        guard joined.count != left.count || joined.contains(where: \.isTheirs) else { return nil }
        return payload(joined, ours, theirs, room: our.count + their.count)
    }

    /// The events as bytes; those that lay together are copied together.
    private static func payload(
        _ events: [Event], _ ours: Span<UInt8>, _ theirs: Span<UInt8>, room: Int
    ) -> [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(room)
        var run = 0..<0
        for event in events {
            let whole = event.whole.range
            if event.isTheirs {
                payload.append(ours, run)
                run = 0..<0
                payload.append(theirs, whole)
            } else if run.upperBound == whole.lowerBound {
                run = run.lowerBound..<whole.upperBound
            } else {
                payload.append(ours, run)
                run = whole
            }
        }
        payload.append(ours, run)
        return payload
    }

    /// Whether of one id the second event stands.
    private static func isReplaced(
        _ left: Span<UInt8>, _ one: Event, by right: Span<UInt8>, _ other: Event
    ) throws(WireError) -> Bool {
        if one.time != other.time { return one.time < other.time }
        guard !one.value.range.isEmpty else { return false }
        return try AttributeOrder.compare(left, one.value.range, right, other.value.range) < 0
    }

    /// Drops what is out of the window, and the least by (time, id) of what is too much.
    private static func forget(
        _ events: inout [Event], _ windowMilliseconds: Int64
    ) throws(WireError) {
        guard let first = events.first else { return }
        var (latest, earliest) = (first.time, first)
        for event in events {
            latest = max(latest, event.time)
            if Event.isEarlier(event, earliest) { earliest = event }
        }
        try checkTimes(earliest.time, latest)
        let edge = latest - windowMilliseconds
        if earliest.time <= edge { events.removeAll { $0.time <= edge } }
        let surplus = events.count - ProfileLimits.tileEvents
        guard surplus > 0 else { return }
        // One too many is what an event brings to a full tile, and the earliest is known.
        let least =
            surplus == 1 && earliest.time > edge
            ? earliest : events.sorted(by: Event.isEarlier)[surplus - 1]
        events.removeAll { !Event.isEarlier(least, $0) }
    }
}
