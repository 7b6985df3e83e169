internal import GraphCore
internal import IdentityModel

/// A part of a shortest path from a node to another, which brings their whole component into
/// memory.
struct PathPart: Codable, Sendable {
    /// The other end.
    var to: NodeKey
    /// Where the part starts; nil: at the node.
    var start: NodeKey?
    /// How many links it has at most.
    var limit: Int

    /// A part of a path as its host knows it.
    struct Steps: Codable, Sendable {
        /// Its nodes.
        let keys: [NodeKey]
        /// Their texts, UTF-8.
        let texts: [WireBytes]
        /// How many nodes the whole path has.
        let count: Int
        /// How many of them lie behind this part.
        let remaining: Int
    }

    /// What the host says.
    struct Answer: Codable, Sendable {
        /// Whether the other end is there, too.
        let isThere: Bool
        /// The part; nil where its first node is not on the path.
        let steps: Steps?
    }

    /// As `WireQuestion` has it.
    var isSound: Bool { 1...PageLimits.maximum ~= limit }

    /// As `WireQuestion` has it.
    func fits(_ answer: Answer) -> Bool {
        guard let steps = answer.steps else { return true }
        let nodes = steps.keys.count
        return answer.isThere && 1...limit + 1 ~= nodes && steps.texts.count == nodes
            && steps.remaining >= 0 && steps.count >= nodes && steps.remaining < steps.count
    }

    /// The host's answer.
    func answer(
        of key: NodeKey, _ customer: CustomerView, _ graph: inout IdentityGraph,
        _ reader: some StateReader
    ) throws(StateError) -> Answer {
        // Of several partitions, this one learns that it has the other end by looking.
        let isThere = try graph.customer(of: to, in: customer.component, reader: reader) != nil
        guard isThere, let keys = try graph.path(from: key, to: to, reader: reader) else {
            return Answer(isThere: false, steps: nil)
        }
        guard let first = start.map({ keys.firstIndex(of: $0) }) ?? 0 else {
            return Answer(isThere: true, steps: nil)
        }
        let part = Array(keys[first..<min(keys.count, first + limit + 1)])
        var texts: [WireBytes] = []
        for key in part {
            let text = try graph.member(key, reader: reader)?.text ?? Array(key.hexadecimal.utf8)
            texts.append(WireBytes(text))
        }
        return Answer(
            isThere: true,
            steps: Steps(
                keys: part, texts: texts, count: keys.count,
                remaining: keys.count - first - part.count))
    }
}
