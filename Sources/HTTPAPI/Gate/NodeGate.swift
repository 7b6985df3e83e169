package import Answers
package import Foundation
package import NodeRuntime
package import WireFormat

/// What the HTTP interface asks of a node. Implemented where stores and partitions are wired
/// together; a test has its own.
///
/// Nothing here blocks the thread that calls: what takes time is awaited. All of it may be called
/// from many tasks at once.
package protocol NodeGate: Sendable {
    /// What gives identifiers their keys; valid once the store's folder is read.
    var keys: IdentifierKeys { get }
    /// What the head of a record says here.
    var recordHead: RecordHead { get }
    /// What the node is doing; cheap, from any thread.
    var readiness: Readiness { get }

    /// Runs `body` on the partition's thread, once its position is the one that `terms` name.
    ///
    /// - Throws: `ServingError`, also for what `body` throws.
    func ask<Answer: Sendable>(
        _ terms: AskTerms,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(ServingError) -> Answer

    /// Appends records that an `EventRouter` made with `recordHead`; returns when they are
    /// durable: the position behind the last of them.
    ///
    /// - Throws: `ServingError`; after `deadlinePassed` the records may have been taken.
    func append(
        _ records: [[UInt8]], deadline: Deadline
    ) async throws(ServingError) -> PositionAnswer

    /// Folds a record in a copy of the partition that does not stay, and looks.
    ///
    /// - Throws: `ServingError`.
    func rehearse<Answer: Sendable>(
        _ record: [UInt8], deadline: Deadline,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(ServingError) -> Answer

    /// The largest customers of the last checkpoint.
    ///
    /// - Throws: `ServingError`.
    func top(limit: Int, reveal: Bool) async throws(ServingError) -> TopAnswer

    /// Counts, sizes, memory, positions.
    ///
    /// - Throws: `ServingError`.
    func stats() async throws(ServingError) -> StatsAnswer

    /// Makes a backup in `folder`, an absolute path; `keep`: how many to keep there.
    ///
    /// - Returns: the JSON that the backup command prints.
    /// - Throws: `ServingError`; `refused` while another backup is under way.
    func backup(to folder: String, keep: Int?) async throws(ServingError) -> Data
}
