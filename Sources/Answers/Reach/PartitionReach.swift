package import IdentityModel
package import NodeRuntime

/// Where a desk's partitions are, and the way there: the one of this thread, several at rest, or
/// several that serve, here or on other nodes.
///
/// Used on one thread, which may wait.
package protocol PartitionReach: AnyObject {
    /// How many partitions the store has.
    var partitionCount: UInt16 { get }

    /// What answers reflect by now: of each partition every record before its offset; of partitions
    /// that serve, of those that were asked.
    var reflected: PositionAnswer { get }

    /// Asks a partition.
    ///
    /// - Throws: `StoreFailure`.
    func ask<Question: PartitionQuestion>(
        _ partition: PartitionID, _ question: Question
    ) throws(StoreFailure) -> Question.Answer

    /// Asks several partitions, and waits for all of them; the answers come in the order of the
    /// questions.
    ///
    /// - Throws: `StoreFailure`.
    func askEach<Question: PartitionQuestion>(
        _ asked: [(partition: PartitionID, question: Question)]
    ) throws(StoreFailure) -> [Question.Answer]

    /// Waits a little for a state that is under way from one partition to another.
    ///
    /// - Throws: `StoreFailure`, where nothing can be under way, or once that has been too long.
    func waitForTransit() throws(StoreFailure)
}

extension PartitionReach {
    /// Asks one after the other.
    ///
    /// - Throws: `StoreFailure`.
    package func askEach<Question: PartitionQuestion>(
        _ asked: [(partition: PartitionID, question: Question)]
    ) throws(StoreFailure) -> [Question.Answer] {
        var answers: [Question.Answer] = []
        for (partition, question) in asked { answers.append(try ask(partition, question)) }
        return answers
    }

    /// At rest nothing is under way.
    package func waitForTransit() throws(StoreFailure) {
        throw StoreFailure(
            .damaged, "the directory names a component that does not hold its member",
            remedy: Remedy.rebuild)
    }
}

/// The one partition of a store, on the thread that it is used on.
extension PartitionRuntime: PartitionReach {
    /// How many partitions the store has.
    package var partitionCount: UInt16 { 1 }

    /// Every record before its position.
    package var reflected: PositionAnswer { PositionAnswer(partition, position) }

    /// Asks it, whatever the number.
    ///
    /// - Throws: `StoreFailure`.
    package func ask<Question: PartitionQuestion>(
        _ partition: PartitionID, _ question: Question
    ) throws(StoreFailure) -> Question.Answer {
        try question.answer(self)
    }
}

/// All partitions of a store at rest, on one thread.
extension PartitionGroup: PartitionReach {
    /// What answers reflect by now.
    package var reflected: PositionAnswer {
        partitionCount == 1
            ? runtimes[0].reflected
            : PositionAnswer(runtimes.map { ($0.partition, $0.position) })
    }

    /// Asks a partition.
    ///
    /// - Throws: `StoreFailure`.
    package func ask<Question: PartitionQuestion>(
        _ partition: PartitionID, _ question: Question
    ) throws(StoreFailure) -> Question.Answer {
        try question.answer(runtimes[Int(partition.rawValue)])
    }
}

/// Partitions of this process that serve, each on a thread of its own.
extension CrewQuestion: PartitionReach {
    /// What answers reflect by now.
    package var reflected: PositionAnswer { PositionAnswer(positions) }

    /// Asks a partition.
    ///
    /// - Throws: `StoreFailure`.
    package func ask<Question: PartitionQuestion>(
        _ partition: PartitionID, _ question: Question
    ) throws(StoreFailure) -> Question.Answer {
        try ask(partition) { (runtime) throws(StoreFailure) in try question.answer(runtime) }
    }
}
