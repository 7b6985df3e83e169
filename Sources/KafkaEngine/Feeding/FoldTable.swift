/// How far the partitions' owners have folded their logs, as the nodes tell it of themselves.
///
/// Positions and ends only rise, so what a node that is gone has told does no harm.
struct FoldTable: Equatable {
    /// By partition, the offset that an owner folds next; nil where none has told it.
    private var positions: [UInt64?]
    /// By partition, where the log ended when somebody last read it.
    private var ends: [UInt64]

    /// A table of a store of so many partitions, of which nothing is known.
    init(partitionCount: UInt16) {
        positions = Array(repeating: nil, count: Int(partitionCount))
        ends = Array(repeating: 0, count: Int(partitionCount))
    }

    /// Takes in what a node tells.
    mutating func note(_ record: NodeRecord) {
        for standing in record.replicas where Int(standing.partition) < positions.count {
            let place = Int(standing.partition)
            ends[place] = max(ends[place], standing.logEnd ?? 0)
            guard standing.role == .owner, let position = standing.position else { continue }
            positions[place] = max(positions[place] ?? 0, position)
        }
    }

    /// How many records the owner is behind that is the most; 0 where no owner has told anything.
    var mostBehind: UInt64 {
        zip(positions, ends).map { position, end in
            position.map { end - min($0, end) } ?? 0
        }.max() ?? 0
    }

    /// How many records before these ends, by partition, no owner is known to have folded.
    func unfolded(before ends: [UInt64]) -> UInt64 {
        zip(positions, ends).reduce(0) { $0 + ($1.1 - min($1.0 ?? 0, $1.1)) }
    }
}
