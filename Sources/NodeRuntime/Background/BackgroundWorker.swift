/// What need not be waited for. It comes in steps: between two of them a test may look, or let the
/// process die.
package protocol BackgroundWork: AnyObject, Sendable {
    /// Does the next step and says whether there is another.
    func step() -> Bool
}

/// Runs one piece of work at a time beside its owner's thread.
package protocol BackgroundWorker: AnyObject {
    /// Begins work; what was begun before has ended, as the work itself tells: its last step may
    /// not have returned yet.
    func begin(_ work: any BackgroundWork)

    /// Returns once the work that was begun has ended; at once where none was.
    func wait()
}

/// Does all of the work where it is begun: for tests, and where nobody waits for the owner.
package final class InlineWorker: BackgroundWorker {
    /// A worker.
    package init() {}

    /// Does all of the work.
    package func begin(_ work: any BackgroundWork) { while work.step() {} }

    /// Nothing: the work has ended.
    package func wait() {}
}

/// Does the work when it is told to: a test decides how far it has come, and what dies with it.
package final class HeldWorker: BackgroundWorker {
    private var work: (any BackgroundWork)?

    /// A worker that holds nothing.
    package init() {}

    /// Whether work was begun that has not ended.
    package var isBusy: Bool { work != nil }

    /// Keeps the work.
    package func begin(_ work: any BackgroundWork) {
        precondition(self.work == nil, "one piece of work at a time")
        self.work = work
    }

    /// Does the next step, if there is one.
    package func advance() {
        if let work, !work.step() { self.work = nil }
    }

    /// Does the rest: whoever waits cannot be held.
    package func wait() { while isBusy { advance() } }
}
