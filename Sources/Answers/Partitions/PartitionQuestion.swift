package import GraphCore
package import NodeRuntime

/// What a partition is asked, as a value: in this process it is asked directly, of another node it
/// goes as JSON.
///
/// A kind has a word. One whose meaning changes, or that asks for more, gets another word, so that
/// a node of an older release says that it does not know it; what a node may ignore can be added as
/// it is.
package protocol WireQuestion: Codable, Sendable {
    /// What is answered.
    associatedtype Answer: Codable & Sendable
    /// The kind's name between nodes. It never changes.
    static var word: String { get }

    /// Whether it can be meant so. What came from elsewhere is asked only if it can.
    var isSound: Bool { get }

    /// Whether that can be the answer: as many things as were asked for, in their order. What came
    /// from elsewhere is used only if it can.
    func fits(_ answer: Answer) -> Bool
}

extension WireQuestion {
    /// Most can be meant as they are.
    package var isSound: Bool { true }
    /// Most answers are as they come.
    package func fits(_ answer: Answer) -> Bool { true }
}

/// A question that a partition answers on its own thread, between two records.
package protocol PartitionQuestion: WireQuestion {
    /// The partition's answer.
    ///
    /// - Throws: `StoreFailure`.
    func answer<Log: LogUpkeep, State: StatePort>(
        _ runtime: PartitionRuntime<Log, State>
    ) throws(StoreFailure) -> Answer
}

/// A question that the partition's graph answers.
package protocol GraphQuestion: PartitionQuestion {
    /// The graph's answer; `reader` reads what memory lacks.
    ///
    /// - Throws: `StateError`.
    func answer(
        _ graph: inout IdentityGraph, _ reader: some StateReader
    ) throws(StateError) -> Answer
}

extension GraphQuestion {
    /// The answer of the partition's graph.
    ///
    /// - Throws: `StoreFailure`.
    package func answer<Log: LogUpkeep, State: StatePort>(
        _ runtime: PartitionRuntime<Log, State>
    ) throws(StoreFailure) -> Answer {
        try runtime.ask { (graph, reader) throws(StateError) in try answer(&graph, reader) }
    }
}
