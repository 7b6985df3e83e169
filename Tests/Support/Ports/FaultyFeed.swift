package import IdentityModel
package import NodeRuntime

/// A feed in memory whose calls fail when a test says so; it counts them.
///
/// `@unchecked Sendable`: `MemoryFeed` takes calls from any thread; the rest is read and written
/// under `mutex` alone.
package final class FaultyFeed: FeedPort, @unchecked Sendable {
    /// Where the changes are.
    package let base = MemoryFeed()
    /// Where reads wait.
    package let reads = Gate()
    private let mutex = Mutex()
    private var failures: (append: StoreFailure?, read: StoreFailure?, trim: StoreFailure?)
    private var counts = (appends: 0, reads: 0)

    /// An empty feed.
    package init() {}

    /// From here on appends fail so; nil: they succeed.
    package func failAppends(_ failure: StoreFailure?) {
        mutex.locked { failures.append = failure }
    }
    /// From here on reads fail so.
    package func failReads(_ failure: StoreFailure?) { mutex.locked { failures.read = failure } }
    /// From here on trims fail so.
    package func failTrims(_ failure: StoreFailure?) { mutex.locked { failures.trim = failure } }

    /// How often it was added to, and how often it was read.
    package var calls: (appends: Int, reads: Int) { mutex.locked { counts } }

    package func bounds(of partition: PartitionID) -> Range<UInt64> { base.bounds(of: partition) }

    package func append(
        _ changes: [[UInt8]], from offset: UInt64, of partition: PartitionID
    ) throws(StoreFailure) {
        if let failure = mutex.locked({
            counts.appends += 1
            return failures.append
        }) {
            throw failure
        }
        base.append(changes, from: offset, of: partition)
    }

    package func sync() {}

    package func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ change: Span<UInt8>) -> Bool
    ) throws(StoreFailure) {
        if let failure = mutex.locked({
            counts.reads += 1
            return failures.read
        }) {
            throw failure
        }
        reads.pass()
        base.read(from: offset, of: partition, body)
    }

    package func trim(before offset: UInt64, of partition: PartitionID) throws(StoreFailure) {
        if let failure = mutex.locked({ failures.trim }) { throw failure }
        base.trim(before: offset, of: partition)
    }

    package func cut(from offset: UInt64, of partition: PartitionID) {
        base.cut(from: offset, of: partition)
    }
}
