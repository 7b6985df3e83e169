internal import Foundation

/// Keeps the logs from being trimmed while a backup copies them.
///
/// A trim that is refused loses nothing: the next checkpoint trims further. Threads trim one at a
/// time, any thread may hold.
///
/// `@unchecked Sendable`: `holders` is read and written under `lock` alone.
final class TrimHold: @unchecked Sendable {
    private let lock = NSLock()
    private var holders = 0

    /// From here on nothing is trimmed, until as many `release`s; waits for a trim under way.
    func hold() {
        lock.lock()
        holders += 1
        lock.unlock()
    }

    /// Ends one `hold`.
    func release() {
        lock.lock()
        precondition(holders > 0, "a hold on trims is released once")
        holders -= 1
        lock.unlock()
    }

    /// Whether a trim may run now. Where it may, nobody can hold before `endTrim`.
    func beginTrim() -> Bool {
        lock.lock()
        guard holders == 0 else {
            lock.unlock()
            return false
        }
        return true
    }

    /// Ends a trim that `beginTrim` allowed; on the same thread.
    func endTrim() { lock.unlock() }
}
