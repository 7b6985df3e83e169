internal import Answers
internal import IdentityModel
internal import KafkaEngine
internal import NodeRuntime

/// The partitions that this node has open, as its own questions and those of other nodes reach
/// them.
///
/// A partition that only stands by here is asked here where no living node owns it, or none that
/// does answers: an owner's answer is newer.
struct NearReplicas: NearPartitions {
    /// The node that has them.
    let node: EngineNode<RocksState>
    /// Where a checkpoint of a partition is looked at; nil where it is not open.
    let states: OpenStates

    func ask<Question: PartitionQuestion>(
        _ partition: PartitionID, _ question: Question, minimumPosition: UInt64, isLast: Bool,
        by deadline: Deadline
    ) throws(ServingError) -> PartitionReply<Question.Answer>? {
        guard let replica = node.replica(of: partition),
            isLast || !isBetterElsewhere(partition, replica),
            let host = node.host(of: partition)
        else { return nil }
        return try host.askAndWait(by: deadline, minimumPosition: minimumPosition) { runtime in
            do throws(StoreFailure) {
                return .success(
                    PartitionReply(
                        position: runtime.position, lag: Self.lag(runtime, replica),
                        answer: try question.answer(runtime)))
            } catch {
                return .failure(.store(error))
            }
        }.get()
    }

    func ask(
        _ partition: PartitionID, _ question: LargestQuestion, isLast: Bool,
        by deadline: Deadline
    ) throws(ServingError) -> PartitionReply<LargestComponents>? {
        guard let replica = node.replica(of: partition),
            isLast || !isBetterElsewhere(partition, replica)
        else { return nil }
        return try largest(partition, question)
    }

    /// What another node has asked.
    ///
    /// - Throws: `ServingError`; `closed` where the partition is not here.
    func answer(
        _ question: ReceivedQuestion, of partition: PartitionID, minimumPosition: UInt64,
        by deadline: Deadline
    ) async throws(ServingError) -> ReceivedAnswer {
        switch question {
        case .ofCheckpoint(let question):
            let reply = try await SystemThread.run { () -> Result<_, ServingError> in
                Result { () throws(ServingError) in try largest(partition, question) }
            }.get()
            guard let reply else { throw .closed }
            return ReceivedAnswer(reply)
        case .ofPartition(let question):
            guard let replica = node.replica(of: partition), let host = node.host(of: partition)
            else { throw .closed }
            return try await host.ask(by: deadline, minimumPosition: minimumPosition) { runtime in
                do throws(StoreFailure) {
                    return .success(
                        try question.answer(runtime, lag: Self.lag(runtime, replica)))
                } catch {
                    return .failure(.store(error))
                }
            }.get()
        }
    }

    // MARK: Parts

    private func isBetterElsewhere(_ partition: PartitionID, _ replica: PartitionOwner) -> Bool {
        replica.figures.isStandby
            && !node.figures.member.view.holders(of: partition.rawValue, as: .owner).isEmpty
    }

    private func largest(
        _ partition: PartitionID, _ question: LargestQuestion
    ) throws(ServingError) -> PartitionReply<LargestComponents>? {
        guard let state = states[partition] else { return nil }
        do throws(StoreFailure) {
            let found = try LargestComponents(limit: question.limit, in: RocksStateView(state))
            return PartitionReply(position: found.position, lag: nil, answer: found)
        } catch {
            throw .store(error)
        }
    }

    private static func lag(
        _ runtime: PartitionRuntime<FollowedLog, RocksState>, _ replica: PartitionOwner
    ) -> UInt64? {
        guard runtime.isMuted else { return nil }
        let end = replica.figures.logEnd ?? runtime.position
        return end > runtime.position ? end - runtime.position : 0
    }
}
