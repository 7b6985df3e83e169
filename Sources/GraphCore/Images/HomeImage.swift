package import IdentityModel

/// What a node's home keeps of it, as a value: the directory's entry and the evidence of all
/// pairs of which the node is the lesser end.
///
/// Stored as one value while the pairs are few; the home of a hub is stored in rows: a head, and a
/// row for each pair. In rows, an image is the head, or the pairs that were asked for.
///
/// Flat arrays, so that one image can be filled again and again without allocating.
package struct HomeImage: Equatable, Sendable {
    /// The node.
    package var key: NodeKey
    /// The component that holds the node; `none` where only an unlink or a ban has named it.
    package var component: ComponentID
    /// Rises with each move of the node; 0 with `component` none.
    package var version: UInt32
    /// Whether it is stored in rows. Pairs never become fewer, so once it is, it stays so.
    package var isInRows: Bool
    /// In rows: how many pairs it has. In one value `pairs` says it.
    package var pairCount: Int
    /// The pairs, ordered by `other`.
    package var pairs: [PairImage]
    /// The pairs' registers, each pair's own ordered by (source, kind).
    package var registers: [RegisterImage]
    /// The registers' reasons, one after the other.
    package var reasons: [UInt8]

    /// An image of nothing, to be filled.
    package init() {
        key = NodeKey(high: 0, low: 0)
        component = .none
        version = 0
        isInRows = false
        pairCount = 0
        pairs = []
        registers = []
        reasons = []
    }

    /// Makes it an empty image of `key` and keeps its memory.
    package mutating func reset(_ key: NodeKey) {
        self.key = key
        component = .none
        version = 0
        isInRows = false
        pairCount = 0
        pairs.removeAll(keepingCapacity: true)
        registers.removeAll(keepingCapacity: true)
        reasons.removeAll(keepingCapacity: true)
    }
}

/// The evidence of one pair.
package struct PairImage: Equatable, Sendable {
    /// The greater end.
    package var other: NodeKey
    /// The least time of any link event of the pair; `never` if none came.
    package var leastLinkTime: EventTime
    /// How often the pair has turned live or dead.
    package var version: UInt32
    /// Whether the pair is live now.
    package var isLive: Bool
    /// How many of the image's registers, after those of the pairs before, are this pair's.
    package var registerCount: Int

    /// A pair's evidence with its members.
    package init(
        other: NodeKey, leastLinkTime: EventTime, version: UInt32, isLive: Bool,
        registerCount: Int
    ) {
        self.other = other
        self.leastLinkTime = leastLinkTime
        self.version = version
        self.isLive = isLive
        self.registerCount = registerCount
    }
}

/// The greatest word of one kind that one source said of a pair.
package struct RegisterImage: Equatable, Sendable {
    /// The graph's number of the source.
    package var source: UInt32
    /// link, unlink, ban or unban; its kind follows.
    package var operation: LinkOperation
    /// When the source says that it happened.
    package var time: EventTime
    /// How many of the image's reason bytes, after those of the registers before, are its own.
    package var reasonCount: Int

    /// A register with its members.
    package init(source: UInt32, operation: LinkOperation, time: EventTime, reasonCount: Int) {
        self.source = source
        self.operation = operation
        self.time = time
        self.reasonCount = reasonCount
    }
}
