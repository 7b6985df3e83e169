internal import Glibc

/// A thread of the operating system, for work that blocks: no queue and no task, since nothing else
/// may wait for it.
package struct SystemThread: Sendable {
    private let thread: pthread_t

    /// What the thread is handed.
    private final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// What a thread does to itself: a trap, a bad address. Where it is blocked the system ends the
    /// process without asking its handlers, and nobody tells what it was.
    private static let faults = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS]

    /// Runs `body` on a new thread. Signals from outside are not delivered to it: they are the main
    /// thread's, which is woken out of its reads by them.
    package init(_ body: @escaping @Sendable () -> Void) {
        var (blocked, before) = (sigset_t(), sigset_t())
        sigfillset(&blocked)
        for fault in Self.faults { sigdelset(&blocked, fault) }
        pthread_sigmask(SIG_SETMASK, &blocked, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(Start(body)).toOpaque()
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, argument)
        precondition(status == 0, "the system gives no thread: error \(status)")
        self.thread = thread
    }

    /// Returns once the thread has ended. Each thread is joined once.
    package func join() { pthread_join(thread, nil) }
}

extension SystemThread {
    /// What `body` gives for 0 to `count` - 1, all at once, each on a thread of its own but the
    /// first; returns when all have ended.
    static func each<Value>(_ count: Int, _ body: @escaping @Sendable (Int) -> Value) -> [Value] {
        var values = [Value?](repeating: nil, count: count)
        values.withUnsafeMutableBufferPointer { all in
            // unsafe: no two threads write at one place, and all have ended when this returns.
            nonisolated(unsafe) let all = all
            let threads = (0..<count).dropFirst().map { place in
                SystemThread { all[place] = body(place) }
            }
            if count > 0 { all[0] = body(0) }
            for thread in threads { thread.join() }
        }
        return values.compactMap { $0 }
    }

    /// Runs what blocks on a thread of its own, and holds none of the callers' meanwhile.
    package static func run<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            let thread = SystemThread { continuation.resume(returning: body()) }
            pthread_detach(thread.thread)
        }
    }
}
