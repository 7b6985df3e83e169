package import GraphCore
internal import PartitionCore

// What a partition says of itself.
extension PartitionRuntime {
    /// The offset of the record that is appended next.
    package var position: UInt64 { machine.position }
    /// Events folded so far, repeats included.
    package var eventCount: UInt64 { machine.eventCount }
    /// What the graph holds and has done.
    package var counters: GraphCounters { machine.graph.counters }
    /// The logical digest.
    package var digest: Digest { machine.graph.logicalDigest }
    /// The memory that the graph takes, in bytes.
    package var memoryBytes: Int { machine.graph.byteCount }
    /// The position that the stored checkpoint has.
    package var storedPosition: UInt64 { checkpoints.storedPosition }
    /// The position before which all that was said has arrived, as the log says.
    package var doneOffset: UInt64 { machine.doneOffset }
    /// Records behind the last stored checkpoint.
    package var tailRecords: UInt64 { checkpoints.tailRecords }
    /// What checkpoints did and cost since the partition was opened.
    package var checkpointStatistics: CheckpointStatistics { checkpoints.statistics }
}
