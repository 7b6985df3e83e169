internal import Answers
internal import IdentityModel
internal import NodeRuntime

/// The last event of a stream: why it ends, as a word that programs decide by, and for people.
struct StreamEnd: Encodable {
    /// Why a stream ends.
    enum Cause {
        /// All that was asked for is told.
        case done
        /// The node stops, or opens its store anew.
        case stopping
        /// What was written was not read in so many seconds.
        case slow(seconds: Int)
        /// The feed cannot be read on.
        case failed(FeedError)
        /// A change is damaged.
        case unreadable(WireError)
    }

    /// A stable word.
    let reason: String
    /// What is so, and what to do.
    let detail: String

    /// The end for a cause.
    init(_ cause: Cause) {
        switch cause {
        case .done: (reason, detail) = ("done", "that is all that was asked for")
        case .stopping:
            (reason, detail) = ("stopping", "the node stops here: come again with the last id")
        case .slow(let seconds):
            (reason, detail) = (
                "slow",
                "what was written was not read within \(seconds) s: come again with the last id"
            )
        case .failed(let error):
            detail = "\(error.reason): \(error.remedy)"
            if case .store = error { reason = "failed" } else { reason = "gone" }
        case .unreadable:
            (reason, detail) = ("failed", "a change cannot be read: see the node's log")
        }
    }

    /// The event, but for its id.
    var text: String { "event: end\ndata: \(JSONText.encode(self))\n\n" }
}
