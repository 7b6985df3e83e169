internal import IdentityModel
package import NodeRuntime

/// How the membership of a node stands: a look at it from outside.
package struct MemberFigures: Equatable, Sendable {
    /// Whether all is known that was told before this node came.
    package var isReady = false
    /// What is known of all nodes.
    package var view = ClusterView()
    /// Why the membership does not go on just now; it is tried again.
    package var failure: EngineFailure?
    /// Where a node runs that has this one's name and started later: this one has no say any more,
    /// and is to end. Nil: nowhere.
    package var successor: String?
    /// Why this node may not take part in its store, and is to end; nil: it may.
    package var refusal: StoreFailure?
}

/// A node among the others of its store, on a thread of its own: tells of itself, hears of the
/// others, and says who has which partition while it is the coordinator.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
package final class ClusterMember: @unchecked Sendable {
    /// How it ends.
    package enum Ending: Sendable {
        /// The others hear that this node is gone.
        case leave
        /// At once: the others find out.
        case abandon
    }

    /// Milliseconds that a last word takes at most.
    package static let lastWordMilliseconds: UInt64 = 2_000

    private let mutex = Mutex()
    private let engine: EngineSettings
    private let settings: ClusterSettings
    private let incarnation: String
    private let since: Int64
    private let standings: @Sendable () -> [ReplicaStanding]
    private let assign: @Sendable ([AssignedRole?]) -> Void
    private var isLeaving = false
    private var ending: Ending?
    private var known = MemberFigures()
    private var thread: SystemThread?

    /// Has the node be one of its store until `stop`.
    ///
    /// - Parameters:
    ///   - standings: how the node stands with its partitions, by rising partition. Asked again and
    ///     again on the member's thread: it must not wait.
    ///   - assign: hears what the node is to do with each partition, by partition; nil: nothing.
    ///     Called on the member's thread whenever there is another placement: it must not wait.
    package init(
        _ engine: EngineSettings, _ settings: ClusterSettings,
        standings: @escaping @Sendable () -> [ReplicaStanding],
        assign: @escaping @Sendable ([AssignedRole?]) -> Void
    ) {
        self.engine = engine
        self.settings = settings
        self.standings = standings
        self.assign = assign
        incarnation = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        since = TickPolicy.now.milliseconds
        thread = SystemThread { self.run() }
    }

    /// How it stands.
    package var figures: MemberFigures { mutex.locked { known } }

    /// Tells the others that this node wants to go, and returns once it has no seat any more, and
    /// those who have what it had own it.
    ///
    /// - Returns: false where there is nobody to take what it has, or that took too long: see
    ///   `ClusterSettings.leaveMilliseconds`.
    package func leave() -> Bool {
        let time = MonotonicTime.system
        let end = time.nanoseconds() + settings.leaveMilliseconds * 1_000_000
        return mutex.locked {
            isLeaving = true
            while true {
                if known.view.placement?.hold(settings.node) != true, known.view.isInHand {
                    return true
                }
                let isAlone = !known.view.nodes.contains {
                    $0.isAlive && !$0.record.isLeaving && $0.id != settings.node
                }
                if isAlone || time.nanoseconds() >= end { return false }
                mutex.wait(until: end)
            }
        }
    }

    /// Ends it, and returns when it has ended. To be called once.
    package func stop(_ ending: Ending) {
        let last = mutex.locked {
            self.ending = ending
            mutex.signal()
            defer { thread = nil }
            return thread
        }
        last?.join()
    }

    // MARK: The thread

    private func run() {
        var retry = RetryPause(settings)
        while mutex.locked({ ending == nil }) {
            do throws(EngineFailure) {
                try live(&retry)
            } catch {
                mutex.locked {
                    known.failure = error
                    let end = retry.next(at: MonotonicTime.system.nanoseconds())
                    while ending == nil, MonotonicTime.system.nanoseconds() < end {
                        mutex.wait(until: end)
                    }
                }
            }
        }
    }

    /// One reading of the topic, until the end or a failure.
    private func live(_ retry: inout RetryPause) throws(EngineFailure) {
        let turn = try ClusterTurn(engine, settings, incarnation: incarnation, since: since)
        defer { turn.close() }
        var assigned: Placement?
        var wish = mutex.locked { (isLeaving, ending) }
        while wish.1 == nil {
            try turn.turn(standings(), isLeaving: wish.0)
            if turn.hasReachedEnd {
                retry.reset()
                if let placement = turn.placement, placement != assigned {
                    assign(placement.roles(of: settings.node))
                    assigned = placement
                }
            }
            wish = note(turn)
        }
        if wish.1 == .leave, turn.successor == nil, turn.refusal == nil {
            // Where it is not heard, the others find out.
            _ = try turn.sayGone(withinMilliseconds: Self.lastWordMilliseconds)
        }
    }

    /// Tells how it stands, and hears what is wanted.
    private func note(_ turn: ClusterTurn) -> (isLeaving: Bool, ending: Ending?) {
        // What was known before a failure is known until all is read again.
        let view = turn.hasReachedEnd ? turn.view : nil
        return mutex.locked {
            if let view {
                known.view = view
                known.isReady = true
                known.failure = nil
            }
            known.successor = turn.successor
            known.refusal = turn.refusal
            mutex.signal()
            return (isLeaving, ending)
        }
    }
}
