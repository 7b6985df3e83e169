package import IdentityModel
package import NodeRuntime

/// The logs of all partitions of one process, as its one database keeps them: in memory, and what a
/// power loss leaves is what was appended first, whatever partition it is of. For one thread.
package final class JointLog: LogPort {
    private var records: [[[UInt8]]]
    private var events: [[[Int]]]
    private var trimmed: [UInt64]
    /// The partitions of the records since the last sync, in the order in which they came.
    private var unsynced: [Int] = []
    private let syncsNothing: Bool
    /// What is said by the record that is appended next, by its events' numbers.
    var nextEvents: [Int] = []

    /// Empty logs.
    package init(partitions: Int, syncsNothing: Bool = false) {
        self.syncsNothing = syncsNothing
        records = Array(repeating: [], count: partitions)
        events = Array(repeating: [], count: partitions)
        trimmed = Array(repeating: 0, count: partitions)
    }

    /// All records of a partition's log, those too that were trimmed.
    func archive(of partition: Int) -> [[UInt8]] { records[partition] }

    /// The events that the records of a partition's log hold, in order.
    func events(of partition: Int) -> [Int] { events[partition].flatMap { $0 } }

    /// How many records a power loss may take.
    var unsyncedCount: Int { unsynced.count }

    /// Loses all but so many of the records since the last sync.
    ///
    /// - Returns: the events that were lost.
    func losePower(keeping count: Int) -> [Int] {
        var lost: [Int] = []
        for partition in unsynced[count...].reversed() {
            records[partition].removeLast()
            lost += events[partition].removeLast()
        }
        unsynced.removeAll()
        return lost
    }

    // MARK: The port

    /// The offsets that are held.
    package func bounds(of partition: PartitionID) -> Range<UInt64> {
        let place = Int(partition.rawValue)
        let end = UInt64(records[place].count)
        return min(trimmed[place], end)..<end
    }

    /// Adds the record at `offset`, which is the end.
    package func append(
        _ record: Span<UInt8>, at offset: UInt64, of partition: PartitionID
    ) throws(StoreFailure) {
        let place = Int(partition.rawValue)
        guard offset == UInt64(records[place].count) else {
            throw StoreFailure(
                .damaged, "a record is appended at \(offset), not at \(records[place].count)",
                remedy: "this is a simulation")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(record.count)
        for index in record.indices { bytes.append(record[index]) }
        records[place].append(bytes)
        events[place].append(nextEvents)
        nextEvents = []
        unsynced.append(place)
    }

    /// All that was appended outlives a power loss.
    package func sync() { if !syncsNothing { unsynced.removeAll() } }

    /// Gives the records from `offset` on to `body`, in order, until it says false.
    package func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ record: Span<UInt8>) -> Bool
    ) throws(StoreFailure) {
        let place = Int(partition.rawValue)
        guard offset >= trimmed[place] else {
            throw StoreFailure(
                .damaged, "record \(offset) was trimmed", remedy: "this is a simulation")
        }
        for index in Int(offset)..<max(Int(offset), records[place].count) {
            let record = records[place][index]
            guard body(UInt64(index), record.span) else { return }
        }
    }

    /// Moves the lower bound up; the records stay in the archive.
    package func trim(before offset: UInt64, of partition: PartitionID) {
        let place = Int(partition.rawValue)
        trimmed[place] = max(trimmed[place], offset)
    }
}
