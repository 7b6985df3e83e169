internal import IdentityModel

/// What the homes say, in compact form: nodes in the order of their keys, their pairs behind them,
/// and the sets that live pairs make of the nodes. Of several partitions each has its run of nodes,
/// one behind the other; pairs and sets lead from one to another.
///
/// About 50 bytes a node and 29 a pair. It shares no code with the graph that it is held against.
struct EvidenceTable {
    /// A node's home, but for its key.
    struct Node: BitwiseCopyable {
        var component: ComponentID
        /// The least link time of the pairs that the node is an end of.
        var leastLinkTime: EventTime
        var version: UInt32
        /// Where the node's pairs start; they end where the next node's start.
        var firstPair: UInt32
        /// A set's root holds the set's size, negated; any other node holds its parent.
        var parent: Int32
        var marks: Marks
    }

    /// What is known of a node beside its home.
    struct Marks: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// The home's value could not be read.
        static let isUndecoded = Marks(rawValue: 1)
        /// A component lists the node.
        static let isListed = Marks(rawValue: 2)
        /// The node is its set's root, and the set was counted as a customer.
        static let isCounted = Marks(rawValue: 4)
    }

    private(set) var keys: [NodeKey] = []
    var nodes: [Node] = []
    /// By pair: the greater end.
    private(set) var others: [NodeKey] = []
    /// By pair: how often it turned live or dead.
    private(set) var versions: [UInt32] = []
    /// By pair: whether its registers make it live.
    private(set) var isLive: [Bool] = []
    /// By pair: its least link time. Empty after `forgetLinkTimes`.
    private(set) var linkTimes: [EventTime] = []
    private var runs: [Run] = []

    /// The nodes of one partition.
    private struct Run {
        /// Where they start and end.
        var places: Range<Int>
        /// The places where the keys of each bucket, told by the uppermost bits, start.
        var bucketStarts: [UInt32] = [0, 0]
        var bucketShift: UInt64 = 64
    }

    /// How many nodes a table holds at most, and how many pairs.
    private static let capacity = Int(Int32.max)
    /// Keys in a bucket on average.
    private static let keysPerBucket = 4

    // MARK: Filling

    /// The next partition's nodes come.
    mutating func startRun() { runs.append(Run(places: keys.count..<keys.count)) }

    /// Adds a node of the run that was started last; keys come in rising order.
    mutating func appendNode(
        _ key: NodeKey, component: ComponentID, version: UInt32, marks: Marks = []
    ) {
        precondition(keys.count < Self.capacity, "a partition holds at most 2^31 - 1 homes")
        keys.append(key)
        nodes.append(
            Node(
                component: component, leastLinkTime: .never, version: version,
                firstPair: UInt32(others.count), parent: -1, marks: marks))
    }

    /// Adds a pair of the node that was added last; greater ends come in rising order.
    mutating func appendPair(
        _ other: NodeKey, version: UInt32, isLive live: Bool, linkTime: EventTime
    ) {
        precondition(others.count < Self.capacity, "a partition holds at most 2^31 - 1 pairs")
        others.append(other)
        versions.append(version)
        isLive.append(live)
        linkTimes.append(linkTime)
    }

    /// Lets go of the pairs' least link times once they stand at the nodes.
    mutating func forgetLinkTimes() { linkTimes = [] }

    // MARK: Finding

    /// Makes `find` work: to be called when all nodes are here.
    mutating func buildIndex() {
        for run in runs.indices {
            let end = run + 1 < runs.count ? runs[run + 1].places.lowerBound : keys.count
            runs[run].places = runs[run].places.lowerBound..<end
            fill(&runs[run])
        }
    }

    private func fill(_ run: inout Run) {
        var bits = 0
        while run.places.count >> bits > Self.keysPerBucket { bits += 1 }
        run.bucketShift = UInt64(64 - bits)
        run.bucketStarts = Array(repeating: 0, count: 1 << bits + 1)
        run.bucketStarts[0] = UInt32(run.places.lowerBound)
        for key in keys[run.places] {
            run.bucketStarts[Int(key.high >> run.bucketShift) + 1] += 1
        }
        for bucket in 1..<run.bucketStarts.count {
            run.bucketStarts[bucket] += run.bucketStarts[bucket - 1]
        }
    }

    /// The place of a node, if it has a home where it belongs.
    func find(_ key: NodeKey) -> Int? {
        let count = UInt16(runs.count)
        let home = count == 1 ? 0 : Int(PartitionID.home(of: key, among: count).rawValue)
        let bucket = Int(key.high >> runs[home].bucketShift)
        var lower = Int(runs[home].bucketStarts[bucket])
        var upper = Int(runs[home].bucketStarts[bucket + 1])
        while lower < upper {
            let middle = (lower + upper) / 2
            if keys[middle] < key { lower = middle + 1 } else { upper = middle }
        }
        return lower < runs[home].places.upperBound && keys[lower] == key ? lower : nil
    }

    /// The places of a node's pairs.
    func pairs(of node: Int) -> Range<Int> {
        let end = node + 1 < nodes.count ? Int(nodes[node + 1].firstPair) : others.count
        return Int(nodes[node].firstPair)..<end
    }

    // MARK: Sets

    /// Notes that a link at `time` names the node.
    mutating func noteLink(of node: Int, at time: EventTime) {
        nodes[node].leastLinkTime = min(nodes[node].leastLinkTime, time)
    }

    /// The node that stands for the set that `node` is in (halving the path; Tarjan and van
    /// Leeuwen, 1984).
    mutating func root(of node: Int) -> Int {
        var place = node
        while nodes[place].parent >= 0 {
            let parent = Int(nodes[place].parent)
            if nodes[parent].parent >= 0 { nodes[place].parent = nodes[parent].parent }
            place = parent
        }
        return place
    }

    /// How many nodes the set of `root` has.
    func size(ofRoot root: Int) -> Int { -Int(nodes[root].parent) }

    /// Makes one set of two nodes' sets; the smaller goes into the larger.
    mutating func join(_ one: Int, _ other: Int) {
        let (left, right) = (root(of: one), root(of: other))
        guard left != right else { return }
        let leftStays = nodes[left].parent <= nodes[right].parent
        let (stays, goes) = leftStays ? (left, right) : (right, left)
        nodes[stays].parent += nodes[goes].parent
        nodes[goes].parent = Int32(stays)
    }
}
