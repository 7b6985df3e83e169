internal import KafkaEngine
internal import Logging

/// Logs why parts of a node fail that the node tries again: what is the same is said once, until it
/// is something else.
struct FailureTeller {
    private let logger: Logger
    private var told: [String: String] = [:]  // lookup only

    /// Writes to a logger.
    init(_ logger: Logger) { self.logger = logger }

    /// Says what has failed since it was asked last.
    mutating func tell(_ figures: EngineNodeFigures) {
        tell("events of the topic are not taken", figures.routerFailure)
        tell("the rules and marks of the global topic are not read", figures.globalFailure)
        for (number, failure) in figures.failures.enumerated() {
            tell("partition \(number) does not go on here", failure)
        }
    }

    private mutating func tell(_ what: String, _ failure: EngineFailure?) {
        guard let failure, told[what] != failure.reason else { return }
        told[what] = failure.reason
        logger.warning("\(what): \(failure.reason); \(failure.remedy); it is tried again")
    }
}
