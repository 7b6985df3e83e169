internal import IdentityModel
package import NodeRuntime

/// What a partition has said to others and heard of them, as the records that it has folded have
/// it: its owner and those that stand by say the same at the same position.
package struct ExchangeQuestion: PartitionQuestion {
    /// Numbers of messages between partitions, which each sender counts by receiver.
    package struct Answer: Codable, Sendable {
        /// By receiver: the last message that was said to it.
        let sent: [UInt64]
        /// By sender: the last message of it that was applied.
        let seen: [UInt64]
    }

    /// The kind's name between nodes.
    package static let word = "exchange"

    /// How many partitions the store has.
    let partitionCount: UInt16

    /// Whether a store may have so many partitions.
    package var isSound: Bool { NodeSettings.partitionCounts.contains(partitionCount) }

    /// Whether it is of as many partitions.
    package func fits(_ answer: Answer) -> Bool {
        answer.sent.count == partitionCount && answer.seen.count == partitionCount
    }

    /// The partition's numbers.
    ///
    /// - Throws: nothing; `StoreFailure` is the protocol's.
    package func answer<Log: LogUpkeep, State: StatePort>(
        _ runtime: PartitionRuntime<Log, State>
    ) throws(StoreFailure) -> Answer {
        let partitions = (0..<partitionCount).map { PartitionID($0) }
        return Answer(
            sent: partitions.map { runtime.sent(to: $0) },
            seen: partitions.map { runtime.seen(from: $0) })
    }
}
