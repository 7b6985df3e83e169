package import IdentityModel
package import NodeRuntime

/// A question to a partition of another node.
package struct PartitionRequest: Equatable, Sendable {
    /// The partition.
    package let partition: PartitionID
    /// The question's kind.
    package let word: String
    /// Where the partition must have come to before it answers.
    package let minimumPosition: UInt64
    /// The question: JSON, at most `WireLimits.questionBytes`.
    package let body: [UInt8]

    /// A question with its members.
    package init(partition: PartitionID, word: String, minimumPosition: UInt64, body: [UInt8]) {
        self.partition = partition
        self.word = word
        self.minimumPosition = minimumPosition
        self.body = body
    }
}

/// The way to partitions of other nodes. Given by whoever knows which node holds which.
package protocol PartitionTransport: AnyObject, Sendable {
    /// Has each question put to the owner of its partition, or to one that stands by it, and waits
    /// until all are answered, until the deadline at most. Called on a thread that may wait.
    ///
    /// What answers there is `ReceivedQuestion`.
    ///
    /// - Returns: by question, in their order, the bytes that it was answered with.
    func ask(
        _ requests: [PartitionRequest], by deadline: Deadline
    ) -> [Result<[UInt8], PartitionRefusal>]
}

/// The partitions that this process holds, of a store whose others are elsewhere: owned or stood
/// by. They are asked directly, without any encoding.
package protocol NearPartitions: Sendable {
    /// Asks a partition on its thread, once it has come to a position, and waits. Called on a
    /// thread that may.
    ///
    /// - Parameter isLast: whether nobody else has answered: then one that stands by answers, too,
    ///   where an owner lives.
    /// - Returns: nil where the partition is not here.
    /// - Throws: `ServingError`.
    func ask<Question: PartitionQuestion>(
        _ partition: PartitionID, _ question: Question, minimumPosition: UInt64, isLast: Bool,
        by deadline: Deadline
    ) throws(ServingError) -> PartitionReply<Question.Answer>?

    /// Asks a checkpoint of a partition, without its thread.
    ///
    /// - Returns: nil where the partition is not here.
    /// - Throws: `ServingError`.
    func ask(
        _ partition: PartitionID, _ question: LargestQuestion, isLast: Bool,
        by deadline: Deadline
    ) throws(ServingError) -> PartitionReply<LargestComponents>?
}

/// A partition's answer, and how the partition stood.
package struct PartitionReply<Answer: Sendable>: Sendable {
    /// The answer reflects every record before it.
    package let position: UInt64
    /// Of one that stands by: how many records of its log it has not folded yet; nil: the owner has
    /// answered.
    package let lag: UInt64?
    /// The answer.
    package let answer: Answer

    /// An answer with its members.
    package init(position: UInt64, lag: UInt64?, answer: Answer) {
        self.position = position
        self.lag = lag
        self.answer = answer
    }
}

extension PartitionReply: Codable where Answer: Codable {}
