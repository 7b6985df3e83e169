internal import NodeRuntime
internal import PartitionCore

/// Which version of the machine's logic a store is at, by the records of the global topic: the
/// greatest that one says, for partitions may have folded by it.
///
/// Compaction keeps the last record: where that is not the one that stands, what stands must be
/// written again.
package struct LogicRegister: Equatable, Sendable {
    /// The version that the store is at.
    package private(set) var standing = PartitionMachine.firstLogic
    /// Whether the last record says what stands.
    package private(set) var isLast = true

    /// A register of no record: the version that all stores begin with.
    package init() {}

    /// Takes the next record `logic`; nil: it says no version.
    package mutating func take(_ version: UInt64?) {
        standing = max(standing, version ?? 0)
        isLast = (version ?? PartitionMachine.firstLogic) == standing
    }

    /// Why a node that knows these versions may not take part in the store; nil: it may.
    func refusal(of known: ClosedRange<UInt64>, _ topics: String) -> StoreFailure? {
        known.contains(standing)
            ? nil : StoreFailure(logic: standing, of: "the store of \(topics)", known: known)
    }
}
