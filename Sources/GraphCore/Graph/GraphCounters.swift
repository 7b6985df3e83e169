/// What a partition's graph holds and has done. Part of the checkpoint.
package struct GraphCounters: Equatable, Sendable {
    /// Identifiers that exist.
    package var identifiers: UInt64 = 0
    /// Components, each of which is one customer.
    package var customers: UInt64 = 0
    /// Pairs of which some evidence is known.
    package var pairs: UInt64 = 0
    /// Pairs that are live.
    package var liveLinks: UInt64 = 0
    /// Merges so far; they depend on the order of the events, unlike the graph.
    package var merges: UInt64 = 0
    /// Splits so far; they depend on the order of the events, unlike the graph.
    package var splits: UInt64 = 0
    /// The sequence of the last component id that was minted.
    package var minted: UInt64 = 0

    /// An empty graph's counters.
    package init() {}

    /// Adds the counters of another part of one graph.
    package static func += (sum: inout GraphCounters, part: GraphCounters) {
        sum.identifiers += part.identifiers
        sum.customers += part.customers
        sum.pairs += part.pairs
        sum.liveLinks += part.liveLinks
        sum.merges += part.merges
        sum.splits += part.splits
        sum.minted += part.minted
    }
}
