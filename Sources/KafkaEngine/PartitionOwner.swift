package import GraphCore
package import IdentityModel
package import NodeRuntime
internal import ProfileCore

/// What a partition of the engine is, and how it stands: a look at it from outside.
package struct OwnerFigures: Equatable, Sendable {
    /// The offset of the record that is folded next; nil before the partition is open.
    package var position: UInt64?
    /// Whether it stands by: it folds and says nothing.
    package var isStandby = true
    /// The logical digest of its part of the graph.
    package var digest = Digest.zero
    /// What its part of the graph holds and has done.
    package var counters = GraphCounters()
    /// Whether something waits to be told by a tick.
    package var awaitsTick = false
    /// Whether all that it has said has arrived.
    package var hasArrived = false
    /// The position of the stored checkpoint.
    package var storedPosition: UInt64 = 0
    /// The position before which the log says that all has arrived.
    package var doneOffset: UInt64 = 0
    /// Where the log ended, when it was last read from; nil before.
    package var logEnd: UInt64?
    /// A delivery that has not come for long; nil: there is none.
    package var missing: MissingDelivery?
    /// Bytes that were sent and not heard of.
    package var inFlightBytes = 0
    /// How many producers were replaced.
    package var renewals: UInt64 = 0
    /// The version of the survivorship rules that it folds by.
    package var rulesVersion: UInt64 = 0
    /// The version of the machine's logic that it folds by.
    package var logicVersion: UInt64 = 0
    /// Why it has ended before it was told to.
    package var failure: EngineFailure?
}

/// One partition of the engine on a thread of its own: owns its log or stands by.
///
/// That two own a partition at once is no fault: both fold the same log and say the same, and
/// whoever hears it twice makes nothing of the second time.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone; the partition
/// itself is the thread's.
package final class PartitionOwner: @unchecked Sendable {
    /// How it ends.
    package enum Ending: Sendable {
        /// What was said arrives, a checkpoint is stored, and the log says so.
        case handOver
        /// At once: what has not arrived the next owner says again.
        case abandon
    }

    /// Milliseconds that an end by `handOver` takes at most.
    package static let handOverMilliseconds: UInt64 = 10_000

    private let mutex = Mutex()
    private var isToOwn: Bool
    private var ending: Ending?
    private var known = OwnerFigures()
    private var thread: SystemThread?

    /// Opens a partition on a thread of its own and runs it until `stop`, or until it fails.
    ///
    /// - Parameters:
    ///   - state: where its checkpoints are: nobody else's while this runs.
    ///   - isToOwn: whether it is to own the log as soon as it has folded it; else it stands by.
    ///   - host: through which it is asked; when this ends, all that asks is refused.
    ///   - worker: makes what stores checkpoints.
    package init<State: StatePort>(
        _ partition: PartitionID, state: State, settings: EngineSettings, isToOwn: Bool = true,
        host: PartitionHost<FollowedLog, State> = PartitionHost(),
        worker: @escaping @Sendable () -> any BackgroundWorker = { ThreadWorker() }
    ) {
        self.isToOwn = isToOwn
        // unsafe: the state is the thread's alone from here on.
        nonisolated(unsafe) let state = state
        thread = SystemThread { self.run(partition, state, settings, host, worker()) }
    }

    /// How it stands.
    package var figures: OwnerFigures { mutex.locked { known } }

    /// Has it own the log, as soon as it has folded it.
    package func promote() { mutex.locked { isToOwn = true } }

    /// Ends it, and returns when it has ended. To be called once.
    package func stop(_ ending: Ending) {
        let last = mutex.locked {
            self.ending = ending
            defer { thread = nil }
            return thread
        }
        last?.join()
    }

    private func run<State: StatePort>(
        _ partition: PartitionID, _ state: State, _ settings: EngineSettings,
        _ host: PartitionHost<FollowedLog, State>, _ worker: any BackgroundWorker
    ) {
        do throws(EngineFailure) {
            let turn = try OwnerTurn(
                partition, state, settings, host: host, worker: worker)
            defer { turn.close() }
            var wish = mutex.locked { (isToOwn, ending) }
            while wish.1 == nil {
                try turn.turn(isToOwn: wish.0)
                wish = note(turn)
            }
            if wish.1 == .handOver {
                _ = try turn.handOver(withinMilliseconds: Self.handOverMilliseconds)
            }
            _ = note(turn)
        } catch {
            mutex.locked { known.failure = error }
            host.fail(error.storeFailure)
        }
    }

    /// Tells how it stands, and hears what is wanted.
    private func note(_ turn: OwnerTurn<some StatePort>) -> (isToOwn: Bool, ending: Ending?) {
        let runtime = turn.runtime
        return mutex.locked {
            known.position = runtime.position
            known.isStandby = runtime.isMuted
            known.digest = runtime.digest
            known.counters = runtime.counters
            known.awaitsTick = runtime.awaitsTick
            known.hasArrived = runtime.hasArrived
            known.storedPosition = runtime.storedPosition
            known.doneOffset = runtime.doneOffset
            known.logEnd = turn.logEnd
            known.missing = turn.missing
            known.inFlightBytes = turn.inFlightBytes
            known.renewals = turn.renewals
            known.rulesVersion = runtime.rules.version
            known.logicVersion = runtime.logicVersion
            return (isToOwn, ending)
        }
    }
}
