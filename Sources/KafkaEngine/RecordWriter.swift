package import IdentityModel
internal import KafkaLog
package import NodeRuntime

/// Writes records into the partitions' logs for whoever asks, on a thread of its own, and answers
/// once the brokers have them: behind what offset of each log a reader finds them.
///
/// Records come twice where a broker was lost in between: events are facts, so nothing is made of
/// the second time.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone; the sender is
/// the thread's.
package final class RecordWriter: @unchecked Sendable {
    /// A record and the partition whose log it is for.
    package typealias Record = (partition: PartitionID, record: [UInt8])
    /// By partition that had records, the offset behind the last of them.
    package typealias Positions = [(partition: PartitionID, offset: UInt64)]

    private struct Job {
        let records: [Record]
        let byteCount: Int
        let reply: Reply<Positions>
        var remaining: Int
        var positions: Positions = []
    }

    /// The bytes of records that are taken and not acknowledged, over which all is refused, unless
    /// told otherwise: 64 MiB.
    package static let standardRoomBytes = 64 << 20
    /// Milliseconds that acknowledgements are waited for before new records are looked for.
    private static let pollMilliseconds = 1
    /// Milliseconds that a broker has to say where a log ends.
    private static let boundsMilliseconds = 5_000
    /// Milliseconds before a broker is asked again that could not say where a log ends.
    private static let againMilliseconds: UInt32 = 250
    /// How often requests that are over their deadline are looked for, in nanoseconds: 50 ms.
    private static let sweepNanoseconds: UInt64 = 50_000_000
    /// Milliseconds that the end waits for what is not acknowledged.
    package static let finishMilliseconds: UInt64 = 10_000

    private let settings: EngineSettings
    private let roomBytes: Int
    private let mutex = Mutex()
    private var offered: [Job] = []
    private var byteCount = 0
    private var ending = false
    private var failed: StoreFailure?
    private var thread: SystemThread?

    /// Begins to write. `roomBytes`: how many bytes of records may wait to be acknowledged.
    package init(
        _ settings: EngineSettings, roomBytes: Int = RecordWriter.standardRoomBytes
    ) {
        self.settings = settings
        self.roomBytes = roomBytes
        thread = SystemThread { self.run() }
    }

    // MARK: Any thread

    /// Writes records; what is not acknowledged at the deadline may be written all the same.
    package func write(
        _ records: [Record], by deadline: Deadline
    ) async -> Result<Positions, ServingError> {
        let limit = settings.kafka.maximumMessageBytes
        precondition(!records.isEmpty, "a write has records")
        precondition(records.allSatisfy { $0.record.count <= limit }, "a record is a message")
        return await withCheckedContinuation { continuation in
            offer(records, Reply(deadline: deadline) { continuation.resume(returning: $0) })
        }
    }

    /// Refuses what comes from here on, waits for what came before, and ends the thread. To be
    /// called once.
    package func stop() {
        let last = mutex.locked {
            ending = true
            mutex.signal()
            defer { thread = nil }
            return thread
        }
        last?.join()
    }

    private func offer(_ records: [Record], _ reply: Reply<Positions>) {
        let bytes = records.reduce(0) { $0 + $1.record.count }
        let refusal: ServingError? = mutex.locked {
            if let failed { return .store(failed) }
            if ending { return .closed }
            // One that is larger than all room would wait for ever: it may come alone.
            guard byteCount == 0 || byteCount + bytes <= roomBytes else {
                return .overloaded
            }
            byteCount += bytes
            offered.append(
                Job(
                    records: records, byteCount: bytes, reply: reply, remaining: records.count))
            mutex.signal()
            return nil
        }
        if let refusal { reply.refuse(refusal) }
    }

    // MARK: The writer's thread

    private func run() {
        var jobs: [UInt64: Job] = [:]  // lookup only
        do throws(EngineFailure) {
            try write(&jobs)
        } catch {
            mutex.locked { failed = error.storeFailure }
        }
        let failure = mutex.locked { failed }
        let error = failure.map { ServingError.store($0) } ?? .closed
        for job in Array(jobs.values) + takeOffered(isWaiting: false) { job.reply.refuse(error) }
    }

    private func write(_ jobs: inout [UInt64: Job]) throws(EngineFailure) {
        let lanes = (0..<Int32(settings.node.partitionCount)).map {
            KafkaPartition(settings.topics.graph, $0)
        }
        let sender = try EngineFailure.ofKafka { () throws(KafkaError) in
            try OrderedSender(settings.kafka, lanes: lanes)
        }
        defer { sender.close() }
        var (next, nextSweep, end): (UInt64, UInt64, UInt64) = (0, 0, .max)
        while MonotonicTime.system.nanoseconds() < end {
            for job in takeOffered(isWaiting: jobs.isEmpty && end == .max) {
                // Nobody waits for it any more, and nothing of it was written.
                guard !job.reply.isAnswered else {
                    finish(job)
                    continue
                }
                for (partition, record) in job.records {
                    sender.send(
                        OrderedSender.Message(value: record), on: Int(partition.rawValue),
                        token: next)
                }
                jobs[next] = job
                next += 1
            }
            if end == .max, mutex.locked({ ending }) {
                end = MonotonicTime.system.nanoseconds() + Self.finishMilliseconds * 1_000_000
            }
            if jobs.isEmpty, end != .max, takenAll { return }
            try hear(sender, &jobs)
            let now = MonotonicTime.system.nanoseconds()
            guard now >= nextSweep else { continue }
            nextSweep = now + Self.sweepNanoseconds
            let due = Deadline(nanoseconds: now)
            for job in jobs.values where job.reply.deadline <= due {
                job.reply.refuse(.deadlinePassed)
            }
        }
    }

    private var takenAll: Bool { mutex.locked { offered.isEmpty } }

    private func takeOffered(isWaiting: Bool) -> [Job] {
        mutex.locked {
            while isWaiting, offered.isEmpty, !ending { mutex.wait() }
            defer { offered = [] }
            return offered
        }
    }

    private func hear(
        _ sender: OrderedSender, _ jobs: inout [UInt64: Job]
    ) throws(EngineFailure) {
        let arrivals = try EngineFailure.ofKafka { () throws(KafkaError) in
            try sender.poll(timeoutMilliseconds: Self.pollMilliseconds)
        }
        for arrival in arrivals {
            guard var job = jobs[arrival.token] else { continue }
            let partition = PartitionID(UInt16(arrival.lane))
            let end: UInt64
            if let offset = arrival.offset {
                end = UInt64(offset) + 1
            } else {
                end = try logEnd(of: partition)
            }
            job.positions.removeAll { $0.partition == partition }
            job.positions.append((partition, end))
            job.remaining -= 1
            guard job.remaining == 0 else {
                jobs[arrival.token] = job
                continue
            }
            jobs[arrival.token] = nil
            finish(job)
            job.positions.sort { $0.partition.rawValue < $1.partition.rawValue }
            job.reply.answer(.success(job.positions))
        }
    }

    private func finish(_ job: Job) { mutex.locked { byteCount -= job.byteCount } }

    /// Where a log ends now: behind all that was acknowledged. Of a record that a broker had
    /// already when it came again, the broker does not say at which offset.
    /// Asked again while no broker can say, for the partition's leader moves: what was acknowledged
    /// stays so, and the writer is not to end by it.
    private func logEnd(of partition: PartitionID) throws(EngineFailure) -> UInt64 {
        while true {
            do throws(KafkaError) {
                let admin = try KafkaAdmin(settings.kafka)
                defer { admin.close() }
                return UInt64(
                    try admin.bounds(
                        of: KafkaPartition(settings.topics.graph, Int32(partition.rawValue)),
                        timeoutMilliseconds: Self.boundsMilliseconds
                    ).upperBound)
            } catch  where error.isRetriable && !mutex.locked({ ending }) {
                Pause.milliseconds(Self.againMilliseconds)
            } catch {
                throw .kafka(error)
            }
        }
    }
}
