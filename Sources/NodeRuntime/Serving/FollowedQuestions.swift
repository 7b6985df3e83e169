/// Answers the questions to a partition whose log others order, on the thread that follows the log:
/// that thread calls `turn` between records, and waits elsewhere than in the mailbox.
///
/// Used from that thread. Of several that follow one another over a host's partition each has a
/// host of its own: `close` is the host's end.
package final class FollowedQuestions<State: StatePort> {
    private let host: PartitionHost<FollowedLog, State>
    private var asks = AskQueue<FollowedLog, State>()
    private let sweeper: Sweeper

    /// Begins to take what is asked of `host`.
    ///
    /// - Parameter bell: called from any thread when something was asked; it must not block.
    package init(
        of host: PartitionHost<FollowedLog, State>, bell: @escaping @Sendable () -> Void
    ) {
        self.host = host
        let (mailbox, time) = (host.mailbox, host.time)
        sweeper = Sweeper(every: host.limits.sweepNanoseconds) {
            mailbox.sweep(Deadline(nanoseconds: time.nanoseconds()))
        }
        mailbox.ring(bell)
    }

    /// Whether there is something to answer at once.
    package var hasReady: Bool { asks.hasReady }
    /// When the first of those that wait for a position gives up, in nanoseconds of
    /// `MonotonicTime`; nil where none waits.
    package var nextDeadline: UInt64? { asks.nextDeadline }

    /// Takes what has come, and answers for a while.
    package func turn(_ runtime: PartitionRuntime<FollowedLog, State>) {
        take()
        asks.wake(runtime, at: host.time.nanoseconds(), isClosed: false, isAtRest: true)
        asks.answer(runtime, for: host.limits.askNanoseconds, host.time, isAtRest: true)
    }

    /// Refuses all that was asked and all that will be: for a failure, or since the partition is
    /// followed no more.
    package func close(_ failure: StoreFailure?) {
        if let failure { host.fail(failure) }
        host.close()
        take()
        asks.refuse(.closed)
        host.mailbox.ring(nil)
        sweeper.end()
    }

    private func take() {
        var wish = Mailbox<FollowedLog, State>.Wish()
        wish.finishedAsks = asks.takeFinished()
        asks.add(host.mailbox.take(wish).asks)
    }
}
