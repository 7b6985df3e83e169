/// One partition's ordered log in memory: durable up to a place, trimmed behind another.
struct SimulatedRecords {
    /// A record with the events from outside that it holds, by their numbers in the scenario.
    struct Entry {
        var bytes: [UInt8]
        var events: [Int]
    }

    private var entries: [Entry] = []
    /// The first offset that was not trimmed.
    private(set) var base = 0
    /// Behind the last record that a power loss spares for certain.
    var durable = 0

    /// Behind the last record.
    var end: Int { base + entries.count }

    subscript(_ position: Int) -> Entry {
        precondition(position >= base && position < end, "the log does not hold that record")
        return entries[position - base]
    }

    mutating func append(_ bytes: [UInt8], events: [Int] = []) {
        entries.append(Entry(bytes: bytes, events: events))
    }

    /// Lets go of the records before `position`.
    mutating func trim(before position: Int) {
        guard position > base else { return }
        entries.removeFirst(position - base)
        base = position
    }

    /// Loses all from `position` on.
    ///
    /// - Returns: the events that were lost.
    mutating func cut(at position: Int) -> [Int] {
        let lost = entries[(position - base)...].flatMap(\.events)
        entries.removeSubrange((position - base)...)
        return lost
    }
}
