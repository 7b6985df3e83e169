package import IdentityModel

/// Where memory had an event's nodes when they were looked for.
package struct EventHint: Sendable, BitwiseCopyable {
    var a: Ordinal
    var b: Ordinal

    /// Memory has neither.
    package static let nothing = EventHint(a: noOrdinal, b: noOrdinal)
}

// Hints at the memory that an event to be folded soon will need, one jump after the other, as for
// changes (`IdentityGraph+ChangePrefetch`). They change no result; what was found may be elsewhere
// by the time that it is used.
extension IdentityGraph {
    /// Asks for where the index has two nodes.
    @inline(__always)
    package func prefetchIndex(_ a: NodeKey, _ b: NodeKey) {
        nodeIndex.prefetch(Self.indexHash(a))
        nodeIndex.prefetch(Self.indexHash(b))
    }

    /// Asks for where the index has the nodes of a message.
    package func prefetchIndex(_ message: GraphMessage) {
        guard let nodes = Self.nodes(of: message) else { return }
        prefetchIndex(nodes.a, nodes.b)
    }

    /// Asks for the nodes of a message; the index is looked at now.
    package func prefetchNodes(_ message: GraphMessage) -> EventHint {
        guard let nodes = Self.nodes(of: message) else { return .nothing }
        return prefetchNodes(nodes.a, nodes.b)
    }

    /// The nodes that a message leads to first, of a pair the lesser end before the greater.
    private static func nodes(of message: GraphMessage) -> (a: NodeKey, b: NodeKey)? {
        switch message {
        case .forMember(let message), .resolve(let message, _), .via(let message, _):
            switch message.content {
            case .seen: (message.node, message.node)
            case .join(let from, _, _, _): (from, message.node)
            case .edge(let to, _, _), .joinBack(let to, _, _, _), .retry(let to): (message.node, to)
            }
        case .assign(let assignment):
            assignment.nodes.first.map { ($0.key, $0.key) }
        case .absorb(let state): (state.via.a, state.via.b)
        case .page, .next: nil
        }
    }

    /// Asks for the nodes; the index is looked at now.
    @inline(__always)
    package func prefetchNodes(_ a: NodeKey, _ b: NodeKey) -> EventHint {
        let hint = EventHint(a: likelyNode(a), b: likelyNode(b))
        nodes.prefetch(hint.a)
        nodes.prefetch(hint.b)
        return hint
    }

    /// Asks for what the nodes lead to: where the index has their pair, the first of their live
    /// links, their components.
    @inline(__always)
    package func prefetchParts(_ hint: EventHint) {
        linkIndex.prefetch(Self.indexHash(hint.a, hint.b))
        prefetchParts(of: hint.a)
        prefetchParts(of: hint.b)
    }

    @inline(__always)
    private func prefetchParts(of node: Ordinal) {
        guard node != noOrdinal else { return }
        links.prefetch(nodes[node].liveLinks)
        components.prefetch(nodes[node].component)
    }

    /// Asks for what these lead to: the pair, and the members that name the customers.
    @inline(__always)
    package func prefetchFartherParts(_ hint: EventHint) {
        if hint.a != noOrdinal, hint.b != noOrdinal {
            links.prefetch(linkIndex.find(Self.indexHash(hint.a, hint.b)) { _ in true })
        }
        prefetchAnchor(of: hint.a)
        prefetchAnchor(of: hint.b)
    }

    @inline(__always)
    private func prefetchAnchor(of node: Ordinal) {
        guard node != noOrdinal, nodes[node].component != noOrdinal else { return }
        nodes.prefetch(components[nodes[node].component].anchor)
    }

    /// The node that the index gives for a key by its hash alone: nodes are not looked at.
    @inline(__always)
    private func likelyNode(_ key: NodeKey) -> Ordinal {
        nodeIndex.find(Self.indexHash(key)) { _ in true }
    }
}
