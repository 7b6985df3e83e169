package import IdentityModel
package import WireFormat

/// The log records under way, one for each partition: a micro-batch of events each.
///
/// Which batch an event belongs into is told by its node key alone: the home of what it names, and
/// of a pair the home of its lesser end, where the evidence of the pair is.
package struct RecordBatches {
    private let partitionCount: UInt16
    private var builders: [EventRecordBuilder]

    /// How many events the batches hold.
    package private(set) var count = 0
    /// Whether the batches should be taken before another event is added: one of them is full, and
    /// since homes are even, the others nearly are.
    package private(set) var isFull = false

    /// Empty batches for so many partitions.
    package init(partitionCount: UInt16) {
        self.partitionCount = partitionCount
        builders = (0..<partitionCount).map { _ in EventRecordBuilder() }
    }

    /// Has `append` add one event to the batch of the partition that is home to a node.
    @inline(__always)
    package mutating func add(
        homeOf key: NodeKey, _ append: (inout EventRecordBuilder) -> Void
    ) {
        let place =
            partitionCount == 1
            ? 0 : Int(PartitionID.home(of: key, among: partitionCount).rawValue)
        append(&builders[place])
        count += 1
        if builders[place].isFull { isFull = true }
    }

    /// The batches that are not empty as log records, by partition; the next ones start empty.
    package mutating func takeRecords(
        _ head: RecordHead
    ) -> [(partition: PartitionID, record: [UInt8])] {
        var records: [(partition: PartitionID, record: [UInt8])] = []
        for place in builders.indices where builders[place].count > 0 {
            records.append((PartitionID(UInt16(place)), builders[place].finish(head)))
        }
        (count, isFull) = (0, false)
        return records
    }

    /// The batch of the one partition as a log record, also an empty one; the next one starts
    /// empty.
    package mutating func takeRecord(_ head: RecordHead) -> [UInt8] {
        precondition(partitionCount == 1, "several partitions have a record each")
        (count, isFull) = (0, false)
        return builders[0].finish(head)
    }
}
