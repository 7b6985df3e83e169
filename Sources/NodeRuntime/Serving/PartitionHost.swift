/// A partition that serves: any thread and any task may ask and write; one thread, which `serve` is
/// called on, does it. That thread may block, as RocksDB and the disk please; tasks wait without
/// holding a thread.
package final class PartitionHost<Log: LogPort, State: StatePort>: Sendable {
    /// How much is taken on.
    package let limits: ServingLimits
    let mailbox: Mailbox<Log, State>
    private let time: MonotonicTime

    /// A host whose requests wait until `serve` is called.
    package init(limits: ServingLimits = ServingLimits(), time: MonotonicTime = .system) {
        self.limits = limits
        self.time = time
        mailbox = Mailbox(limits)
    }

    // MARK: The partition's thread

    /// Serves until `close`, or until the store fails; then every request has been answered. Or
    /// until it is to be opened again, since it refuses writes for a lack of room that is over:
    /// then requests wait for the next `serve`.
    ///
    /// - Parameters:
    ///   - syncer: makes groups of records durable, on a thread of its own.
    ///   - hasRoom: asked now and then while writes are refused for a lack of room; nil where
    ///     nobody waits for room: of several partitions all then end as soon as what they say to
    ///     each other finds none.
    package func serve(
        _ runtime: PartitionRuntime<Log, State>, syncer: any BackgroundWorker = ThreadWorker(),
        hasRoom: (() -> Bool)? = nil
    ) -> ServingEnd {
        serve(runtime, exchange: nil, syncer: syncer, hasRoom: hasRoom)
    }

    /// Serves a partition of several, which talk to each other by an exchange.
    func serve(
        _ runtime: PartitionRuntime<Log, State>, exchange: DeliveryExchange<Log, State>?,
        syncer: any BackgroundWorker = ThreadWorker(), hasRoom: (() -> Bool)?
    ) -> ServingEnd {
        let sweeper = Sweeper(every: limits.sweepNanoseconds) { [mailbox, time] in
            mailbox.sweep(Deadline(nanoseconds: time.nanoseconds()))
        }
        defer { sweeper.end() }
        return PartitionLoop(
            runtime, mailbox, exchange, limits: limits, syncer: syncer, time: time,
            hasRoom: hasRoom
        ).run()
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

    /// Asks a rehearsal of the partition, in which a record has been folded; nothing of it stays.
    /// Stores a checkpoint first, for which other requests wait.
    package func rehearse<Answer: Sendable>(
        _ record: [UInt8], by deadline: Deadline,
        _ body: @escaping @Sendable (PartitionRuntime<Log, State>) -> Result<Answer, ServingError>
    ) async -> Result<Answer, ServingError> {
        await ask(by: deadline, minimumPosition: 0, needsRest: true) { runtime in
            do throws(StoreFailure) {
                let rehearsal = try runtime.rehearsal()
                defer { rehearsal.close() }
                try rehearsal.rehearse(record)
                return body(rehearsal)
            } catch {
                return .failure(.store(error))
            }
        }
    }

    /// Writes records; answers when they are as durable as the store's settings ask and have been
    /// folded.
    ///
    /// - Returns: the position behind the last of them. A failure for a lack of room, or for the
    ///   deadline, may have left the first of several records in the log.
    package func append(
        _ records: [[UInt8]], by deadline: Deadline
    ) async -> Result<UInt64, ServingError> {
        precondition(!records.isEmpty, "a write has records")
        return await withCheckedContinuation { continuation in
            offer(records, Reply<UInt64>(deadline: deadline) { continuation.resume(returning: $0) })
        }
    }

    /// Asks as `ask` does; the reply comes on the partition's thread.
    func offer<Answer: Sendable>(
        _ reply: Reply<Answer>,
        _ body: @escaping @Sendable (PartitionRuntime<Log, State>) -> Result<Answer, ServingError>
    ) {
        mailbox.offer(
            Mailbox.Ask(
                reply: reply, minimumPosition: 0, positionDeadline: reply.deadline,
                needsRest: false, run: { reply.answer(body($0)) }))
    }

    /// Writes records as `append` does; the reply comes on the partition's thread.
    func offer(_ records: [[UInt8]], _ reply: Reply<UInt64>) {
        let byteCount = records.reduce(0) { $0 + $1.count }
        mailbox.offer(Mailbox.Append(reply: reply, records: records, byteCount: byteCount))
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

    private func ask<Answer: Sendable>(
        by deadline: Deadline, minimumPosition: UInt64, needsRest: Bool,
        _ body: @escaping @Sendable (PartitionRuntime<Log, State>) -> Result<Answer, ServingError>
    ) async -> Result<Answer, ServingError> {
        let positionDeadline =
            minimumPosition == 0
            ? deadline : min(deadline, .after(nanoseconds: limits.positionNanoseconds, time))
        return await withCheckedContinuation { continuation in
            let reply = Reply<Answer>(deadline: deadline) { continuation.resume(returning: $0) }
            mailbox.offer(
                Mailbox.Ask(
                    reply: reply, minimumPosition: minimumPosition,
                    positionDeadline: positionDeadline, needsRest: needsRest,
                    run: { reply.answer(body($0)) }))
        }
    }
}

/// Why a partition has ceased to serve.
package enum ServingEnd: Equatable, Sendable {
    /// Its host was closed.
    case closed
    /// The store refuses writes, and will take them once it is opened again.
    case reopen
    /// The store failed.
    case failed(StoreFailure)
}
