internal import IdentityModel
internal import NodeRuntime

/// One partition's place in a node: opens, promotes, hands over and closes it as it is told, one
/// change after the other, on a thread of its own, for each may take long.
///
///     nothing ──▶ standby ──promote──▶ owner
///        ▲ └────────────────────────────▲ │
///        │◀── close ──┘                   │
///        └◀────── hand over, close ───────┘     a standby then opens it again
///
/// What fails is closed and opened again after a pause; at once what has found its log trimmed, and
/// what has found its state damaged, which is set aside: from a snapshot, or the log's start.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class ReplicaSeat<State: StatePort>: @unchecked Sendable {
    private enum Phase {
        case empty
        case opening
        case running(PartitionOwner, PartitionHost<FollowedLog, State>)
        case failed
    }

    private enum Order {
        case be(AssignedRole?)
        case end
    }

    /// What the thread has open.
    private struct Held {
        let owner: PartitionOwner
        let state: State
        var role: AssignedRole
        let opened: UInt64
    }

    private let partition: PartitionID
    private let engine: EngineSettings
    private let settings: ClusterSettings
    private let home: StateHome<State>
    private let mutex = Mutex()
    private var wish: AssignedRole?
    private var ending: PartitionOwner.Ending?
    private var phase = Phase.empty
    private var lastFailure: EngineFailure?
    /// Where the log begins, as far as a failure has told.
    private var logStart: UInt64 = 0
    private var thread: SystemThread?

    /// Nanoseconds between two looks at whether an open partition has failed: 100 ms.
    private static var lookNanoseconds: UInt64 { 100_000_000 }

    /// The place of a partition that is not open.
    init(
        _ partition: PartitionID, _ engine: EngineSettings, _ settings: ClusterSettings,
        _ home: StateHome<State>
    ) {
        self.partition = partition
        self.engine = engine
        self.settings = settings
        self.home = home
    }

    // MARK: From any thread

    /// Says what is wanted; returns at once.
    func assign(_ role: AssignedRole?) {
        mutex.locked {
            wish = role
            mutex.signal()
            guard thread == nil, role != nil, ending == nil else { return }
            thread = SystemThread { self.run() }
        }
    }

    /// The partition where it is open.
    var replica: PartitionOwner? {
        mutex.locked {
            guard case .running(let owner, _) = phase else { return nil }
            return owner
        }
    }

    /// Through which the partition is asked where it is open. Who is told that it is closed may
    /// look again: the partition may have been opened once more.
    var host: PartitionHost<FollowedLog, State>? {
        mutex.locked {
            guard case .running(_, let host) = phase else { return nil }
            return host
        }
    }

    /// Why it failed last; nil where it never did, or went well for long since.
    var failure: EngineFailure? { mutex.locked { lastFailure } }

    /// How it stands; nil where the partition is not here.
    var standing: ReplicaStanding? {
        switch mutex.locked({ phase }) {
        case .empty: nil
        case .opening: ReplicaStanding(partition.rawValue, .opening)
        case .failed: ReplicaStanding(partition.rawValue, .failed, fault: failure?.fault)
        case .running(let owner, _): Self.standing(of: partition, owner.figures)
        }
    }

    private static func standing(of partition: PartitionID, _ figures: OwnerFigures)
        -> ReplicaStanding
    {
        let role: ReplicaRole =
            switch (figures.failure, figures.position) {
            case (_?, _): .failed
            case (nil, nil): .opening
            case (nil, _?): figures.isStandby ? .standby : .owner
            }
        return ReplicaStanding(
            partition.rawValue, role, position: figures.position, doneOffset: figures.doneOffset,
            logEnd: figures.logEnd, fault: figures.failure?.fault, missing: figures.missing)
    }

    /// Has it end; `join` waits for that.
    func end(_ ending: PartitionOwner.Ending) {
        mutex.locked {
            self.ending = ending
            mutex.signal()
        }
    }

    /// Returns once it has ended. To be called once, after `end`.
    func join() {
        let last = mutex.locked {
            defer { thread = nil }
            return thread
        }
        last?.join()
    }

    // MARK: The thread

    private func run() {
        var retry = RetryPause(settings)
        var held: Held?
        while case .be(let role) = nextOrder(held) {
            if let failed = held, let failure = failed.owner.figures.failure {
                close(&held, .abandon)
                if noteTrim(failure) { continue }
                guard let failure = setAside(after: failure) else { continue }
                let now = MonotonicTime.system.nanoseconds()
                // One that went well for long has not failed again and again.
                if now - failed.opened >= settings.longestRetryNanoseconds { retry.reset() }
                pause(after: failure, until: retry.next(at: now))
                continue
            }
            if let held { forgetFailure(before: held.opened) }
            switch (held?.role, role) {
            case (nil, let wanted?):
                do throws(StoreFailure) {
                    held = try open(as: wanted)
                } catch {
                    pause(
                        after: .store(error),
                        until: retry.next(at: MonotonicTime.system.nanoseconds()))
                }
            case (.standby, .owner):
                held?.owner.promote()
                held?.role = .owner
            case (.owner, .standby), (_?, nil): close(&held, .handOver)
            case (nil, nil), (.standby, .standby), (.owner, .owner): break
            }
        }
        close(&held, mutex.locked { ending } ?? .abandon)
    }

    /// What is wanted, once that is another than what is held, or it is time for a look at it.
    private func nextOrder(_ held: Held?) -> Order {
        mutex.locked {
            if ending == nil, wish == held?.role {
                if held == nil {
                    mutex.wait()
                } else {
                    mutex.wait(until: MonotonicTime.system.nanoseconds() + Self.lookNanoseconds)
                }
            }
            return ending == nil ? .be(wish) : .end
        }
    }

    private func open(as role: AssignedRole) throws(StoreFailure) -> Held {
        let start = mutex.locked {
            phase = .opening
            return logStart
        }
        let state = try home.open(
            partition, logStart: start,
            goesOn: { mutex.locked { ending == nil && wish != nil } })
        // unsafe: the state is the partition's own until it is closed, which is when this seat has
        // it back.
        nonisolated(unsafe) let given = state
        let host = PartitionHost<FollowedLog, State>()
        let owner = PartitionOwner(
            partition, state: given, settings: engine, isToOwn: role == .owner, host: host)
        mutex.locked { phase = .running(owner, host) }
        return Held(
            owner: owner, state: state, role: role, opened: MonotonicTime.system.nanoseconds())
    }

    private func close(_ held: inout Held?, _ ending: PartitionOwner.Ending) {
        guard let last = held else { return }
        last.owner.stop(ending)
        home.close(partition, last.state)
        held = nil
        mutex.locked { phase = .empty }
    }

    /// What has been open for as long as the longest pause lasts, has failed no more.
    private func forgetFailure(before opened: UInt64) {
        let now = MonotonicTime.system.nanoseconds()
        guard now - opened >= settings.longestRetryNanoseconds else { return }
        mutex.locked { lastFailure = nil }
    }

    /// Whether a failure tells that the log begins later than was known.
    private func noteTrim(_ failure: EngineFailure) -> Bool {
        mutex.locked {
            guard let start = failure.logStart, start > logStart else { return false }
            logStart = start
            lastFailure = failure
            return true
        }
    }

    /// Sets the closed state aside where that is what was damaged.
    ///
    /// - Returns: what is still wrong; nil where nothing is.
    private func setAside(after failure: EngineFailure) -> EngineFailure? {
        guard case .store(let damage) = failure, damage.isOfState else { return failure }
        do throws(StoreFailure) {
            try home.setAside(partition, damage)
            mutex.locked { lastFailure = failure }
            return nil
        } catch { return .store(error) }
    }

    /// Waits until a time, or until this is to end, or nothing is wanted any more.
    private func pause(after failure: EngineFailure, until end: UInt64) {
        mutex.locked {
            lastFailure = failure
            phase = .failed
            while ending == nil, wish != nil, MonotonicTime.system.nanoseconds() < end {
                mutex.wait(until: end)
            }
            phase = .empty
        }
    }
}
