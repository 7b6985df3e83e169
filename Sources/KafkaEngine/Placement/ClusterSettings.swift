package import NodeRuntime

/// What a node is among the others of its store, and how long things last between them.
package struct ClusterSettings: Sendable {
    /// The node's name.
    package var node: NodeID
    /// Where other nodes reach it: "http://10.0.0.5:7411".
    package var address: String
    /// How many nodes are to stand by for each partition. The coordinator's word goes.
    package var standbys: Int
    /// Nanoseconds between two beats of a node: 500 ms.
    package var beatNanoseconds: UInt64 = 500_000_000
    /// Nanoseconds without a beat after which a node counts as dead: 4 s.
    package var deadNanoseconds: UInt64 = 4_000_000_000
    /// Nanoseconds after which a dead node is forgotten, its record taken out: a day.
    package var forgetNanoseconds: UInt64 = 86_400_000_000_000
    /// Milliseconds that a node that leaves waits for others to take what it has: 10 s, so that a
    /// drain ends within 30 s.
    package var leaveMilliseconds: UInt64 = 10_000
    /// Nanoseconds before what has failed is tried again, for the first time: a second.
    package var firstRetryNanoseconds: UInt64 = 1_000_000_000
    /// Nanoseconds before what has failed is tried again, at most: a minute.
    package var longestRetryNanoseconds: UInt64 = 60_000_000_000
    /// The time that beats are told and judged by.
    package var time = MonotonicTime.system

    /// How many nodes may be asked to stand by for a partition.
    package static let standbyCounts = 0...8

    /// A node of a store, with the intervals' defaults.
    package init(node: NodeID, address: String, standbys: Int) {
        precondition(Self.standbyCounts.contains(standbys), "0 to 8 nodes stand by")
        self.node = node
        self.address = address
        self.standbys = standbys
    }
}
