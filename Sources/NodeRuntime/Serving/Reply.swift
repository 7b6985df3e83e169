internal import Synchronization

/// What a request of any kind is to whoever only refuses it.
protocol PendingReply: AnyObject, Sendable {
    /// Until when it is worth answering.
    var deadline: Deadline { get }
    /// Whether it was answered or refused.
    var isAnswered: Bool { get }
    /// Refuses it, if it was not answered.
    func refuse(_ error: ServingError)
}

/// The way back to whoever asked: taken once, by the first that answers or refuses.
package final class Reply<Answer: Sendable>: PendingReply {
    /// Until when it is worth answering.
    package let deadline: Deadline
    private let answered = Atomic(false)
    private let body: @Sendable (Result<Answer, ServingError>) -> Void

    /// A reply that hands what it is given to `body`, on the thread that answers.
    package init(
        deadline: Deadline, _ body: @escaping @Sendable (Result<Answer, ServingError>) -> Void
    ) {
        self.deadline = deadline
        self.body = body
    }

    /// Whether it was answered or refused.
    package var isAnswered: Bool { answered.load(ordering: .acquiring) }

    /// Answers, if nobody has.
    package func answer(_ result: Result<Answer, ServingError>) {
        guard !answered.exchange(true, ordering: .acquiringAndReleasing) else { return }
        body(result)
    }

    /// Refuses, if nobody has answered.
    package func refuse(_ error: ServingError) { answer(.failure(error)) }
}
