internal import DequeModule
package import KafkaLog

/// How far a group may commit: a source offset only when all that came of the messages before it is
/// acknowledged. Batches are acknowledged in any order, and committed in theirs.
package struct CommitLedger {
    private struct Batch {
        /// Behind the last message of each partition that the batch holds.
        var positions: [KafkaPosition]
        /// How many of the messages that came of it are not acknowledged.
        var remaining: Int
    }

    private var batches: Deque<Batch> = []
    /// The number of the first of `batches`.
    private var first: UInt64 = 0
    /// What was taken last, of each partition.
    private var taken: [KafkaPosition] = []
    /// What was taken last and could not be committed.
    private var refused: [KafkaPosition] = []

    /// A ledger in which nothing stands.
    package init() {}

    /// The number that the next batch has.
    package var next: UInt64 { first + UInt64(batches.count) }

    /// Adds a batch of which so many messages came.
    package mutating func add(_ positions: [KafkaPosition], remaining: Int) {
        batches.append(Batch(positions: positions, remaining: remaining))
    }

    /// One of the messages that came of a batch is acknowledged.
    package mutating func noteArrived(_ batch: UInt64) {
        batches[Int(batch - first)].remaining -= 1
    }

    /// Partitions are others' now: nothing of them is committed here any more.
    package mutating func drop(_ partitions: [KafkaPartition]) {
        for index in batches.indices {
            batches[index].positions.removeAll { partitions.contains($0.partition) }
        }
        taken.removeAll { partitions.contains($0.partition) }
        refused.removeAll { partitions.contains($0.partition) }
    }

    /// What was taken could not be committed: it is taken again, unless something behind it was.
    package mutating func noteRefused(_ positions: [KafkaPosition]) {
        refused += positions.filter { taken.contains($0) && !refused.contains($0) }
    }

    /// Takes what may be committed: the last position of each partition.
    package mutating func takeFinished() -> [KafkaPosition] {
        var finished = refused
        refused = []
        while let batch = batches.first, batch.remaining == 0 {
            for position in batch.positions {
                finished.removeAll { $0.partition == position.partition }
                finished.append(position)
            }
            batches.removeFirst()
            first += 1
        }
        for position in finished {
            taken.removeAll { $0.partition == position.partition }
            taken.append(position)
        }
        return finished
    }
}
