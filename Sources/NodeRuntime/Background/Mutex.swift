internal import Glibc

/// A lock that can be waited on: a POSIX mutex and its condition. Not the standard library's, which
/// the thread sanitizer does not understand.
///
/// `@unchecked Sendable`: both pointers are constant, and POSIX allows every call on what they
/// point to from any thread.
package final class Mutex: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    /// An open lock.
    package init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // Waits end by the clock of `MonotonicTime`, which nobody sets back.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` while no other thread runs one under this lock.
    package func locked<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Lets other bodies run until one signals. For use inside `locked`.
    package func wait() { pthread_cond_wait(condition, mutex) }

    /// Lets other bodies run until one signals, or until `end`, in nanoseconds of
    /// `MonotonicTime.system`. For use inside `locked`.
    package func wait(until end: UInt64) {
        var time = timespec(
            tv_sec: Int(clamping: end / 1_000_000_000), tv_nsec: Int(end % 1_000_000_000))
        pthread_cond_timedwait(condition, mutex, &time)
    }

    /// Wakes all that wait. For use inside `locked`.
    package func signal() { pthread_cond_broadcast(condition) }
}
