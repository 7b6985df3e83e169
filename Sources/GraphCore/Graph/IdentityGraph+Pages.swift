package import IdentityModel

/// A place in the order of a customer's identifiers: by (namespace priority, key). It stays where
/// it is when others come and go.
package struct MemberPosition: Comparable, Sendable {
    /// The namespace's priority.
    package let priority: UInt32
    /// The identifier's key.
    package let key: NodeKey

    /// The place of an identifier with this key in a namespace of this priority.
    package init(priority: UInt32, key: NodeKey) {
        self.priority = priority
        self.key = key
    }

    package static func < (left: MemberPosition, right: MemberPosition) -> Bool {
        left.priority != right.priority ? left.priority < right.priority : left.key < right.key
    }
}

/// A place in the order of a customer's pairs: by (lesser end, greater end).
package struct LinkPosition: Comparable, Sendable {
    /// The lesser end.
    package let a: NodeKey
    /// The greater end.
    package let b: NodeKey

    /// The place of the pair with these ends.
    package init(a: NodeKey, b: NodeKey) {
        self.a = a
        self.b = b
    }

    package static func < (left: LinkPosition, right: LinkPosition) -> Bool {
        left.a != right.a ? left.a < right.a : left.b < right.b
    }
}

/// Some of a customer's identifiers, in order.
package struct MemberPage: Equatable, Sendable {
    /// The identifiers.
    package let members: [MemberView]
    /// The last one's place, if others follow it; else nil.
    package let next: MemberPosition?
}

/// Some of a customer's pairs, in order.
package struct LinkPage: Equatable, Sendable {
    /// The pairs.
    package let links: [LinkView]
    /// The last one's place, if others follow it; else nil.
    package let next: LinkPosition?
}

// The answers of `members` and `links` in parts.
extension IdentityGraph {
    /// The first `limit` identifiers of a node's customer behind the place `after` (nil: from the
    /// start); empty if the node does not exist. O(members) time, and O(limit) memory beside them.
    package mutating func memberPage(
        withMember key: NodeKey, after: MemberPosition?, limit: Int, reader: some StateReader
    ) throws(StateError) -> MemberPage {
        let component = try component(of: key, reader)
        guard component != noOrdinal else { return MemberPage(members: [], next: nil) }
        var least = LeastElements<MemberPosition>(limit: limit + 1)
        for member in unsortedMembers(of: component) {
            let place = position(of: member)
            if let after, place <= after { continue }
            least.offer(place)
        }
        let found = least.sorted
        let page = found.prefix(limit)
        return MemberPage(
            members: page.map { view(of: findNode($0.key)) },
            next: found.count > limit ? page.last : nil)
    }

    /// The first `limit` pairs, live or not, between identifiers of a node's customer behind the
    /// place `after` (nil: from the start); empty if the node does not exist.
    ///
    /// Evidence is read only as far as the page needs. O(members log members) time.
    package mutating func linkPage(
        withMember key: NodeKey, after: LinkPosition?, limit: Int, reader: some StateReader
    ) throws(StateError) -> LinkPage {
        let component = try component(of: key, reader)
        guard component != noOrdinal else { return LinkPage(links: [], next: nil) }
        var found: [Ordinal] = []
        for member in sortedMembers(of: component) where found.count <= limit {
            if let after, nodes[member].key < after.a { continue }
            _ = try home(of: nodes[member].key, reader)
            found += outLinks(of: member) { $0.contains(.hasEvidence) }
                .filter { nodes[links[$0].b].component == component }
                .filter { isBehind(after, pair: $0) }
                .sorted { nodes[links[$0].b].key < nodes[links[$1].b].key }
        }
        let page = found.prefix(limit)
        return LinkPage(
            links: page.map { view(ofPair: $0) },
            next: found.count > limit ? page.last.map { position(ofPair: $0) } : nil)
    }

    private func isBehind(_ place: LinkPosition?, pair: Ordinal) -> Bool {
        guard let place else { return true }
        return place < position(ofPair: pair)
    }

    private func position(of node: Ordinal) -> MemberPosition {
        MemberPosition(
            priority: priorities[Int(nodes[node].namespace)], key: nodes[node].key)
    }

    private func position(ofPair pair: Ordinal) -> LinkPosition {
        LinkPosition(a: nodes[links[pair].a].key, b: nodes[links[pair].b].key)
    }
}
