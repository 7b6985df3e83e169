/// A rule of the ordering contract that is left out, to see that a run would show it. The rules are
/// kept by the simulation itself here, so that this takes no branch of the program. Mutants of the
/// machine (`Mutant`, in the package trait `Mutants`) are numbered from 21 on.
package enum ContractMutant: Int, Sendable, CaseIterable {
    /// What a record gave rise to leaves before the record is durable.
    case releaseBeforeDurable = 1
    /// A checkpoint is stored before what came of its records has arrived.
    case checkpointBeforeArrival
    /// A standby forgets what it would have to send when it takes over.
    case standbyForgetsAll
    /// The log is trimmed behind the newest snapshot, and older ones are still used.
    case trimBehindNewest
    /// A sender that was told of a lost delivery goes on as if it had arrived.
    case lossIsIgnored
    /// An owner that went on from a snapshot does not send again what it said before it died.
    case mutedRestart
    /// A delivery counts as arrived once it is in the receiver's log, durable or not.
    case arrivalBeforeDurable
    /// The log says done when a checkpoint begins, not when it is stored.
    case doneTooEarly
    /// A replica drops forwarding pointers when it likes, not where its log says so.
    case pointersCollectedLocally
    /// What a log said was durable is not: power loss takes some of it, too.
    case syncIsALie

    // At the level of the runtime.

    /// The log says that it is synced, and it is not.
    case syncDoesNothing = 11
    /// A sender is told that a delivery has arrived when it leaves.
    case receiptBeforeArrival

    // Of the feed, at the level of the machine.

    /// Changes are told where an owner's batch ends by chance, not where its log says tick.
    case changesCutAtBatchEnds = 13

    /// The level at which the rule is kept.
    package var level: Scenario.Level {
        switch self {
        case .syncDoesNothing, .receiptBeforeArrival: .runtime
        default: .machine
        }
    }
}
