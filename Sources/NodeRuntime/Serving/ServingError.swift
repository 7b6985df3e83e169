package import IdentityModel

/// Why a running node did not do what it was asked.
package enum ServingError: Error, Equatable, Sendable {
    /// A mailbox is full: the same may be asked again in a moment.
    case overloaded
    /// It took too long. What was to be written may have been written.
    case deadlinePassed
    /// The position that was to be seen has not been reached in time.
    case pending
    /// The node is not open yet, or no longer.
    case closed
    /// No node has the partition open: it moves, or has failed.
    case partitionClosed(PartitionID)
    /// The store refused or failed.
    case store(StoreFailure)
    /// A path no longer runs where a cursor points.
    case stalePathCursor
    /// What was sent has no meaning: a sentence for a person.
    case malformed(message: String)
    /// Not now: a stable word, and a sentence for a person.
    case refused(word: String, message: String)
}
