internal import NodeKeys
internal import NodeRuntime

/// Keeps a router running in a node: one that has failed is replaced after a pause.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class RouterSeat: @unchecked Sendable {
    private let mutex = Mutex()
    private let make: @Sendable () -> Router
    private let settings: ClusterSettings
    private var router: Router
    private var lastFailure: EngineFailure?
    private var isToEnd = false
    private var thread: SystemThread?

    /// Nanoseconds between two looks at whether the router has failed: 100 ms.
    private static let lookNanoseconds: UInt64 = 100_000_000

    /// Runs a router until `stop`.
    init(_ engine: EngineSettings, _ settings: ClusterSettings, _ hasher: NodeKeyHasher) {
        self.settings = settings
        make = { Router(engine, hasher: hasher) }
        router = make()
        thread = SystemThread { self.run() }
    }

    /// What the router has done that runs now, or ran last.
    var figures: RouterFigures { mutex.locked { router }.figures }

    /// Why a router failed last; nil where none did, or one goes well for long since.
    var failure: EngineFailure? { mutex.locked { lastFailure } }

    /// Ends it, and returns when it has ended; to be called once.
    func stop() {
        let last = mutex.locked {
            isToEnd = true
            mutex.signal()
            defer { thread = nil }
            return thread
        }
        last?.join()
    }

    private func run() {
        var retry = RetryPause(settings)
        var started = MonotonicTime.system.nanoseconds()
        while wait(until: MonotonicTime.system.nanoseconds() + Self.lookNanoseconds) {
            let now = MonotonicTime.system.nanoseconds()
            let wentWell = now - started >= settings.longestRetryNanoseconds
            guard let failure = figures.failure else {
                if wentWell { mutex.locked { lastFailure = nil } }
                continue
            }
            mutex.locked { lastFailure = failure }
            mutex.locked { router }.stop()
            if wentWell { retry.reset() }
            guard wait(until: retry.next(at: MonotonicTime.system.nanoseconds())) else { return }
            let next = make()
            mutex.locked { router = next }
            started = MonotonicTime.system.nanoseconds()
        }
        mutex.locked { router }.stop()
    }

    /// Whether this is to go on at a time.
    private func wait(until end: UInt64) -> Bool {
        mutex.locked {
            while !isToEnd, MonotonicTime.system.nanoseconds() < end { mutex.wait(until: end) }
            return !isToEnd
        }
    }
}
