package import IdentityModel

/// A log that lives as long as the process: for rehearsals and tests.
package final class MemoryLog: LogPort {
    private let mutex = Mutex()
    private var records: [PartitionID: [[UInt8]]] = [:]  // lookup only
    private var trimmed: [PartitionID: UInt64] = [:]  // lookup only

    /// An empty log.
    package init() {}

    /// The offsets that are held.
    package func bounds(of partition: PartitionID) -> Range<UInt64> {
        mutex.locked { (trimmed[partition] ?? 0)..<UInt64(records[partition]?.count ?? 0) }
    }

    /// Adds the record at `offset`, which must be the end.
    package func append(
        _ record: Span<UInt8>, at offset: UInt64, of partition: PartitionID
    ) throws(StoreFailure) {
        precondition(offset == bounds(of: partition).upperBound, "records are appended in order")
        var bytes: [UInt8] = []
        for index in 0..<record.count { bytes.append(record[index]) }
        mutex.locked { records[partition, default: []].append(bytes) }
    }

    /// Nothing: no power loss spares memory.
    package func sync() {}

    /// Gives the records from `offset` on to `body`, in order, until it says false.
    package func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ record: Span<UInt8>) -> Bool
    ) {
        let held = mutex.locked { records[partition] ?? [] }
        for index in Int(offset)..<max(Int(offset), held.count) {
            let record = held[index]
            guard body(UInt64(index), record.span) else { return }
        }
    }

    /// Moves the lower bound up to `offset`; the records stay.
    package func trim(before offset: UInt64, of partition: PartitionID) {
        mutex.locked { trimmed[partition] = max(trimmed[partition] ?? 0, offset) }
    }
}
