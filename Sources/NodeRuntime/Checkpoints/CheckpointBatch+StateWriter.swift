package import GraphCore
package import IdentityModel
internal import WireFormat

// Entities as keys and values.
extension CheckpointBatch: StateWriter {
    /// Adds a node's home, or the head of one in rows.
    package mutating func writeHome(_ image: HomeImage) {
        add(StateKey.home(image.key), isRemoval: false) { HomeCodec.encode(image, into: &$0) }
    }

    /// Adds the row of a pair.
    package mutating func writePair(_ image: HomeImage) {
        add(StateKey.pair(image.key, image.pairs[0].other), isRemoval: false) {
            HomeCodec.encodeRow(image, into: &$0)
        }
    }

    /// Adds a component, or the head of one in rows.
    package mutating func writeComponent(_ image: ComponentImage) {
        add(StateKey.component(image.id), isRemoval: false) {
            ComponentCodec.encode(image, into: &$0)
        }
    }

    /// Adds the removal of a component, or of the head of one in rows.
    package mutating func removeComponent(_ id: ComponentID) { remove(StateKey.component(id)) }

    /// Adds the rows of a member.
    package mutating func writeMember(_ image: ComponentImage, rank: AnchorRank) {
        add(StateKey.member(rank.key, of: image.id), isRemoval: false) {
            ComponentCodec.encodeMemberRow(image, into: &$0)
        }
        put(StateKey.rank(rank, of: image.id), ComponentCodec.rankRow)
    }

    /// Adds the removal of a member's row.
    package mutating func removeMember(_ key: NodeKey, of id: ComponentID) {
        remove(StateKey.member(key, of: id))
    }

    /// Adds the removal of a member's row in the order of ranks.
    package mutating func removeRank(_ rank: AnchorRank, of id: ComponentID) {
        remove(StateKey.rank(rank, of: id))
    }

    /// Adds the rows of an edge: one at its lesser end, and while it is live one at its greater.
    package mutating func writeEdge(_ edge: StoredEdge, of id: ComponentID) {
        add(StateKey.edge(edge.a, edge.image.other, of: id), isRemoval: false) {
            ComponentCodec.encodeEdgeRow(edge.image, into: &$0)
        }
        let back = StateKey.backEdge(edge.a, edge.image.other, of: id)
        add(back, isRemoval: !edge.image.isLive) { bytes in
            if edge.image.isLive { ComponentCodec.encodeEdgeRow(edge.image, into: &bytes) }
        }
    }

    /// Adds the removal of an edge's rows.
    package mutating func removeEdge(_ a: NodeKey, _ b: NodeKey, of id: ComponentID) {
        remove(StateKey.edge(a, b, of: id))
        remove(StateKey.backEdge(a, b, of: id))
    }

    /// Adds a namespace's name.
    package mutating func writeNamespace(_ number: UInt32, _ name: [UInt8]) {
        put(StateKey.namespace(number), name)
    }

    /// Adds a source's name.
    package mutating func writeSource(_ number: UInt32, _ name: [UInt8]) {
        put(StateKey.source(number), name)
    }

    /// Adds what the checkpoint says of itself.
    mutating func writeHeader(_ header: PartitionHeader) {
        put(StateKey.header, header.encoded)
    }
}
