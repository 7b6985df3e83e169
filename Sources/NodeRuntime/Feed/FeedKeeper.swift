internal import GraphCore
internal import IdentityModel
internal import ProfileCore
internal import WireFormat

/// Keeps the changes that a partition tells, one record each, for whoever reads the feed.
///
/// A change's offset counts all changes that the partition ever told, kept or not; so what is told
/// again after a restart has the offsets that it had, and is not written twice. Where changes were
/// told while nobody kept them, what was kept before goes: a reader must not step over a gap.
///
/// Changes that find no room are *owed*: they stay in memory, and nothing behind them may be folded
/// or stored until the partition is opened again, which tells them again.
struct FeedKeeper {
    private let feed: ChangeFeed
    private let partition: PartitionID
    private let retention: UInt64
    /// The offsets that are held; where none are, empty at the next.
    private var held: Range<UInt64>
    /// What there was no room for, behind what is held.
    private var owed: [[UInt8]] = []
    private var rulesVersion: UInt64

    /// About the most bytes of changes that are written at once.
    private static let batchBytes = 1 << 20

    /// A keeper of at least the last `retention` changes of a partition that has told so many.
    ///
    /// - Throws: `StoreFailure`.
    init(
        _ partition: PartitionID, feed: ChangeFeed, retention: UInt64, told offset: UInt64,
        _ rules: SurvivorshipRules
    ) throws(StoreFailure) {
        precondition(retention > 0, "a feed keeps changes")
        self.feed = feed
        self.partition = partition
        self.retention = retention
        rulesVersion = rules.version
        feed.note(rules, of: partition)
        held = try feed.port.bounds(of: partition)
        if held.upperBound < offset {
            if !held.isEmpty { try feed.port.cut(from: 0, of: partition) }
            held = offset..<offset
        } else if held.isEmpty {
            held = offset..<offset
        }
        feed.note(held, of: partition)
    }

    /// The log's tail is folded, and so many changes are told. The feed may have more: a power loss
    /// has taken records that were not synced, and not what they told. That goes, for what is told
    /// next has its offsets.
    ///
    /// - Throws: `StoreFailure`.
    mutating func finishOpening(told offset: UInt64) throws(StoreFailure) {
        guard held.upperBound > offset else { return }
        feed.noteTakenBack(held.upperBound - max(offset, held.lowerBound))
        try feed.port.cut(from: offset, of: partition)
        held = min(held.lowerBound, offset)..<offset
        feed.note(held, of: partition)
    }

    /// Whether changes wait for room.
    var owes: Bool { !owed.isEmpty }

    /// Keeps the changes of one tick, of which the first is at `offset`.
    ///
    /// - Throws: `StoreFailure`; after one for a lack of room they are owed.
    mutating func keep(
        _ changes: [CustomerChange], at offset: UInt64, namespace: (UInt32) -> [UInt8]
    ) throws(StoreFailure) {
        let end = held.upperBound + UInt64(owed.count)
        precondition(offset <= end, "changes are told in order")
        for change in changes.dropFirst(Int(clamping: end - offset)) {
            owed.append(ChangeForm.encode(change, namespace: namespace))
        }
        guard owes else { return }
        while owes { try append(nextBatch()) }
        feed.note(held, of: partition)
        try trim()
    }

    /// Notes the survivorship rules in force.
    mutating func note(_ rules: SurvivorshipRules) {
        guard rules.version != rulesVersion else { return }
        rulesVersion = rules.version
        feed.note(rules, of: partition)
    }

    private func nextBatch() -> ArraySlice<[UInt8]> {
        var bytes = 0
        return owed.prefix { change in
            defer { bytes += change.count }
            return bytes < Self.batchBytes
        }
    }

    private mutating func append(_ batch: ArraySlice<[UInt8]>) throws(StoreFailure) {
        try feed.port.append(Array(batch), from: held.upperBound, of: partition)
        held = held.lowerBound..<held.upperBound + UInt64(batch.count)
        owed.removeFirst(batch.count)
    }

    /// Lets go of the oldest, a sixteenth of what is kept at a time. Without room they go later.
    private mutating func trim() throws(StoreFailure) {
        let count = UInt64(held.count)
        guard count > retention, count - retention > max(retention / 16, 1) else { return }
        held = (held.upperBound - retention)..<held.upperBound
        feed.note(held, of: partition)
        do throws(StoreFailure) {
            try feed.port.trim(before: held.lowerBound, of: partition)
        } catch  where error.code == .noSpace {}
    }
}
