package import IdentityModel

/// One question to several partitions that serve, from a thread that may wait. It remembers what
/// its answer reflects, and why it was refused.
///
/// Used from one thread.
package final class CrewQuestion<Log: LogUpkeep, State: StatePort> {
    private let hosts: [PartitionHost<Log, State>]
    private let deadline: Deadline
    private let patience: TransitPatience
    /// By partition that has answered, the position that all of its answers reflect.
    package private(set) var positions: [PartitionID: UInt64] = [:]
    /// Why there is no answer, if a partition has refused.
    package private(set) var refusal: ServingError?

    /// How often is looked whether a state that is under way has arrived, in nanoseconds: 1 ms.
    private static var lookNanoseconds: UInt64 { 1_000_000 }

    /// A question to these partitions, by number, that is worth answering until `deadline`.
    package init(
        _ hosts: [PartitionHost<Log, State>], by deadline: Deadline, time: MonotonicTime = .system
    ) {
        self.hosts = hosts
        self.deadline = deadline
        patience = TransitPatience(
            until: deadline, lookNanoseconds: Self.lookNanoseconds, time: time)
    }

    /// How many partitions there are.
    package var partitionCount: UInt16 { UInt16(hosts.count) }

    /// Asks a partition, on its thread, and waits for the answer.
    ///
    /// - Throws: `StoreFailure`; where the partition refused, `refusal` says why.
    package func ask<Answer: Sendable>(
        _ partition: PartitionID,
        _ body: @escaping @Sendable (PartitionRuntime<Log, State>) throws(StoreFailure) -> Answer
    ) throws(StoreFailure) -> Answer {
        let result: Result<(UInt64, Answer), ServingError> = hosts[Int(partition.rawValue)]
            .askAndWait(by: deadline) { runtime in
                do throws(StoreFailure) {
                    return .success((runtime.position, try body(runtime)))
                } catch {
                    return .failure(.store(error))
                }
            }
        switch result {
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
        guard patience.wait() else { throw refuse(.pending) }
    }

    private func refuse(_ error: ServingError) -> StoreFailure {
        refusal = refusal ?? error
        return .partitionRefused
    }
}
