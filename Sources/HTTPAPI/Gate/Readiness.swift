/// What a node is doing, for `/readyz` and `/healthz`.
package enum Readiness: String, Sendable, CaseIterable {
    /// It reads its checkpoint and folds its log's tail.
    case opening
    /// It answers and takes events.
    case ready
    /// It was told to stop: it ends what it began and takes nothing new.
    case draining
    /// Its partition has failed; only a restart helps.
    case failed
}
