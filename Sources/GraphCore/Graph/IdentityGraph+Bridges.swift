package import IdentityModel

// Which links hold a customer together.
extension IdentityGraph {
    /// The live pairs of a node's customer without which it would be two, ordered by (a, b); empty
    /// if the node does not exist. Several sources' words of one pair are one link.
    ///
    /// One depth-first walk with low points: a link of the walk's tree is a bridge if nothing below
    /// it reaches above it (Tarjan, "A note on finding the bridges of a graph", Information
    /// Processing Letters 2(6), 1974; low points: Hopcroft and Tarjan, "Algorithm 447", CACM 16(6),
    /// 1973). No recursion: a chain may be as long as memory. O(members + links).
    package mutating func bridges(
        withMember key: NodeKey, reader: some StateReader
    ) throws(StateError) -> [LinkPosition] {
        let component = try component(of: key, reader)
        guard component != noOrdinal else { return [] }
        try needWhole(component, reader)
        var walk = BridgeWalk(from: components[component].anchor)
        walk.steps[0].nextLink = nodes[walk.steps[0].node].liveLinks
        while walk.current >= 0 {
            let step = walk.steps[walk.current]
            guard step.nextLink != noOrdinal else {
                walk.ascend()
                continue
            }
            let pair = step.nextLink
            walk.steps[walk.current].nextLink = nextLink(pair, at: step.node)
            guard pair != step.parentLink else { continue }
            let other = otherEnd(pair, from: step.node)
            // A live link leads out of its component while that is about to join another.
            guard nodes[other].component == component else { continue }
            walk.follow(pair, to: other, firstLink: nodes[other].liveLinks)
        }
        guard walk.steps.count == Int(components[component].count) else {
            throw StateError(.damaged, "a component is not connected by its links")
        }
        return walk.bridges.map {
            LinkPosition(a: nodes[links[$0].a].key, b: nodes[links[$0].b].key)
        }.sorted()
    }
}

/// A depth-first walk over one component. A step's place in `steps` is its number in the order of
/// discovery; the steps from the current one through `parent` are the walk's stack.
private struct BridgeWalk {
    struct Step {
        let node: Ordinal
        /// The step that this one was reached from; -1 for the first.
        let parent: Int
        /// The link that it was reached by.
        let parentLink: Ordinal
        /// The link to be looked at next.
        var nextLink: Ordinal
        /// The least step that is known to be reached from here downwards and by one link back.
        var low: Int
    }

    var steps: [Step]
    var current = 0
    private(set) var bridges: [Ordinal] = []
    private var places: [Ordinal: Int]  // lookup only

    init(from start: Ordinal) {
        steps = [
            Step(node: start, parent: -1, parentLink: noOrdinal, nextLink: noOrdinal, low: 0)
        ]
        places = [start: 0]
    }

    /// Looks along a link: goes down to a new node, or learns that it leads back to a known one.
    mutating func follow(_ pair: Ordinal, to other: Ordinal, firstLink: Ordinal) {
        if let place = places[other] {
            steps[current].low = min(steps[current].low, place)
            return
        }
        let place = steps.count
        places[other] = place
        steps.append(
            Step(
                node: other, parent: current, parentLink: pair, nextLink: firstLink, low: place))
        current = place
    }

    /// Goes back up from a node whose links have all been looked at.
    mutating func ascend() {
        let done = steps[current]
        if done.parent >= 0 {
            steps[done.parent].low = min(steps[done.parent].low, done.low)
            if done.low == current { bridges.append(done.parentLink) }
        }
        current = done.parent
    }
}
