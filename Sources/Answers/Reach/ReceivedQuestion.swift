package import NodeRuntime

/// A question that another node has sent.
///
///     bytes ──any thread──▶ question ──partition's thread──▶ answer ──any thread──▶ bytes
///
/// Reading and writing JSON takes longer than answering does: the partition's thread does neither.
package enum ReceivedQuestion: Sendable {
    /// To be answered by the partition, on its thread.
    case ofPartition(ReceivedPartitionQuestion)
    /// To be answered by a checkpoint of the partition, on a thread that may block.
    case ofCheckpoint(LargestQuestion)

    /// Reads a question of that kind.
    ///
    /// - Throws: `PartitionRefusal`: an unknown kind, too many bytes, or none that can be meant so.
    package init(word: String, body: [UInt8]) throws(PartitionRefusal) {
        if word == LargestQuestion.word {
            self = .ofCheckpoint(try Self.read(LargestQuestion.self, body))
        } else {
            self = .ofPartition(try ReceivedPartitionQuestion(word: word, body: body))
        }
    }

    /// Reads a question.
    static func read<Question: WireQuestion>(
        _ type: Question.Type, _ body: [UInt8]
    ) throws(PartitionRefusal) -> Question {
        guard body.count <= WireLimits.questionBytes else { throw .tooLarge }
        let question = WireForm.decode(type, from: body, limit: WireLimits.questionBytes)
        guard let question, question.isSound else { throw .badQuestion }
        return question
    }
}

/// A question that another node has sent to a partition: one case for each kind, so that each is
/// answered by code that is made for it.
package enum ReceivedPartitionQuestion: Sendable {
    /// For a customer and parts of it.
    case look(LookQuestion)
    /// For many nodes' customers.
    case anchors(AnchorsQuestion)
    /// For the pairs of some nodes.
    case pairs(PairsQuestion)
    /// For what is known of some pairs.
    case links(LinksQuestion)
    /// For what is counted.
    case counts(CountsQuestion)
    /// For what was said and heard.
    case exchange(ExchangeQuestion)

    init(word: String, body: [UInt8]) throws(PartitionRefusal) {
        switch word {
        case LookQuestion.word: self = .look(try Self.read(body))
        case AnchorsQuestion.word: self = .anchors(try Self.read(body))
        case PairsQuestion.word: self = .pairs(try Self.read(body))
        case LinksQuestion.word: self = .links(try Self.read(body))
        case CountsQuestion.word: self = .counts(try Self.read(body))
        case ExchangeQuestion.word: self = .exchange(try Self.read(body))
        default: throw .notSupported
        }
    }

    private static func read<Question: WireQuestion>(
        _ body: [UInt8]
    ) throws(PartitionRefusal) -> Question {
        try ReceivedQuestion.read(Question.self, body)
    }

    /// The partition's answer, on its thread. `lag`: see `PartitionReply`.
    ///
    /// - Throws: `StoreFailure`.
    package func answer<Log: LogUpkeep, State: StatePort>(
        _ runtime: PartitionRuntime<Log, State>, lag: UInt64?
    ) throws(StoreFailure) -> ReceivedAnswer {
        func reply(_ question: some PartitionQuestion) throws(StoreFailure) -> ReceivedAnswer {
            let answer = try question.answer(runtime)
            return ReceivedAnswer(
                PartitionReply(position: runtime.position, lag: lag, answer: answer))
        }
        switch self {
        case .look(let question): return try reply(question)
        case .anchors(let question): return try reply(question)
        case .pairs(let question): return try reply(question)
        case .links(let question): return try reply(question)
        case .counts(let question): return try reply(question)
        case .exchange(let question): return try reply(question)
        }
    }
}

/// An answer that goes to another node.
package struct ReceivedAnswer: Sendable {
    private let reply: any Encodable & Sendable

    /// An answer of that partition or checkpoint.
    package init<Answer: Codable & Sendable>(_ reply: PartitionReply<Answer>) {
        self.reply = reply
    }

    /// Its bytes, on any thread but the partition's.
    ///
    /// - Throws: `PartitionRefusal` where they are more than `WireLimits.answerBytes`.
    package func encoded() throws(PartitionRefusal) -> [UInt8] {
        guard let bytes = WireForm.encode(reply, limit: WireLimits.answerBytes) else {
            throw .tooLarge
        }
        return bytes
    }
}
