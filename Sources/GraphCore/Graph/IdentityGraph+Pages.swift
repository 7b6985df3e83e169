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

    /// A page with its members.
    package init(links: [LinkView], next: LinkPosition?) {
        self.links = links
        self.next = next
    }
}

// Answers in parts. Of a component in rows they bring into memory what they show, and no more.
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
        var walk = StoredMemberWalk(after: nil)
        while let images = try absentMembers(of: component, &walk, reader) {
            for image in images {
                guard image.namespace < priorities.count else {
                    throw StateError(.damaged, "a member is of a namespace that has no name")
                }
                let place = MemberPosition(
                    priority: priorities[Int(image.namespace)], key: image.key)
                if let after, place <= after { continue }
                least.offer(place)
            }
        }
        let found = least.sorted
        let page = found.prefix(limit)
        var members: [MemberView] = []
        for place in page { members.append(try view(ofMember: place.key, in: component, reader)) }
        return MemberPage(members: members, next: found.count > limit ? page.last : nil)
    }

    /// The first `limit` pairs, live or not, between identifiers of a node's customer behind the
    /// place `after` (nil: from the start); empty if the node does not exist.
    ///
    /// Evidence is read only as far as the page needs. O(members) time.
    package mutating func linkPage(
        withMember key: NodeKey, after: LinkPosition?, limit: Int, reader: some StateReader
    ) throws(StateError) -> LinkPage {
        let component = try component(of: key, reader)
        guard component != noOrdinal else { return LinkPage(links: [], next: nil) }
        var found: [Ordinal] = []
        var keys: [NodeKey] = []
        if let after {
            found = try pairs(of: after.a, behind: after.b, in: component, limit, reader)
        }
        var last = after?.a
        repeat {
            keys = try memberKeys(of: component, after: last, reader)
            for key in keys where found.count <= limit {
                found += try pairs(of: key, behind: nil, in: component, limit, reader)
            }
            last = keys.last
        } while found.count <= limit && keys.count == configuration.limits.rowsAtOnce
        let page = found.prefix(limit)
        return LinkPage(
            links: page.map { view(ofPair: $0) },
            next: found.count > limit ? page.last.map { position(ofPair: $0) } : nil)
    }

    // MARK: The same, where homes may be elsewhere

    /// The keys of the next identifiers of a node's customer behind `after` (nil: from the start),
    /// in order: a few hundred at most, none only at the end. O(members) time.
    package mutating func memberKeys(
        withMember key: NodeKey, after: NodeKey?, reader: some StateReader
    ) throws(StateError) -> [NodeKey] {
        let component = try component(of: key, reader)
        guard component != noOrdinal else { return [] }
        return try memberKeys(of: component, after: after, reader)
    }

    /// Those of `keys` that are identifiers of a node's customer; nil in the place of any other.
    package mutating func members(
        _ keys: [NodeKey], withMember key: NodeKey, reader: some StateReader
    ) throws(StateError) -> [MemberView?] {
        let component = try component(of: key, reader)
        guard component != noOrdinal else { return keys.map { _ in nil } }
        var members: [MemberView?] = []
        for other in keys {
            let isThere = try isMember(other, of: component, reader)
            members.append(isThere ? view(of: findNode(other)) : nil)
        }
        return members
    }

    /// Up to `limit` pairs, live or not, of which a node whose home is here is the lesser end, in
    /// order, behind the pair with the greater end `after` (nil: from the start); empty if the node
    /// does not exist.
    package mutating func pairs(
        of key: NodeKey, behind after: NodeKey?, limit: Int, reader: some StateReader
    ) throws(StateError) -> [LinkView] {
        let home = try existingHome(of: key, reader)
        guard home != noOrdinal else { return [] }
        var found: [LinkView] = []
        var after = after
        repeat {
            let (pairs, end) = try somePairs(of: home, behind: after, reader)
            found += pairs.prefix(limit - found.count).map { view(ofPair: $0) }
            after = end
        } while after != nil && found.count < limit
        return found
    }

    // MARK: Members, in memory or not

    /// The next few keys of a component's members behind `after`, in order.
    mutating func memberKeys(
        of component: Ordinal, after: NodeKey?, _ reader: some StateReader
    ) throws(StateError) -> [NodeKey] {
        var least = LeastElements<NodeKey>(limit: configuration.limits.rowsAtOnce)
        for member in unsortedMembers(of: component) {
            let key = nodes[member].key
            if let after, key <= after { continue }
            least.offer(key)
        }
        var room = configuration.limits.rowsAtOnce
        var walk = StoredMemberWalk(after: after)
        while room > 0, let images = try absentMembers(of: component, &walk, reader) {
            for image in images { least.offer(image.key) }
            room -= images.count
        }
        return least.sorted
    }

    /// The next of a component's members that the store has and memory lacks, in order of their
    /// keys; nil at the end. It brings none into memory.
    mutating func absentMembers(
        of component: Ordinal, _ walk: inout StoredMemberWalk, _ reader: some StateReader
    ) throws(StateError) -> [MemberImage]? {
        guard walk.hasMore,
            components[component].residentCount < components[component].count
        else { return nil }
        try reader.readMembers(
            of: components[component].id, after: walk.last, limit: configuration.limits.rowsAtOnce,
            into: &componentImage)
        walk.last = componentImage.members.last?.key
        walk.hasMore = componentImage.members.count == configuration.limits.rowsAtOnce
        let id = components[component].id
        return componentImage.members.filter { isAbsent($0.key, from: id) }
    }

    private mutating func view(
        ofMember key: NodeKey, in component: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> MemberView {
        let member = node(key)
        if nodes[member].component == noOrdinal {
            try loadMember(member, of: component, reader)
        }
        return view(of: member)
    }

    // MARK: Pairs, in memory or not

    /// More than `limit`, if there are as many, of the pairs of a member that lead to members of
    /// its component, in order, behind the pair with the greater end `after`.
    private mutating func pairs(
        of key: NodeKey, behind after: NodeKey?, in component: Ordinal, _ limit: Int,
        _ reader: some StateReader
    ) throws(StateError) -> [Ordinal] {
        let home = try home(of: key, reader)
        var found: [Ordinal] = []
        var after = after
        repeat {
            let (pairs, end) = try somePairs(of: home, behind: after, reader)
            for pair in pairs
            where try isMember(nodes[links[pair].b].key, of: component, reader) {
                found.append(pair)
            }
            after = end
        } while after != nil && found.count <= limit
        return found
    }

    /// The next few pairs of a home in order, and the greater end up to which all were looked at;
    /// nil: to the end.
    private mutating func somePairs(
        of home: Ordinal, behind after: NodeKey?, _ reader: some StateReader
    ) throws(StateError) -> (pairs: [Ordinal], end: NodeKey?) {
        let end = try loadPairs(of: home, after: after, reader)
        orderLinks(of: home) { $0.contains(.hasEvidence) }
        let pairs = linkOrder.all.filter {
            let other = nodes[links[$0].b].key
            return after.map { $0 < other } ?? true && end.map { other <= $0 } ?? true
        }
        return (pairs, end)
    }

    private func position(of node: Ordinal) -> MemberPosition {
        MemberPosition(
            priority: priorities[Int(nodes[node].namespace)], key: nodes[node].key)
    }

    private func position(ofPair pair: Ordinal) -> LinkPosition {
        LinkPosition(a: nodes[links[pair].a].key, b: nodes[links[pair].b].key)
    }
}

/// How far the stored members of a component were walked over.
struct StoredMemberWalk {
    var last: NodeKey?
    var hasMore = true

    init(after: NodeKey?) { last = after }
}
