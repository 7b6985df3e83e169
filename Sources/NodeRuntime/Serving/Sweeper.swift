/// Does something again and again on a thread of its own, until its end.
///
/// `@unchecked Sendable`: `isEnding` is read and written under `mutex` alone; `thread` is set once,
/// before anybody else has it.
final class Sweeper: @unchecked Sendable {
    private let mutex = Mutex()
    private var isEnding = false
    private var thread: SystemThread?

    /// Calls `body` every so many nanoseconds.
    init(every nanoseconds: UInt64, _ body: @escaping @Sendable () -> Void) {
        thread = SystemThread { [mutex] in
            while !mutex.locked({ self.waitAndLook(nanoseconds) }) { body() }
        }
    }

    /// Returns once the thread has ended.
    func end() {
        mutex.locked {
            isEnding = true
            mutex.signal()
        }
        thread?.join()
    }

    private func waitAndLook(_ nanoseconds: UInt64) -> Bool {
        if !isEnding { mutex.wait(until: MonotonicTime.system.nanoseconds() + nanoseconds) }
        return isEnding
    }
}
