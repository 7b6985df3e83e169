internal import GraphCore
package import NodeRuntime

/// What a partition counts.
package struct CountsQuestion: PartitionQuestion {
    /// A partition's counts.
    package struct Answer: Codable, Sendable {
        /// What its graph holds and has done.
        let counters: GraphCounters
        /// The logical digest of its part of the graph.
        let digest: Digest
        /// Events folded so far, repeats included.
        let events: UInt64
        /// The memory that the graph takes, in bytes.
        let memoryBytes: UInt64
        /// Log records behind the last stored checkpoint.
        let tailRecords: UInt64
        /// The record that is appended next.
        let position: UInt64
    }

    /// The kind's name between nodes.
    package static let word = "counts"

    /// More than anything counts, and little enough to add up over all partitions.
    private static let greatestCount = UInt64(1) << 56

    /// Whether all counts can be added up: see `WireQuestion`.
    package func fits(_ answer: Answer) -> Bool {
        let counters = answer.counters
        return [
            counters.identifiers, counters.customers, counters.pairs, counters.liveLinks,
            counters.merges, counters.splits, counters.minted, answer.events,
            answer.memoryBytes, answer.tailRecords,
        ].allSatisfy { $0 < Self.greatestCount }
    }

    /// The partition's counts.
    ///
    /// - Throws: nothing that counting could fail at; `StoreFailure` is the protocol's.
    package func answer<Log: LogUpkeep, State: StatePort>(
        _ runtime: PartitionRuntime<Log, State>
    ) throws(StoreFailure) -> Answer {
        Answer(
            counters: runtime.counters, digest: runtime.digest, events: runtime.eventCount,
            memoryBytes: UInt64(runtime.memoryBytes), tailRecords: runtime.tailRecords,
            position: runtime.position)
    }
}
