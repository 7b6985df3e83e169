package import GraphCore
package import IdentityModel

/// What folding one log record gave rise to.
///
/// # The ordering contract
///
/// Whoever performs it keeps these rules, each found necessary by the executable model:
/// 1. **Release.** Nothing that a record gave rise to (a message, a change, an answer with a
///    position) leaves the partition before that record is durable in its own log. Folding ahead
///    is allowed; releasing is not.
/// 2. **Acknowledge** an event when its log record is durable, never before.
/// 3. **Checkpoint** at a position only when every message and change of the records before it is
///    durable in its own log, and the log itself is durable up to the position. What the machine
///    lists as changed goes into the store at once, position and counters with it, or not at all.
/// 4. **Trim** the log only behind the oldest snapshot that is kept.
///
/// At one partition there are no messages.
package struct StepResult: Equatable, Sendable {
    /// How many events the record held, repeats included.
    package let eventCount: Int
    /// What it says to other partitions, ascending by receiver.
    package let deliveries: [Delivery]
    /// What has become of customers since the last tick, in the feed's order; of a tick only. The
    /// feed's offset of the first is the machine's `changeOffset` before the step.
    package let changes: [CustomerChange]
}

/// Why a record could not be folded. The machine is then unusable: it is discarded and opened
/// again from its last checkpoint.
package enum StepError: Error, Equatable, Sendable {
    /// The record's bytes are damaged, or of a later format.
    case record(WireFailure)
    /// The state that the record needs could not be read.
    case state(StateFailure)
    /// The record was written under another key, namespace table or normalisation.
    case foreignConfiguration
    /// The record holds messages of a partition that there is not, or of this one.
    case unknownSender(PartitionID)
    /// The record is to be folded by logic that this program does not have.
    case unknownLogic(version: UInt64, known: ClosedRange<UInt64>)
}
