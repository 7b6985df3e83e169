internal import GraphCore
package import IdentityModel
package import NodeRuntime
internal import WireFormat

/// The largest components of a checkpoint, in memory for those few: one walk over the checkpoint's
/// heads, then each that was chosen, for its anchor's text.
///
/// It answers for the position of the stored header, and for no record behind it: whoever wants
/// those too writes a checkpoint first. The header, the walk and the reads must see one checkpoint:
/// while others are stored meanwhile, give it a port that stands still (a snapshot), or a component
/// that the walk has seen may be gone when it is read, which is told as damage.
package struct LargestComponents: Codable, Sendable {
    /// A component as it is shown.
    package struct Found: Equatable, Sendable {
        /// How many identifiers it has.
        package let count: Int
        /// The key that names its customer.
        package let anchor: NodeKey
        /// The anchor's namespace.
        package let namespace: [UInt8]
        /// The anchor's value.
        package let value: [UInt8]
    }

    /// By size, the greatest first; equal ones by customer id.
    package private(set) var components: [Found] = []
    /// The answer reflects every record before it.
    package let position: UInt64

    private struct Candidate: Comparable {
        let count: Int
        let anchor: NodeKey
        let id: ComponentID

        static func < (left: Candidate, right: Candidate) -> Bool {
            left.count != right.count ? left.count > right.count : left.anchor < right.anchor
        }
    }

    /// The `limit` largest of the checkpoint that `state` holds.
    ///
    /// - Throws: `StoreFailure`.
    package init(limit: Int, in state: some StatePort) throws(StoreFailure) {
        guard let header = try StoredHeader.read(state) else {
            position = 0
            return
        }
        position = header.position
        var least = LeastElements<Candidate>(limit: limit)
        try StoredComponents.forEach(in: state, withMembers: false) { image in
            let count = image.isInRows ? image.memberCount : image.members.count
            least.offer(Candidate(count: count, anchor: image.anchor, id: image.id))
        }
        let names =
            [[]] + (try StoredHeader.names(.namespace, count: header.namespaceCount, state))
        for candidate in least.sorted {
            components.append(try Self.describe(candidate, names, state))
        }
    }

    /// Reads a component's anchor for its text.
    private static func describe(
        _ candidate: Candidate, _ names: [[UInt8]], _ state: some StatePort
    ) throws(StoreFailure) -> Found {
        var image = ComponentImage()
        try StoredComponents.read(
            candidate.id, with: candidate.anchor, in: state, into: &image)
        var start = 0
        for member in image.members {
            defer { start += member.valueCount }
            guard member.key == candidate.anchor, member.namespace < names.count else { continue }
            return Found(
                count: candidate.count, anchor: candidate.anchor,
                namespace: names[Int(member.namespace)],
                value: Array(image.values[start..<start + member.valueCount]))
        }
        throw StoreFailure(
            .damaged, "a component lacks the member that names it", remedy: Remedy.rebuild)
    }
}
