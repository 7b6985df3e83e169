/// An event that was refused: a value, never a throw, so that one bad line stops nothing.
package struct Rejected: Equatable, Sendable {
    /// The stable word that programs count by.
    package let reason: RejectReason
    /// One sentence for a person: what is wrong and what would be right. It may quote the event,
    /// so it goes to the rejects file and never to a log.
    package let message: String

    /// A refusal with its reason and its sentence.
    package init(_ reason: RejectReason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}
