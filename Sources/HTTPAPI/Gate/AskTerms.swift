package import Answers
package import NodeRuntime

/// What a question to a partition may wait for.
package struct AskTerms: Sendable {
    /// Until when the answer is of use.
    package var deadline: Deadline
    /// Where the partition must have come to before it answers; nil: wherever it is.
    package var minimumPosition: PositionAnswer?

    /// Terms; without a position the partition answers from where it is.
    package init(deadline: Deadline, minimumPosition: PositionAnswer? = nil) {
        self.deadline = deadline
        self.minimumPosition = minimumPosition
    }
}
