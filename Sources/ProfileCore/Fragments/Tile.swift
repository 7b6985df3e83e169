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
        /// Its value's bytes; none in a count.
        let value: ByteSlice
        /// All of its bytes.
        let whole: ByteSlice
        /// In a join, whether it is of the second tile.
        var isTheirs = false

        /// Reads the event at `cursor` and moves behind it.
        init(
            _ bytes: Span<UInt8>, _ cursor: inout ByteCursor, in slot: EntrySlot
        ) throws(WireError) {
            let start = cursor.offset
            id = try cursor.key(bytes)
            let time = EventTime(milliseconds: try cursor.signedVarint(bytes))
            guard time.isAccepted else {
                throw WireError(.damaged, "a time is not of the years 0001 to 9999")
            }
            self.time = time.milliseconds
            let end = cursor.offset
            value = ByteSlice(slot == .count ? end..<end : try AttributeValue.skip(bytes, &cursor))
            whole = ByteSlice(start..<cursor.offset)
        }
    }

    /// The events of a tile, checked.
    static func events(
        _ bytes: Span<UInt8>, _ payload: ByteSlice, in slot: EntrySlot
    ) throws(WireError) -> [Event] {
        var cursor = ByteCursor(payload.range)
        var events: [Event] = []
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

    /// Both tiles as one; nil where that is the first as it stands.
    static func joined(
        _ ours: Span<UInt8>, _ our: ByteSlice, _ theirs: Span<UInt8>, _ their: ByteSlice,
        in slot: EntrySlot, windowMilliseconds: Int64
    ) throws(WireError) -> [UInt8]? {
        let left = try events(ours, our, in: slot)
        var joined: [Event] = []
        joined.reserveCapacity(left.count + 1)
        var index = 0
        for var other in try events(theirs, their, in: slot) {
            other.isTheirs = true
            while index < left.count, left[index].id < other.id {
                joined.append(left[index])
                index += 1
            }
            if index < left.count, left[index].id == other.id {
                let isReplaced = try isReplaced(ours, left[index], by: theirs, other)
                joined.append(isReplaced ? other : left[index])
                index += 1
            } else {
                joined.append(other)
            }
        }
        joined += left[index...]
        forget(&joined, windowMilliseconds)
        guard joined.count != left.count || joined.contains(where: \.isTheirs) else { return nil }
        var payload: [UInt8] = []
        for event in joined {
            payload.append(event.isTheirs ? theirs : ours, event.whole.range)
        }
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
    private static func forget(_ events: inout [Event], _ windowMilliseconds: Int64) {
        guard let latest = events.lazy.map(\.time).max() else { return }
        events.removeAll { $0.time <= latest - windowMilliseconds }
        let surplus = events.count - ProfileLimits.tileEvents
        guard surplus > 0 else { return }
        let isLess = { (one: Event, other: Event) in
            one.time == other.time ? one.id < other.id : one.time < other.time
        }
        // One too many is what each event brings to a full tile: it is found without sorting.
        let least =
            surplus == 1 ? events.min(by: isLess) : events.sorted(by: isLess)[surplus - 1]
        guard let least else { return }
        events.removeAll { !isLess(least, $0) }
    }
}
