internal import GraphCore

/// What has come of the partitions' changes, each at its offset: they may come twice, and late.
struct SimulatedFeed {
    /// By partition, by offset; nil: it has not come.
    private(set) var changes: [[CustomerChange?]]
    /// By partition: before which offset all have come.
    private(set) var arrived: [Int]

    init(partitions: Int) {
        changes = Array(repeating: [], count: partitions)
        arrived = Array(repeating: 0, count: partitions)
    }

    /// Changes of a partition come.
    ///
    /// - Throws: `Violation`: at one offset two things were told.
    mutating func take(
        _ told: [CustomerChange], from first: UInt64, of partition: Int
    ) throws(Violation) {
        let end = Int(first) + told.count
        while changes[partition].count < end { changes[partition].append(nil) }
        for (offset, change) in zip(Int(first)..., told) {
            let before = changes[partition][offset] ?? change
            try require(
                before == change, "change \(offset) of \(partition) was told in two ways")
            changes[partition][offset] = change
        }
        while arrived[partition] < changes[partition].count,
            changes[partition][arrived[partition]] != nil
        {
            arrived[partition] += 1
        }
    }
}
