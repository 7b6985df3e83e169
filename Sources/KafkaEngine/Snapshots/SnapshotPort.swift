package import IdentityModel
package import KafkaLog
package import NodeRuntime

/// Where snapshots of a node's partitions are kept, and brought back from. Called from threads that
/// may block, several at once.
package protocol SnapshotPort: Sendable {
    /// Takes a snapshot of a partition that is open here.
    ///
    /// - Parameter goesOn: false once it is not wanted any more.
    /// - Returns: what was taken; nil where the partition is not open here, or the newest snapshot
    ///   reaches as far as it has stored.
    /// - Throws: `StoreFailure`.
    func take(
        _ partition: PartitionID, goesOn: () -> Bool
    ) throws(StoreFailure) -> SnapshotTaken?

    /// The position of the oldest snapshot that is kept; nil while there are not as many as are to
    /// be kept: then nothing may be trimmed.
    ///
    /// - Throws: `StoreFailure`.
    func oldestPosition(_ partition: PartitionID) throws(StoreFailure) -> UInt64?

    /// Puts the newest snapshot that is usable in the place of the state of a partition that is not
    /// open.
    ///
    /// - Parameters:
    ///   - least: the position that it must be beyond.
    ///   - goesOn: false once it is not wanted any more.
    /// - Returns: its position; nil where there is none: then the state is as it was.
    /// - Throws: `StoreFailure`: it cannot be put there.
    func bringBack(
        _ partition: PartitionID, after least: UInt64, goesOn: () -> Bool
    ) throws(StoreFailure) -> UInt64?

    /// Told of what happens, for whoever reads logs.
    func note(_ event: SnapshotEvent)
}

/// A snapshot that was taken.
package struct SnapshotTaken: Equatable, Sendable {
    /// The position that it reaches.
    package let position: UInt64
    /// The bytes that were copied for it.
    package let copiedBytes: UInt64
    /// The bytes that it shares with earlier ones.
    package let sharedBytes: UInt64

    /// A snapshot with its members.
    package init(position: UInt64, copiedBytes: UInt64, sharedBytes: UInt64) {
        self.position = position
        self.copiedBytes = copiedBytes
        self.sharedBytes = sharedBytes
    }
}

/// What happens with snapshots and logs.
package enum SnapshotEvent: Equatable, Sendable {
    /// A snapshot was taken.
    case taken(PartitionID, SnapshotTaken)
    /// None could be taken, or kept; it is tried again.
    case failed(PartitionID, StoreFailure)
    /// A partition goes on from a snapshot.
    case broughtBack(PartitionID, position: UInt64)
    /// A log was trimmed: it begins with that record.
    case trimmed(PartitionID, start: UInt64)
    /// A log could not be trimmed; it is tried again after the next snapshot.
    case trimFailed(PartitionID, KafkaError)
}

/// What trims logs: `KafkaAdmin`, or a test's stand-in.
package protocol LogTrimmer {
    /// Lets go of the messages before each position's offset; the first offsets held then.
    func deleteRecords(
        before positions: [KafkaPosition], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Int64]
}

extension KafkaAdmin: LogTrimmer {}

/// What makes a client that trims logs.
package typealias TrimmerMaker = @Sendable () throws(KafkaError) -> any LogTrimmer

/// When snapshots are taken, and what for.
package struct SnapshotSettings: Sendable {
    /// Nanoseconds between two snapshots of a partition: 15 min.
    package var intervalNanoseconds: UInt64 = 900_000_000_000
    /// Whether logs are trimmed behind the oldest snapshot.
    package var trimsLog = false
    /// Nanoseconds after which a snapshot is tried again that failed, or the interval where that is
    /// shorter: a minute.
    package var retryNanoseconds: UInt64 = 60_000_000_000
    /// How many records are kept before the oldest snapshot's position: a margin for whoever reads
    /// them meanwhile.
    package var marginRecords: UInt64 = 1_000

    /// The defaults.
    package init() {}
}
