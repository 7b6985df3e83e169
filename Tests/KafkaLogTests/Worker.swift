import Glibc

/// A thread of its own for a closure that waits, which none of the threads that tests share may.
final class Worker {
    /// What the thread runs, kept until it has ended.
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private var thread = pthread_t()

    init(_ run: @escaping @Sendable () -> Void) {
        let code = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(Body(run)).toOpaque())
        precondition(code == 0, "no thread: \(code)")
    }

    /// Waits until the closure has returned.
    func join() { pthread_join(thread, nil) }
}
