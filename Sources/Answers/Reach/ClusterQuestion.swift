package import IdentityModel
package import NodeRuntime

/// One question to partitions of which some are here and others on other nodes, from a thread that
/// may wait. It remembers what its answer reflects, and why it was refused.
///
/// Used from one thread.
package final class ClusterQuestion<Near: NearPartitions>: PartitionReach {
    /// How many partitions the store has.
    package let partitionCount: UInt16
    private let near: Near
    private let far: any PartitionTransport
    /// By partition, where it must have come to before it answers.
    let minimum: [PartitionID: UInt64]
    private let deadline: Deadline
    private let patience: TransitPatience
    /// By partition that has answered, the position that all of its answers reflect, and the most
    /// that it lagged behind where it stands by.
    private var replies: [PartitionID: (position: UInt64, lag: UInt64?)] = [:]
    /// Why there is no answer, if a partition has refused.
    package private(set) var refusal: ServingError?

    /// How often is looked whether a state that is under way has arrived, in nanoseconds: 10 ms.
    private static var lookNanoseconds: UInt64 { 10_000_000 }

    /// A question that is worth answering until `deadline`.
    ///
    /// - Parameters:
    ///   - minimum: by partition, where it must have come to before it answers.
    ///   - near: the partitions that are here.
    ///   - far: the way to the others.
    package init(
        partitionCount: UInt16, near: Near, far: any PartitionTransport, by deadline: Deadline,
        minimum: [PartitionID: UInt64] = [:], time: MonotonicTime = .system
    ) {
        self.partitionCount = partitionCount
        self.near = near
        self.far = far
        self.deadline = deadline
        self.minimum = minimum
        patience = TransitPatience(
            until: deadline, lookNanoseconds: Self.lookNanoseconds, time: time)
    }

    /// What answers reflect by now, and who of those that answered only stands by.
    package var reflected: PositionAnswer {
        PositionAnswer(
            replies.mapValues(\.position), stale: replies.compactMapValues(\.lag))
    }

    /// Asks a partition, here or elsewhere.
    ///
    /// - Throws: `StoreFailure`; `refusal` says why.
    package func ask<Question: PartitionQuestion>(
        _ partition: PartitionID, _ question: Question
    ) throws(StoreFailure) -> Question.Answer {
        try askEach([(partition: partition, question: question)])[0]
    }

    /// Asks several partitions; those that are elsewhere all at once.
    ///
    /// - Throws: `StoreFailure`; `refusal` says why.
    package func askEach<Question: PartitionQuestion>(
        _ asked: [(partition: PartitionID, question: Question)]
    ) throws(StoreFailure) -> [Question.Answer] {
        try ask(asked, minimum) { (partition, question, least, isLast) throws(ServingError) in
            try near.ask(
                partition, question, minimumPosition: least, isLast: isLast, by: deadline)
        }
    }

    /// The largest components of each partition's checkpoint, by partition.
    ///
    /// - Throws: `StoreFailure`; `refusal` says why.
    package func largest(limit: Int) throws(StoreFailure) -> [LargestComponents] {
        let question = LargestQuestion(limit: limit)
        let asked = (0..<partitionCount).map { (partition: PartitionID($0), question: question) }
        return try ask(asked, [:]) { (partition, question, _, isLast) throws(ServingError) in
            try near.ask(partition, question, isLast: isLast, by: deadline)
        }
    }

    /// Waits a little for a state that is under way.
    ///
    /// - Throws: `StoreFailure`, with the refusal `pending`, once that has been too long.
    package func waitForTransit() throws(StoreFailure) {
        guard patience.wait() else { throw refuse(.pending) }
    }

    // MARK: Parts

    private typealias Reply<Question: WireQuestion> = PartitionReply<Question.Answer>

    /// Asks all, and those once more that are just moving from one node to another: nobody has
    /// them open then.
    private func ask<Question: WireQuestion>(
        _ asked: [(partition: PartitionID, question: Question)], _ minimum: [PartitionID: UInt64],
        _ near: (PartitionID, Question, UInt64, _ isLast: Bool) throws(ServingError)
            -> Reply<Question>?
    ) throws(StoreFailure) -> [Question.Answer] {
        guard !patience.isOver else { throw refuse(.deadlinePassed) }
        var answers = [Question.Answer?](repeating: nil, count: asked.count)
        var open = Array(asked.indices)
        while true {
            do throws(ServingError) {
                let results = try askOnce(open.map { asked[$0] }, minimum, near)
                for (place, result) in zip(open, results) {
                    guard let reply = try Self.answer(result) else { continue }
                    answers[place] = note(reply, of: asked[place].partition)
                }
            } catch {
                throw refuse(error)
            }
            open.removeAll { answers[$0] != nil }
            guard !open.isEmpty else { return answers.compactMap { $0 } }
            guard patience.wait() else {
                throw refuse(.partitionClosed(asked[open[0]].partition))
            }
        }
    }

    /// Asks all once: those that are far are on their way together.
    private func askOnce<Question: WireQuestion>(
        _ asked: [(partition: PartitionID, question: Question)], _ minimum: [PartitionID: UInt64],
        _ near: (PartitionID, Question, UInt64, _ isLast: Bool) throws(ServingError)
            -> Reply<Question>?
    ) throws(ServingError) -> [Result<Reply<Question>, ServingError>] {
        var results = [Result<Reply<Question>, ServingError>](
            repeating: .failure(.closed), count: asked.count)
        var requests: [PartitionRequest] = []
        var places: [Int] = []
        for (place, (partition, question)) in asked.enumerated() {
            let least = minimum[partition] ?? 0
            do throws(ServingError) {
                if let reply = try near(partition, question, least, false) {
                    results[place] = .success(reply)
                    continue
                }
            } catch {
                results[place] = .failure(error)
                continue
            }
            requests.append(try Self.request(partition, question, least))
            places.append(place)
        }
        let answers = requests.isEmpty ? [] : far.ask(requests, by: deadline)
        precondition(answers.count == requests.count, "each question has its answer")
        for (place, answer) in zip(places, answers) {
            let (partition, question) = asked[place]
            let least = minimum[partition] ?? 0
            results[place] = Result { () throws(ServingError) in
                do throws(ServingError) {
                    return try Self.read(answer, of: partition, to: question, from: least)
                } catch .closed {
                    // Nobody else answers: what stands by here is better than nothing.
                    guard let reply = try near(partition, question, least, true) else {
                        throw .closed
                    }
                    return reply
                }
            }
        }
        return results
    }

    /// Nil where the partition is open nowhere.
    private static func answer<Answer>(
        _ result: Result<PartitionReply<Answer>, ServingError>
    ) throws(ServingError) -> PartitionReply<Answer>? {
        do throws(ServingError) {
            return try result.get()
        } catch .closed {
            return nil
        }
    }

    private static func request<Question: WireQuestion>(
        _ partition: PartitionID, _ question: Question, _ least: UInt64
    ) throws(ServingError) -> PartitionRequest {
        guard let body = WireForm.encode(question, limit: WireLimits.questionBytes) else {
            throw PartitionRefusal.tooLarge.error(of: partition)
        }
        return PartitionRequest(
            partition: partition, word: Question.word, minimumPosition: least, body: body)
    }

    private static func read<Question: WireQuestion>(
        _ result: Result<[UInt8], PartitionRefusal>, of partition: PartitionID,
        to question: Question, from least: UInt64
    ) throws(ServingError) -> Reply<Question> {
        do throws(PartitionRefusal) {
            let bytes = try result.get()
            guard bytes.count <= WireLimits.answerBytes else { throw .tooLarge }
            let reply = WireForm.decode(
                Reply<Question>.self, from: bytes, limit: WireLimits.answerBytes)
            guard let reply, reply.position >= least, question.fits(reply.answer) else {
                throw .badAnswer
            }
            return reply
        } catch {
            throw error.error(of: partition)
        }
    }

    private func note<Answer>(
        _ reply: PartitionReply<Answer>, of partition: PartitionID
    ) -> Answer {
        let known = replies[partition]
        replies[partition] = (
            position: min(known?.position ?? .max, reply.position),
            lag: [known?.lag, reply.lag].compactMap { $0 }.max()
        )
        return reply.answer
    }

    private func refuse(_ error: ServingError) -> StoreFailure {
        refusal = refusal ?? error
        return .partitionRefused
    }
}
