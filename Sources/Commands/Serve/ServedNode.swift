internal import HTTPAPI

/// A node as its run sees it: it begins, ends, and answers through its gate in between.
protocol ServedNode: NodeGate {
    /// Begins to open. `url`: where the node is reached from this machine.
    func start(at url: String)
    /// Readers are told that the node goes; requests are still answered.
    func drain()
    /// Answers what it has taken and takes no more; returns when the store is let go.
    func close()

    /// How it was opened; nil before.
    var opening: NodeOpening? { get }
    /// How it ended; nil: it has not.
    var ended: Result<Void, CommandEnd>? { get }
}

/// How a node was opened.
struct NodeOpening {
    /// How long it took, in seconds.
    let seconds: Double
    /// Whether it answers questions only, for its disk is nearly full.
    let isShortOfRoom: Bool
}
