/// What a node does with a partition.
package enum ReplicaRole: String, Codable, Sendable {
    /// It opens the partition, from its state or from elsewhere.
    case opening
    /// It folds the log and says nothing.
    case standby
    /// It folds the log and says what comes of it.
    case owner
    /// It could not go on, and tries again after a pause.
    case failed
}

/// How one node stands with one partition.
package struct ReplicaStanding: Codable, Equatable, Sendable {
    /// The partition.
    package var partition: UInt16
    /// What the node does with it.
    package var role: ReplicaRole
    /// The offset of the record that it folds next; nil where it has not opened it.
    package var position: UInt64?
    /// The offset before which the log says that all that was said has arrived.
    package var doneOffset: UInt64
    /// Where the log ended, when the node last read from it; nil where it has not.
    package var logEnd: UInt64?
    /// The record that it cannot fold, where that is why it has failed.
    package var fault: RecordFault?
    /// The delivery without which it folds nothing more of its sender; nil: none is missing.
    package var missing: MissingDelivery?

    /// A standing of its members.
    package init(
        _ partition: UInt16, _ role: ReplicaRole, position: UInt64? = nil, doneOffset: UInt64 = 0,
        logEnd: UInt64? = nil, fault: RecordFault? = nil, missing: MissingDelivery? = nil
    ) {
        self.partition = partition
        self.role = role
        self.position = position
        self.doneOffset = doneOffset
        self.logEnd = logEnd
        self.fault = fault
        self.missing = missing
    }

    private enum CodingKeys: String, CodingKey {
        case partition, role, position, fault, missing
        case doneOffset = "done"
        case logEnd = "end"
    }
}
