// A partition whose log is its own.
extension PartitionHost where Log: LogPort {
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
        sweeping {
            PartitionLoop(
                runtime, mailbox, exchange, limits: limits, syncer: syncer, time: time,
                hasRoom: hasRoom
            ).run()
        }
    }

    // MARK: Any thread

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

    /// Writes records as `append` does; the reply comes on the partition's thread.
    func offer(_ records: [[UInt8]], _ reply: Reply<UInt64>) {
        let byteCount = records.reduce(0) { $0 + $1.count }
        mailbox.offer(Mailbox.Append(reply: reply, records: records, byteCount: byteCount))
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
