package import GraphCore
package import IdentityModel
package import NodeRuntime

/// Answers questions over one partition, without saying which databases it runs on.
///
/// Used on the partition's own thread only. What two calls answer is of one moment if nothing is
/// appended in between.
package protocol AnswerDesk: AnyObject {
    /// What answers reflect now: every record before its offset.
    var position: PositionAnswer { get }

    /// The customer of an identifier or customer id with its profile, and the first `limit` of its
    /// identifiers behind a place (nil: from the start). `reveal` shows sensitive values.
    ///
    /// - Throws: `StoreFailure`.
    func resolve(
        _ question: Question, after place: MemberPosition?, limit: Int, reveal: Bool
    ) throws(StoreFailure) -> ResolveAnswer

    /// The anchors of many nodes' customers, in the keys' order; nil for one that does not exist.
    ///
    /// - Throws: `StoreFailure`.
    func anchors(of keys: [NodeKey]) throws(StoreFailure) -> [NodeKey?]

    /// `limit` members and links together of a customer, behind a place that a page gave (nil:
    /// from the start; one of a path counts as none). `bridges` marks the links whose loss would
    /// split it. The first page shows the profile; `reveal` also its sensitive values.
    ///
    /// - Throws: `StoreFailure`.
    func component(
        _ question: Question, from place: Cursor?, limit: Int, bridges: Bool, reveal: Bool
    ) throws(StoreFailure) -> ComponentAnswer

    /// Why two identifiers or customers are one customer: at most `limit` links of a shortest
    /// path, from the identifier `start` of it on (nil: from its beginning).
    ///
    /// - Throws: `AnswerFailure`, also where `start` is not on the path.
    func explain(
        _ one: Question, _ other: Question, from start: NodeKey?, limit: Int
    ) throws(AnswerFailure) -> ExplainAnswer

    /// What is known of two identifiers; the path between them only where that is asked for.
    ///
    /// - Throws: `StoreFailure`.
    func pairState(
        _ one: Question, _ other: Question, withPath: Bool
    ) throws(StoreFailure) -> PairState

    /// Counters, memory, tail, digest and position. Disk, opening and key are for the caller to
    /// fill in.
    ///
    /// - Throws: `StoreFailure`.
    func stats() throws(StoreFailure) -> StatsAnswer
}

extension AnswerDesk {
    /// What is known of two identifiers, the path between them included.
    ///
    /// - Throws: `StoreFailure`.
    package func pairState(
        _ one: Question, _ other: Question
    ) throws(StoreFailure) -> PairState {
        try pairState(one, other, withPath: true)
    }
}

/// Why there is no answer.
package enum AnswerFailure: Error, Equatable, Sendable {
    /// The store failed.
    case store(StoreFailure)
    /// The path has changed, and runs no longer where the cursor points: start again without it.
    case stalePathCursor

    /// Runs what the store may fail.
    package static func of<Answer>(
        _ body: () throws(StoreFailure) -> Answer
    ) throws(AnswerFailure) -> Answer {
        do throws(StoreFailure) {
            return try body()
        } catch {
            throw .store(error)
        }
    }
}
