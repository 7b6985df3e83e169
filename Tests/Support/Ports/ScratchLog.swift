package import IdentityModel
package import NodeRuntime

/// One partition's log in memory that a test can damage: cut, thin out, rewrite, or leave as a
/// power loss would.
package final class ScratchLog: LogPort {
    private var records: [UInt64: [UInt8]] = [:]
    private var held: Range<UInt64> = 0..<0
    private var syncedEnd: UInt64 = 0
    /// How often it was synced.
    package private(set) var syncs = 0

    /// An empty log.
    package init() {}

    /// A log that holds what `other` holds.
    package init(copying other: ScratchLog) {
        records = other.records
        held = other.held
        syncedEnd = other.syncedEnd
    }

    package func bounds(of partition: PartitionID) -> Range<UInt64> { held }

    package func append(
        _ record: Span<UInt8>, at offset: UInt64, of partition: PartitionID
    ) {
        precondition(offset == held.upperBound, "records are appended in order")
        records[offset] = record.copied
        held = held.lowerBound..<offset + 1
    }

    package func sync() {
        syncs += 1
        syncedEnd = held.upperBound
    }

    package func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ record: Span<UInt8>) -> Bool
    ) {
        for place in max(offset, held.lowerBound)..<max(offset, held.upperBound) {
            guard let record = records[place] else { continue }
            guard body(place, record.span) else { return }
        }
    }

    package func trim(before offset: UInt64, of partition: PartitionID) {
        held = max(held.lowerBound, offset)..<max(held.upperBound, offset)
        records = records.filter { $0.key >= offset }
    }

    // MARK: Damage

    /// The record at `offset`, if it is there.
    package func record(at offset: UInt64) -> [UInt8]? { records[offset] }

    /// The log ends before `offset`.
    package func cut(to offset: UInt64) {
        held = min(held.lowerBound, offset)..<min(held.upperBound, offset)
        records = records.filter { $0.key < offset }
    }

    /// The record at `offset` is gone, and those around it are not.
    package func lose(_ offset: UInt64) { records[offset] = nil }

    /// Another record stands at `offset`.
    package func replace(_ offset: UInt64, with record: [UInt8]) { records[offset] = record }

    /// What was not synced is gone.
    package func losePower() { cut(to: max(syncedEnd, held.lowerBound)) }
}

extension StoredEntry {
    /// A memory store that holds `entries`.
    package static func state(_ entries: [StoredEntry]) -> MemoryState {
        let state = MemoryState()
        var batch = CheckpointBatch()
        for entry in entries { batch.put(entry.key, entry.value) }
        state.apply(batch)
        return state
    }
}
