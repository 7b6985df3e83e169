/// A partition that serves: any thread and any task may ask, and write where the log is its own;
/// one thread, which calls `serve` or has `FollowedQuestions`, does it. That thread may block, as
/// RocksDB and the disk please; tasks wait without holding a thread.
package final class PartitionHost<Log: LogUpkeep, State: StatePort>: Sendable {
    /// How much is taken on.
    package let limits: ServingLimits
    let mailbox: Mailbox<Log, State>
    let time: MonotonicTime

    /// A host whose requests wait until `serve` is called.
    package init(limits: ServingLimits = ServingLimits(), time: MonotonicTime = .system) {
        self.limits = limits
        self.time = time
        mailbox = Mailbox(limits)
    }

    /// Refuses what is over its deadline while `body` runs, whatever the partition's thread is at.
    func sweeping<Result>(_ body: () -> Result) -> Result {
        let sweeper = Sweeper(every: limits.sweepNanoseconds) { [mailbox, time] in
            mailbox.sweep(Deadline(nanoseconds: time.nanoseconds()))
        }
        defer { sweeper.end() }
        return body()
    }

    // MARK: Any thread

    /// Refuses all that comes from here on; what came before is still answered.
    package func close() { mailbox.close() }

    /// How many questions and writes wait or are being answered.
    package var waiting: (asks: Int, appends: Int) { mailbox.waiting }

    /// Refuses all that came and all that comes: the partition could not be opened.
    package func fail(_ failure: StoreFailure) { mailbox.fail(failure) }

    /// Asks on the partition's thread, once it has reached `minimumPosition`.
    ///
    /// - Parameter body: is run on that thread, between two records.
    package func ask<Answer: Sendable>(
        by deadline: Deadline, minimumPosition: UInt64 = 0,
        _ body: @escaping @Sendable (PartitionRuntime<Log, State>) -> Result<Answer, ServingError>
    ) async -> Result<Answer, ServingError> {
        await ask(by: deadline, minimumPosition: minimumPosition, needsRest: false, body)
    }

    /// Asks as `ask` does, and waits for the answer on this thread, which may.
    package func askAndWait<Answer: Sendable>(
        by deadline: Deadline, minimumPosition: UInt64 = 0,
        _ body: @escaping @Sendable (PartitionRuntime<Log, State>) -> Result<Answer, ServingError>
    ) -> Result<Answer, ServingError> {
        let box = ReplyBox<Answer>()
        offer(Reply(deadline: deadline) { box.put($0) }, minimumPosition: minimumPosition, body)
        return box.take()
    }

    /// Has a checkpoint stored of all that was folded by now, beside the writer.
    ///
    /// - Returns: its position, or one behind it.
    package func checkpoint(by deadline: Deadline) async -> Result<UInt64, ServingError> {
        var target: UInt64?
        while true {
            let asked = target
            let stored = await ask(by: deadline) { runtime in
                if asked == nil, runtime.tailRecords > 0 { runtime.requestCheckpoint() }
                return .success((runtime.position, runtime.storedPosition))
            }
            switch stored {
            case .failure(let error): return .failure(error)
            case .success((let position, let stored)):
                if stored >= target ?? position { return .success(stored) }
                target = target ?? position
            }
            // Cut short by cancellation: the next question is then refused at its deadline.
            try? await Task.sleep(nanoseconds: limits.checkpointPollNanoseconds)
        }
    }

    func ask<Answer: Sendable>(
        by deadline: Deadline, minimumPosition: UInt64, needsRest: Bool,
        _ body: @escaping @Sendable (PartitionRuntime<Log, State>) -> Result<Answer, ServingError>
    ) async -> Result<Answer, ServingError> {
        await withCheckedContinuation { continuation in
            let reply = Reply<Answer>(deadline: deadline) { continuation.resume(returning: $0) }
            offer(reply, minimumPosition: minimumPosition, needsRest: needsRest, body)
        }
    }

    /// The reply comes on the partition's thread.
    private func offer<Answer: Sendable>(
        _ reply: Reply<Answer>, minimumPosition: UInt64, needsRest: Bool = false,
        _ body: @escaping @Sendable (PartitionRuntime<Log, State>) -> Result<Answer, ServingError>
    ) {
        let (deadline, patience) = (reply.deadline, limits.positionNanoseconds)
        mailbox.offer(
            Mailbox.Ask(
                reply: reply, minimumPosition: minimumPosition,
                positionDeadline: minimumPosition == 0
                    ? deadline : min(deadline, .after(nanoseconds: patience, time)),
                needsRest: needsRest, run: { reply.answer(body($0)) }))
    }
}
