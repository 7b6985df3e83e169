package import IdentityModel

/// One question to several partitions that serve, from a thread that may wait. It remembers what
/// its answer reflects, and why it was refused.
///
/// Used from one thread.
package final class CrewQuestion<Log: LogPort, State: StatePort> {
    private let crew: PartitionCrew<Log, State>
    private let deadline: Deadline
    private let time: MonotonicTime
    private let end: UInt64
    /// By partition that has answered, the position that all of its answers reflect.
    package private(set) var positions: [PartitionID: UInt64] = [:]
    /// Why there is no answer, if a partition has refused.
    package private(set) var refusal: ServingError?

    /// How long a state that is under way is waited for, in nanoseconds: 2 s.
    package static var transitNanoseconds: UInt64 { 2_000_000_000 }
    /// How often is looked whether it has arrived, in nanoseconds: 1 ms.
    private static var lookNanoseconds: UInt64 { 1_000_000 }

    /// A question that is worth answering until `deadline`.
    package init(
        _ crew: PartitionCrew<Log, State>, by deadline: Deadline, time: MonotonicTime = .system
    ) {
        self.crew = crew
        self.deadline = deadline
        self.time = time
        end = min(
            deadline.nanoseconds,
            Deadline.after(nanoseconds: Self.transitNanoseconds, time).nanoseconds)
    }

    /// How many partitions there are.
    package var partitionCount: UInt16 { UInt16(crew.hosts.count) }

    /// Asks a partition, on its thread, and waits for the answer.
    ///
    /// - Throws: `StoreFailure`; where the partition refused, `refusal` says why.
    package func ask<Answer: Sendable>(
        _ partition: PartitionID,
        _ body: @escaping @Sendable (PartitionRuntime<Log, State>) throws(StoreFailure) -> Answer
    ) throws(StoreFailure) -> Answer {
        let box = ReplyBox<(UInt64, Answer)>()
        let reply = Reply<(UInt64, Answer)>(deadline: deadline) { box.put($0) }
        crew.hosts[Int(partition.rawValue)].offer(reply) { runtime in
            do throws(StoreFailure) {
                return .success((runtime.position, try body(runtime)))
            } catch {
                return .failure(.store(error))
            }
        }
        switch box.take() {
        case .success((let position, let answer)):
            positions[partition] = min(positions[partition] ?? .max, position)
            return answer
        case .failure(.store(let failure)): throw failure
        case .failure(let error): throw refuse(error)
        }
    }

    /// Waits a little for a state that is under way.
    ///
    /// - Throws: `StoreFailure`, with the refusal `pending`, once that has been too long.
    package func waitForTransit() throws(StoreFailure) {
        let now = time.nanoseconds()
        guard now < end else { throw refuse(.pending) }
        let mutex = Mutex()
        mutex.locked { mutex.wait(until: now + Self.lookNanoseconds) }
    }

    private func refuse(_ error: ServingError) -> StoreFailure {
        refusal = refusal ?? error
        return StoreFailure(
            .held, "a partition has refused the question", remedy: "ask again in a moment")
    }
}

/// Where one thread leaves what another waits for.
///
/// `@unchecked Sendable`: `result` is read and written under `mutex` alone.
private final class ReplyBox<Answer: Sendable>: @unchecked Sendable {
    private let mutex = Mutex()
    private var result: Result<Answer, ServingError>?

    func put(_ result: Result<Answer, ServingError>) {
        mutex.locked {
            self.result = result
            mutex.signal()
        }
    }

    func take() -> Result<Answer, ServingError> {
        mutex.locked {
            while true {
                if let result { return result }
                mutex.wait()
            }
        }
    }
}
