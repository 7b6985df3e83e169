internal import KafkaLog
internal import NodeRuntime

/// A member of the group whose one partition, that of the global topic, makes its holder the
/// coordinator. It reads nothing and commits nothing: only who has the partition counts.
///
/// On a thread of its own: a call of the group's may wait for seconds, and no beat may. But who
/// does not ask whether it has the seat does not keep it: a member that is stuck plans nothing.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class CoordinatorSeat: @unchecked Sendable {
    /// Milliseconds that the thread waits for what the group has to tell.
    private static let waitMilliseconds = 100
    /// Messages that are passed over at once, should any come before the partition is held back.
    private static let messagesAtOnce = 1_000

    private let mutex = Mutex()
    private var holds = false
    private var isAsked = false
    private var ending: ClusterMember.Ending?
    private var thread: SystemThread?

    /// Joins the group on a thread of its own, until `stop`.
    init(_ engine: EngineSettings, _ settings: ClusterSettings) {
        thread = SystemThread { self.run(engine, settings) }
    }

    /// Whether this node is the coordinator. To be asked again and again: another node is, where
    /// that does not happen within `ClusterSettings.stuckMilliseconds`.
    func isHeld() -> Bool {
        mutex.locked {
            isAsked = true
            mutex.signal()
            return holds
        }
    }

    /// Ends it, and returns when it has ended; to be called once.
    func stop(_ ending: ClusterMember.Ending) {
        let last = mutex.locked {
            self.ending = ending
            mutex.signal()
            defer { thread = nil }
            return thread
        }
        last?.join()
    }

    private func run(_ engine: EngineSettings, _ settings: ClusterSettings) {
        var retry = RetryPause(settings)
        while mutex.locked({ ending == nil }) {
            do throws(KafkaError) {
                try sit(engine, settings, &retry)
            } catch {
                // Tried again, whatever it was: another node has the seat meanwhile.
                mutex.locked {
                    holds = false
                    let end = retry.next(at: MonotonicTime.system.nanoseconds())
                    while ending == nil, MonotonicTime.system.nanoseconds() < end {
                        mutex.wait(until: end)
                    }
                }
            }
        }
    }

    /// One membership, until the end or a failure.
    private func sit(
        _ engine: EngineSettings, _ settings: ClusterSettings, _ retry: inout RetryPause
    ) throws(KafkaError) {
        var membership = KafkaGroupSettings(groupID: engine.topics.coordinators)
        membership.maximumPollMilliseconds = settings.stuckMilliseconds
        membership.whereNothingIsCommitted = .end
        let group = try KafkaGroup(engine.kafka, membership)
        let seat = KafkaPartition(engine.topics.global, 0)
        try group.join([seat.topic])
        while true {
            var isGiven = false
            try group.poll(
                limit: Self.messagesAtOnce, timeoutMilliseconds: Self.waitMilliseconds,
                event: { event in
                    switch event {
                    case .assigned(let partitions) where partitions.contains(seat): isGiven = true
                    case .revoked(let partitions, _) where partitions.contains(seat):
                        isGiven = false
                        mutex.locked { holds = false }
                    // What fails librdkafka tries again.
                    case .assigned, .revoked, .committed, .reachedEnd, .failed: break
                    }
                }, message: { _ in })
            if isGiven {
                try group.pause([seat])
                mutex.locked { holds = true }
                retry.reset()
            }
            switch waitUntilAsked() {
            case nil: continue
            case .leave: group.close()
            case .abandon: group.abandon()
            }
            return
        }
    }

    /// Returns once somebody has asked since the last time, or this is to end.
    private func waitUntilAsked() -> ClusterMember.Ending? {
        mutex.locked {
            while !isAsked, ending == nil { mutex.wait() }
            isAsked = false
            if ending != nil { holds = false }
            return ending
        }
    }
}
