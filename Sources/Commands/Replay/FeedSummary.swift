internal import Answers

/// What a replay did that fed events to the nodes of a store: what the graph made of them these
/// know.
struct FeedSummary: Encodable {
    private let events: Int
    private let accepted: Int
    private let rejected: Int
    private let rejectedByReason: [String: Int]
    private let ignoredKeys: Int
    private let seconds: Double
    private let folded: Bool
    private let rows: [(String, String)]

    private enum CodingKeys: String, CodingKey {
        case events, accepted, rejected, seconds, folded
        case rejectedByReason = "rejected_by_reason"
        case ignoredKeys = "ignored_keys"
    }

    /// What a replay has counted; `isFolded`: whether the nodes had folded all of it.
    init(_ summary: ReplaySummary, isFolded: Bool) {
        events = summary.events
        accepted = summary.accepted
        rejected = summary.rejected
        rejectedByReason = summary.rejectedByReason
        ignoredKeys = summary.ignoredKeys
        seconds = summary.seconds
        folded = isFolded
        rows = summary.eventRows + [("folded", isFolded ? "all" : "not waited for")]
    }

    /// Prints it.
    func print(isJSON: Bool) {
        guard !isJSON else { return Output.line(JSONText.encode(self)) }
        for (name, value) in rows { Output.line(name.padding(to: 20) + value) }
    }
}
