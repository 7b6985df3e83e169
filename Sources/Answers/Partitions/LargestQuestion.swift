package import NodeRuntime

/// The largest components of a partition's checkpoint.
///
/// A walk over all of them: not for the partition's thread, but for one that may block, over a port
/// that stands still (see `LargestComponents`).
package struct LargestQuestion: WireQuestion {
    /// How many are wanted.
    package let limit: Int

    /// The question for the `limit` largest.
    package init(limit: Int) { self.limit = limit }

    /// The kind's name between nodes.
    package static let word = "largest"

    /// Whether it can be meant so: see `WireQuestion`.
    package var isSound: Bool { 1...PageLimits.maximum ~= limit }

    /// Whether that can be the answer: see `WireQuestion`.
    package func fits(_ answer: LargestComponents) -> Bool { answer.components.count <= limit }

    /// The answer of the checkpoint that `state` holds.
    ///
    /// - Throws: `StoreFailure`.
    package func answer(in state: some StatePort) throws(StoreFailure) -> LargestComponents {
        try LargestComponents(limit: limit, in: state)
    }
}
