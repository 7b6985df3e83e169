package import IdentityModel

/// Where the graph reads what it lacks in memory. The only thing that a step may ask of the world.
///
/// An error discards the machine: it is opened again from its last checkpoint.
package protocol StateReader {
    /// Fills `image` with what the store holds of `key`'s home and says whether it holds any. Of a
    /// home in rows, it is the head.
    func readHome(_ key: NodeKey, into image: inout HomeImage) throws(StateError) -> Bool

    /// Fills `image` with one pair of the home in rows of `a`, and says whether there is one.
    func readPair(
        _ a: NodeKey, _ b: NodeKey, into image: inout HomeImage
    ) throws(StateError) -> Bool

    /// Fills `image` with up to `limit` pairs of the home in rows of `a`, in order, from the first
    /// whose greater end is behind `after`.
    func readPairs(
        of a: NodeKey, after: NodeKey?, limit: Int, into image: inout HomeImage
    ) throws(StateError)

    /// Fills `image` with the component and says whether the store holds it. Of a component in
    /// rows, it is the head.
    func readComponent(
        _ id: ComponentID, into image: inout ComponentImage
    ) throws(StateError) -> Bool

    /// Fills `image` with one member of a component in rows, without its edges, and says whether
    /// there is one.
    func readMember(
        _ key: NodeKey, of id: ComponentID, into image: inout ComponentImage
    ) throws(StateError) -> Bool

    /// Fills `image` with up to `limit` members of a component in rows, without their edges, in
    /// order of their keys, from the first behind `after`.
    func readMembers(
        of id: ComponentID, after: NodeKey?, limit: Int, into image: inout ComponentImage
    ) throws(StateError)

    /// The edge of a pair in a component in rows.
    func readEdge(
        _ a: NodeKey, _ b: NodeKey, of id: ComponentID
    ) throws(StateError) -> EdgeImage?

    /// Up to `limit` edges of a component in rows, in order, from the first behind `after`. With
    /// an end, only those of which it is the lesser.
    func readEdges(
        of id: ComponentID, from end: NodeKey?, after: LinkPosition?, limit: Int
    ) throws(StateError) -> [StoredEdge]

    /// Up to `limit` live edges of a component in rows of which `end` is the greater end, ordered
    /// by the lesser, from the first behind `after`.
    func readEdges(
        of id: ComponentID, to end: NodeKey, after: NodeKey?, limit: Int
    ) throws(StateError) -> [StoredEdge]

    /// The keys of up to `limit` members of a component in rows in the order of their ranks, from
    /// the first behind `after`.
    func readRanks(
        of id: ComponentID, after: AnchorRank?, limit: Int
    ) throws(StateError) -> [AnchorRank]
}

/// An edge of a component in rows, with both of its ends.
package struct StoredEdge: Equatable, Sendable {
    /// The lesser end.
    package let a: NodeKey
    /// The greater end, and what the component knows of the pair.
    package let image: EdgeImage

    /// An edge with its lesser end.
    package init(a: NodeKey, image: EdgeImage) {
        self.a = a
        self.image = image
    }
}
