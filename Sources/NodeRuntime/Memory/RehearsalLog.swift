package import IdentityModel

/// A log on top of another one, which stays as it is: what is appended is counted and forgotten.
/// For partitions that fold in memory alone, to see what an event would do.
///
/// `@unchecked Sendable`: `ends` is read and written under `mutex` alone; the log below takes calls
/// from several threads.
package final class RehearsalLog<Base: LogPort>: LogPort, @unchecked Sendable {
    private let base: Base
    private let mutex = Mutex()
    /// By partition, where the log below ended when it was looked at; what comes there later is not
    /// seen. Lookup only.
    private var ends: [PartitionID: UInt64] = [:]

    /// A log that begins with what `base` holds. Its records must not be trimmed meanwhile.
    package init(_ base: Base) { self.base = base }

    /// The offsets that the log below holds.
    package func bounds(of partition: PartitionID) throws(StoreFailure) -> Range<UInt64> {
        let bounds = try base.bounds(of: partition)
        return mutex.locked {
            let end = ends[partition] ?? bounds.upperBound
            ends[partition] = end
            return bounds.lowerBound..<end
        }
    }

    /// Nothing: whoever appends has the record.
    package func append(
        _ record: Span<UInt8>, at offset: UInt64, of partition: PartitionID
    ) {}

    /// Nothing: it is not to last.
    package func sync() {}

    /// Gives the records that the log below held when it was looked at.
    package func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ record: Span<UInt8>) -> Bool
    ) throws(StoreFailure) {
        let end = mutex.locked { ends[partition] } ?? .max
        try base.read(from: offset, of: partition) { offset, record in
            offset < end && body(offset, record)
        }
    }

    /// Nothing.
    package func trim(before offset: UInt64, of partition: PartitionID) {}
}

extension NodeSettings {
    /// The same for a rehearsal, which stores nothing and so lets go of nothing.
    package var forRehearsal: NodeSettings {
        var settings = self
        settings.checkpoints = .never
        settings.memory = .unlimited
        settings.durability = .os
        return settings
    }
}
