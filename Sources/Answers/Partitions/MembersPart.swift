internal import GraphCore
internal import IdentityModel

/// Which of some nodes are identifiers of a customer, and which of some of its links are bridges.
struct MembersPart: Codable, Sendable {
    /// The nodes.
    var keys: [NodeKey]
    /// The links that are looked at for bridges, which brings the whole component into memory; nil:
    /// nobody asks for bridges.
    var links: [LinkPosition]?

    /// What the host says.
    struct Answer: Codable, Sendable {
        /// By node, the identifier; nil for one that is none of the customer's.
        var members: [MemberView?]
        /// How many of all the customer's links would split it.
        var bridgeCount: Int?
        /// By link, whether it would.
        var bridges: [Bool]?
    }

    /// As `WireQuestion` has it.
    var isSound: Bool {
        keys.count <= 2 * PageLimits.maximum && links?.count ?? 0 <= PageLimits.maximum
    }

    /// As `WireQuestion` has it.
    func fits(_ answer: Answer) -> Bool {
        answer.members.count == keys.count && answer.bridges?.count == links?.count
            && (answer.bridgeCount == nil) == (links == nil)
    }

    /// The host's answer.
    func answer(
        of key: NodeKey, _ graph: inout IdentityGraph,
        _ reader: some StateReader
    ) throws(StateError) -> Answer {
        var answer = Answer(members: try graph.members(keys, withMember: key, reader: reader))
        if let links {
            let bridges = try graph.bridges(withMember: key, reader: reader)
            answer.bridgeCount = bridges.count
            answer.bridges = links.map { bridges.holds($0) }
        }
        return answer
    }
}

extension [LinkPosition] {
    /// Whether a sorted list holds a place.
    fileprivate func holds(_ place: LinkPosition) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == place
    }
}
