package import KafkaLog
package import NodeKeys
internal import NodeRuntime

/// What a router has done: a look at it from outside.
package struct RouterFigures: Equatable, Sendable {
    /// Events that were taken, repeats included.
    package var accepted: UInt64 = 0
    /// Events that were refused.
    package var refused: UInt64 = 0
    /// How many partitions of the topic of events it reads.
    package var assigned = 0
    /// Whether all that was read is in its logs.
    package var isIdle = true
    /// What the group has committed, as far as this router was told.
    package var committed: [KafkaPosition] = []
    /// How many producers were replaced.
    package var renewals: UInt64 = 0
    /// Why it has ended before it was told to.
    package var failure: EngineFailure?
}

/// A router of the engine on a thread of its own: a member of the group that takes events to the
/// logs of their partitions.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
package final class Router: @unchecked Sendable {
    /// Milliseconds that an end takes at most, beside that of leaving the group.
    package static let finishMilliseconds: UInt64 = 10_000

    private let mutex = Mutex()
    private var isToEnd = false
    private var known = RouterFigures()
    private var thread: SystemThread?

    /// Runs a router until `stop`, or until it fails. What the rules in force have no use for it
    /// refuses.
    package init(_ settings: EngineSettings, hasher: NodeKeyHasher) {
        thread = SystemThread { self.run(settings, hasher) }
    }

    /// What it has done.
    package var figures: RouterFigures { mutex.locked { known } }

    /// Ends it: what was read is acknowledged and committed. Returns when it has ended; to be
    /// called once.
    package func stop() {
        let last = mutex.locked {
            isToEnd = true
            defer { thread = nil }
            return thread
        }
        last?.join()
    }

    private func run(_ settings: EngineSettings, _ hasher: NodeKeyHasher) {
        do throws(EngineFailure) {
            let turn = try RouterTurn(settings, hasher: hasher)
            defer { turn.close() }
            while !note(turn) { try turn.turn() }
            try turn.finish(withinMilliseconds: Self.finishMilliseconds)
            _ = note(turn)
        } catch {
            mutex.locked { known.failure = error }
        }
    }

    /// Tells how it stands, and hears whether it is to end.
    private func note(_ turn: RouterTurn) -> Bool {
        mutex.locked {
            known.accepted = turn.accepted
            known.refused = turn.refused
            known.assigned = turn.assigned.count
            known.isIdle = turn.isIdle
            known.committed = turn.committed
            known.renewals = turn.renewals
            return isToEnd
        }
    }
}
