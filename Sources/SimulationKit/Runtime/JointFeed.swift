internal import IdentityModel
internal import NodeRuntime

/// The changes that the partitions of one process tell, as its one database keeps them: in memory,
/// and what a power loss leaves is what was done first, whatever partition it was done to.
///
/// `@unchecked Sendable`: a run has one thread.
final class JointFeed: FeedPort, @unchecked Sendable {
    private struct Kept {
        var first: UInt64 = 0
        var changes: [[UInt8]] = []
    }

    /// What a power loss may undo.
    private enum Undo {
        case append(Int, count: Int)
        case replace(Int, Kept)
    }

    private var kept: [Kept]
    private var unsynced: [Undo] = []

    /// An empty feed.
    init(partitions: Int) { kept = Array(repeating: Kept(), count: partitions) }

    /// How much a power loss may undo.
    var unsyncedCount: Int { unsynced.count }

    /// Loses all but so much of what was done since the last sync.
    func losePower(keeping count: Int) {
        for undo in unsynced[count...].reversed() {
            switch undo {
            case .append(let place, let count): kept[place].changes.removeLast(count)
            case .replace(let place, let before): kept[place] = before
            }
        }
        unsynced.removeAll()
    }

    /// The change at an offset; nil where none is kept.
    func change(_ offset: UInt64, of partition: Int) -> [UInt8]? {
        let held = kept[partition]
        guard offset >= held.first, offset - held.first < UInt64(held.changes.count) else {
            return nil
        }
        return held.changes[Int(offset - held.first)]
    }

    // MARK: The port

    func bounds(of partition: PartitionID) -> Range<UInt64> {
        let held = kept[Int(partition.rawValue)]
        return held.first..<held.first + UInt64(held.changes.count)
    }

    func append(
        _ changes: [[UInt8]], from offset: UInt64, of partition: PartitionID
    ) throws(StoreFailure) {
        let place = Int(partition.rawValue)
        let end = bounds(of: partition).upperBound
        guard kept[place].changes.isEmpty || offset == end else {
            throw StoreFailure(
                .damaged, "changes are appended at \(offset), not at \(end)",
                remedy: "this is a simulation")
        }
        if kept[place].changes.isEmpty {
            unsynced.append(.replace(place, kept[place]))
            kept[place].first = offset
        } else {
            unsynced.append(.append(place, count: changes.count))
        }
        kept[place].changes += changes
    }

    func sync() { unsynced.removeAll() }

    func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ change: Span<UInt8>) -> Bool
    ) {
        let held = kept[Int(partition.rawValue)]
        for (place, change) in zip(held.first..., held.changes) where place >= offset {
            guard body(place, change.span) else { return }
        }
    }

    func trim(before offset: UInt64, of partition: PartitionID) {
        let place = Int(partition.rawValue)
        guard offset > kept[place].first else { return }
        unsynced.append(.replace(place, kept[place]))
        kept[place].changes.removeFirst(
            min(Int(offset - kept[place].first), kept[place].changes.count))
        kept[place].first = offset
    }

    func cut(from offset: UInt64, of partition: PartitionID) {
        let place = Int(partition.rawValue)
        let held = bounds(of: partition)
        guard offset < held.upperBound else { return }
        unsynced.append(.replace(place, kept[place]))
        kept[place].changes.removeLast(Int(held.upperBound - max(offset, held.lowerBound)))
    }
}
