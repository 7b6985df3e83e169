internal import WireFormat

/// All that a partition has said: deliveries to other partitions, and changes where those leave it.
///
/// It keeps two rules of `StepResult`'s ordering contract; see `DeliveryGate` and `ChangeGate`, of
/// which each says how for its own.
struct OutputGate {
    /// What goes to other partitions.
    var deliveries: DeliveryGate
    /// What goes to whoever follows customers; nil where changes are kept beside the log, or by
    /// nobody.
    var changes: ChangeGate?

    /// Takes, in order, the changes of records before a position.
    mutating func takeChanges(before position: UInt64) -> [FeedChange] {
        changes?.take(before: position) ?? []
    }

    /// Whether all has arrived that the records before a checkpoint have said.
    func hasArrived(_ header: PartitionHeader) -> Bool {
        deliveries.hasArrived(header.sent) && changes?.hasArrived(before: header.changes) ?? true
    }

    /// All that records before a position said has arrived: the log says so (`done`).
    mutating func noteDone(before position: UInt64) {
        deliveries.noteDone(before: position)
        changes?.noteDone(before: position)
    }
}
