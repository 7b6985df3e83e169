internal import Answers
internal import IdentityModel
internal import NodeRuntime

extension Problem {
    /// What a node's refusal is to a client.
    init(_ error: ServingError, limits: HTTPLimits) {
        switch error {
        case .overloaded:
            self = .overloaded(limits)
        case .deadlinePassed:
            self.init(
                .deadlinePassed,
                "there was no answer within \(Int(limits.deadlineSeconds)) s: ask again; events "
                    + "may have been taken, and to send them again is harmless")
        case .pending:
            self.init(
                .pending,
                "the partition has not come to min_position yet: ask again in a moment",
                retrySeconds: limits.retrySeconds)
        case .closed:
            self.init(
                .unavailable, "the node is starting or stopping: /readyz says which; ask again",
                retrySeconds: limits.retrySeconds)
        case .partitionClosed(let partition):
            self.init(
                .unavailable,
                "no node has partition \(partition.rawValue) open now: /v1/cluster says who is to "
                    + "have it, and what stops it; ask again in a moment",
                retrySeconds: limits.retrySeconds)
        case .store(let failure):
            self.init(failure, limits: limits)
        case .stalePathCursor:
            self.init(
                .staleCursor,
                "the path no longer runs where the cursor points: leave it out to start again")
        case .malformed(let message):
            self.init(.badBody, message)
        case .refused(let word, let message):
            self.init(.conflict, word: word, message)
        }
    }

    /// What a failure of the store is to a client. The reason may name files of the node: it goes
    /// to the node's log, and the client learns what to do.
    private init(_ failure: StoreFailure, limits: HTTPLimits) {
        switch failure.code {
        case .noSpace, .readOnly:
            self.init(
                .noRoom,
                "the node's disk is full: questions are answered, events are taken again when "
                    + "there is room", retrySeconds: limits.retrySeconds)
        case .held, .damaged, .newerFormat, .otherConfiguration, .ioError:
            self.init(
                .storeFailed,
                "the node's store has failed and its log says why; ask again when it was restarted",
                retrySeconds: limits.retrySeconds)
        }
    }

    /// The node has too much to do.
    static func overloaded(_ limits: HTTPLimits) -> Problem {
        Problem(
            .overloaded,
            "the node has as many requests as it takes at once: wait and send this one again",
            retrySeconds: limits.retrySeconds)
    }

    /// Why a text is no id.
    init(_ refusal: QuestionRefusal) {
        self.init(.badID, word: refusal.word, refusal.message)
    }
}
