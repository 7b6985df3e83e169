package import IdentityModel

/// Why a feed cannot be read, or not from there.
package enum FeedError: Error, Equatable, Sendable {
    /// The next change of a partition is not kept any more, and `first` is the first that is; or
    /// the next that is told, where none is kept.
    case gone(PartitionID, next: UInt64, first: UInt64)
    /// The place lies behind all that a partition has told: before `end`.
    case ahead(PartitionID, next: UInt64, end: UInt64)
    /// The store failed.
    case store(StoreFailure)

    /// One sentence for a person: what is wrong. Of a failed store nothing is said but that: its
    /// reason names files.
    package var reason: String {
        switch self {
        case .gone(let partition, let next, let first):
            "change \(next) of partition \(partition.rawValue) is not kept any more, the first "
                + "that is has the number \(first)"
        case .ahead(let partition, let next, let end):
            "the position names change \(next) of partition \(partition.rawValue), of which "
                + "\(end) were told so far"
        case .store: "the store of the change feed has failed"
        }
    }

    /// One sentence for a person: what to do.
    package var remedy: String {
        switch self {
        case .gone:
            "begin anew from an export (kindred export --format jsonl says where it goes on), "
                + "or from oldest to have what is kept"
        case .ahead:
            "take positions of this store's own feed; where it was restored or has lost its last "
                + "seconds in a power loss, begin anew from an export (kindred export)"
        case .store: "see the node's log"
        }
    }
}
