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

    /// The record at a position.
    ///
    /// - Throws: `Violation` where the log was trimmed too far, or cut.
    func entry(_ position: Int) throws(Violation) -> Entry {
        try require(
            position >= base && position < end,
            "record \(position) is needed of a log that holds \(base)..<\(end)")
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
    mutating func cut(at position: Int) throws(Violation) -> [Int] {
        try require(position >= base, "a log was trimmed behind what is durable")
        let lost = entries[(position - base)...].flatMap(\.events)
        entries.removeSubrange((position - base)...)
        return lost
    }
}
