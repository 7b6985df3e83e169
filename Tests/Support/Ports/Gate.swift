package import IdentityModel
package import NodeRuntime

/// A door in a test: threads wait before it until the test opens it.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
package final class Gate: @unchecked Sendable {
    private let mutex = Mutex()
    private var isOpen: Bool
    private var arrivals = 0

    /// A door that is open or shut.
    package init(isOpen: Bool = true) { self.isOpen = isOpen }

    /// Lets through all that wait and all that come.
    package func open() {
        mutex.locked {
            isOpen = true
            mutex.signal()
        }
    }

    /// Lets nobody through.
    package func shut() { mutex.locked { isOpen = false } }

    /// Goes through, once the door is open.
    package func pass() {
        mutex.locked {
            arrivals += 1
            mutex.signal()
            while !isOpen { mutex.wait() }
        }
    }

    /// How many have come to the door.
    package var count: Int { mutex.locked { arrivals } }

    /// Returns once so many have come to the door; holds no thread meanwhile.
    package func wait(forArrivals count: Int) async {
        while self.count < count { try? await Task.sleep(for: .milliseconds(1)) }
    }
}

/// A log in memory whose syncs wait at a gate, and which fails when a test says so.
///
/// `@unchecked Sendable`: `MemoryLog` takes calls from any thread; the failures are read and
/// written under `mutex` alone.
package final class GatedLog: LogPort, @unchecked Sendable {
    /// Where syncs wait.
    package let syncs = Gate()
    private let base = MemoryLog()
    private let mutex = Mutex()
    private var failures: (append: StoreFailure?, sync: StoreFailure?) = (nil, nil)

    /// An empty log.
    package init() {}

    /// From here on appends fail so; nil: they succeed.
    package func failAppends(_ failure: StoreFailure?) {
        mutex.locked { failures.append = failure }
    }

    /// From here on syncs fail so.
    package func failSyncs(_ failure: StoreFailure?) { mutex.locked { failures.sync = failure } }

    package func bounds(of partition: PartitionID) -> Range<UInt64> {
        base.bounds(of: partition)
    }

    package func append(
        _ record: Span<UInt8>, at offset: UInt64, of partition: PartitionID
    ) throws(StoreFailure) {
        if let failure = mutex.locked({ failures.append }) { throw failure }
        try base.append(record, at: offset, of: partition)
    }

    package func sync() throws(StoreFailure) {
        syncs.pass()
        if let failure = mutex.locked({ failures.sync }) { throw failure }
    }

    package func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ record: Span<UInt8>) -> Bool
    ) {
        base.read(from: offset, of: partition, body)
    }

    package func trim(before offset: UInt64, of partition: PartitionID) {
        base.trim(before: offset, of: partition)
    }
}

/// Checkpoints in memory that wait at a gate before they are applied.
///
/// `@unchecked Sendable`: `MemoryState` takes calls from any thread.
package final class GatedState: StatePort, @unchecked Sendable {
    /// Where checkpoints wait.
    package let applies = Gate()
    private let base = MemoryState()

    /// An empty store.
    package init() {}

    package func read(_ key: [UInt8], into value: inout [UInt8]) -> Bool {
        base.read(key, into: &value)
    }

    package func scan(
        from lower: [UInt8], to upper: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) {
        base.scan(from: lower, to: upper, body)
    }

    package func apply(_ batch: CheckpointBatch) throws(StoreFailure) {
        applies.pass()
        base.apply(batch)
    }
}
