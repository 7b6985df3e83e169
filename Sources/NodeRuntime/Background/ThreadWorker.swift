/// Does the work on one thread of its own, which is started by the first work and joined at the
/// end. Not a queue and not a task: it blocks for seconds, and nothing else may wait for it.
package final class ThreadWorker: BackgroundWorker {
    /// What both threads look at.
    ///
    /// `@unchecked Sendable`: `work` and `isEnding` are read and written under `mutex` alone.
    private final class Mailbox: @unchecked Sendable {
        private let mutex = Mutex()
        private var work: (any BackgroundWork)?
        private var isEnding = false

        func put(_ work: any BackgroundWork) {
            mutex.locked {
                // What came before has ended, or its owner would not begin another; the thread
                // may not have put it away yet.
                while self.work != nil { mutex.wait() }
                precondition(!isEnding, "no work comes after the end")
                self.work = work
                mutex.signal()
            }
        }

        /// Returns once there is no work.
        func waitUntilEmpty() { mutex.locked { while work != nil { mutex.wait() } } }

        func end() {
            mutex.locked {
                isEnding = true
                mutex.signal()
            }
        }

        /// The thread's life: takes work until the end. Work that was begun is done first.
        func serve() {
            while let work = next() {
                while work.step() {}
                mutex.locked {
                    self.work = nil
                    mutex.signal()
                }
            }
        }

        private func next() -> (any BackgroundWork)? {
            mutex.locked {
                while work == nil, !isEnding { mutex.wait() }
                return work
            }
        }
    }

    private let mailbox = Mailbox()
    private var thread: SystemThread?

    /// A worker whose thread is not yet started.
    package init() {}

    deinit {
        guard let thread else { return }
        mailbox.end()
        thread.join()
    }

    /// Hands the work to the thread, once that has put away what it did before.
    package func begin(_ work: any BackgroundWork) {
        if thread == nil { thread = SystemThread { [mailbox] in mailbox.serve() } }
        mailbox.put(work)
    }

    /// Returns once the thread has done its work.
    package func wait() { mailbox.waitUntilEmpty() }
}
