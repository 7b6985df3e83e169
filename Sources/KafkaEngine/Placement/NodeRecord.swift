/// What a node tells the others of itself, again and again: its beat.
package struct NodeRecord: Codable, Equatable, Sendable {
    /// Where other nodes reach it: "http://10.0.0.5:7411".
    package var address: String
    /// Another with every start of the node.
    package var incarnation: String
    /// When it started, in milliseconds since 1970 by its own clock: for people.
    package var since: Int64
    /// Whether it wants to go.
    package var isLeaving: Bool
    /// How it stands with the partitions that it holds, by rising partition.
    package var replicas: [ReplicaStanding]
    /// Nil of a release that does not tell it.
    private var toldLogic: NodeLogic?

    /// A record of its members.
    package init(
        address: String, incarnation: String, since: Int64, isLeaving: Bool = false,
        replicas: [ReplicaStanding] = [], logic: NodeLogic? = nil
    ) {
        self.address = address
        self.incarnation = incarnation
        self.since = since
        self.isLeaving = isLeaving
        self.replicas = replicas
        toldLogic = logic
    }

    /// Which versions of the machine's logic it knows, and allows.
    package var logic: NodeLogic { toldLogic ?? .untold }

    private enum CodingKeys: String, CodingKey {
        case address, incarnation, since
        case isLeaving = "leaving"
        case replicas = "partitions"
        case toldLogic = "logic"
    }
}
