import Answers
import IdentityModel
import NodeRuntime

/// Partitions of this process, asked as those of another node are: every question and every answer
/// goes through bytes.
///
/// `@unchecked Sendable`: a test uses it on one thread.
final class LoopbackTransport: PartitionTransport, @unchecked Sendable {
    typealias Runtime = PartitionRuntime<MemoryLog, MemoryState>

    let runtimes: [Runtime]
    private let states: [MemoryState]
    /// What every partition says of its lag.
    var lag: UInt64?
    /// What becomes of a question on its way.
    var onQuestion: (PartitionRequest) -> [UInt8] = { $0.body }
    /// What becomes of an answer on its way back.
    var onAnswer: (PartitionRequest, [UInt8]) -> Result<[UInt8], PartitionRefusal> = {
        .success($1)
    }
    /// All that was asked, in batches.
    private(set) var batches: [[PartitionRequest]] = []
    /// All that was answered.
    private(set) var answers: [[UInt8]] = []
    /// The deadline that came last.
    private(set) var deadline: Deadline?

    init(_ runtimes: [Runtime], _ states: [MemoryState]) {
        self.runtimes = runtimes
        self.states = states
    }

    func ask(
        _ requests: [PartitionRequest], by deadline: Deadline
    ) -> [Result<[UInt8], PartitionRefusal>] {
        self.deadline = deadline
        batches.append(requests)
        return requests.map { request in
            do throws(PartitionRefusal) {
                let bytes = try answer(request)
                answers.append(bytes)
                return onAnswer(request, bytes)
            } catch {
                return .failure(error)
            }
        }
    }

    /// What the node at the other end does.
    private func answer(_ request: PartitionRequest) throws(PartitionRefusal) -> [UInt8] {
        let place = Int(request.partition.rawValue)
        let question = try ReceivedQuestion(word: request.word, body: onQuestion(request))
        guard runtimes[place].position >= request.minimumPosition else { throw .pending }
        let answer: ReceivedAnswer
        do throws(StoreFailure) {
            switch question {
            case .ofPartition(let question):
                answer = try question.answer(runtimes[place], lag: lag)
            case .ofCheckpoint(let question):
                let largest = try question.answer(in: states[place])
                answer = ReceivedAnswer(
                    PartitionReply(position: largest.position, lag: lag, answer: largest))
            }
        } catch {
            throw PartitionRefusal(.store(error))
        }
        return try answer.encoded()
    }
}

/// Some of the partitions are here.
///
/// `@unchecked Sendable`: a test uses it on one thread.
final class NearRuntimes: NearPartitions, @unchecked Sendable {
    private let runtimes: [PartitionID: LoopbackTransport.Runtime]
    private let states: [PartitionID: MemoryState]
    /// What they refuse with.
    var refusal: ServingError?
    /// Whether they answer only what nobody else does.
    var standsBy = false
    /// How many questions they were asked.
    private(set) var count = 0

    init(
        _ runtimes: [PartitionID: LoopbackTransport.Runtime] = [:],
        _ states: [PartitionID: MemoryState] = [:]
    ) {
        self.runtimes = runtimes
        self.states = states
    }

    func ask<Question: PartitionQuestion>(
        _ partition: PartitionID, _ question: Question, minimumPosition: UInt64, isLast: Bool,
        by deadline: Deadline
    ) throws(ServingError) -> PartitionReply<Question.Answer>? {
        guard let runtime = runtimes[partition], isLast || !standsBy else { return nil }
        count += 1
        if let refusal { throw refusal }
        guard runtime.position >= minimumPosition else { throw .pending }
        do throws(StoreFailure) {
            return PartitionReply(
                position: runtime.position, lag: nil, answer: try question.answer(runtime))
        } catch {
            throw .store(error)
        }
    }

    func ask(
        _ partition: PartitionID, _ question: LargestQuestion, isLast: Bool,
        by deadline: Deadline
    ) throws(ServingError) -> PartitionReply<LargestComponents>? {
        guard let state = states[partition], isLast || !standsBy else { return nil }
        count += 1
        do throws(StoreFailure) {
            let largest = try question.answer(in: state)
            return PartitionReply(position: largest.position, lag: nil, answer: largest)
        } catch {
            throw .store(error)
        }
    }
}
