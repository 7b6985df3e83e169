internal import KafkaEngine
internal import Logging

/// Logs why parts of a node fail that the node tries again, and that they go on: what is the same
/// is said once, until it is something else or has gone well for long.
struct FailureTeller {
    private let logger: Logger
    private var told: [String: String] = [:]  // lookup only

    /// Writes to a logger.
    init(_ logger: Logger) { self.logger = logger }

    /// Says what has failed, and what goes on, since it was asked last.
    mutating func tell(_ figures: EngineNodeFigures) {
        tell(
            "events of the topic", "are not taken", figures.routerFailure,
            after: "are taken again")
        tell(
            "the rules and marks of the global topic", "are not read", figures.globalFailure,
            after: "are read again")
        for (number, failure) in figures.failures.enumerated() {
            tell(
                "partition \(number)", "does not go on here", failure,
                after: "goes on here again")
        }
    }

    private mutating func tell(
        _ what: String, _ fails: String, _ failure: EngineFailure?, after goesOn: String
    ) {
        guard let failure else {
            if told.removeValue(forKey: what) != nil { logger.notice("\(what) \(goesOn)") }
            return
        }
        guard told[what] != failure.reason else { return }
        told[what] = failure.reason
        logger.warning("\(what) \(fails): \(failure.reason); \(failure.remedy); it is tried again")
    }
}
