package import GraphCore
package import IdentityModel

/// Messages and changes in the words of the executable model's traces
/// (Tests/Model/protocol/text.py).
package struct MessageText {
    private let number: @Sendable (NodeKey) -> UInt64

    /// Words for messages whose nodes have these numbers.
    package init(_ number: @escaping @Sendable (NodeKey) -> UInt64 = { $0.low }) {
        self.number = number
    }

    /// A message.
    package func text(_ message: GraphMessage) -> String {
        switch message {
        case .forMember(let message): text(message)
        case .resolve(let message, let asked):
            "resolve node=\(number(message.node)) asked=\(asked) (\(text(message)))"
        case .via(let message, let version):
            "via node=\(number(message.node)) version=\(version) (\(text(message)))"
        case .assign(let assignment):
            "assign component=\(text(assignment.component)) nodes="
                + assignment.nodes.map { "\(number($0.key))@\($0.version)" }.joined(separator: ",")
        case .absorb(let state):
            "absorb component=\(text(state.target)) \(text(state))"
        case .page(let page):
            "page component=\(text(page.state.target)) transfer=\(text(page.transfer))"
                + " index=\(page.index) last=\(page.isLast ? 1 : 0) back=\(page.back.rawValue)"
                + " \(text(page.state))"
        case .next(let transfer, let index): "next transfer=\(text(transfer)) index=\(index)"
        }
    }

    /// A message for a member.
    package func text(_ message: MemberMessage) -> String {
        let (component, node) = (text(message.component), number(message.node))
        switch message.content {
        case .seen(let time, _, let value, let observation):
            return "seen component=\(component) node=\(node) time=\(time.milliseconds)"
                + " value=\(String(decoding: value, as: UTF8.self))"
                + (observation.isEmpty ? "" : " observed=\(observation.count)")
        case .edge(let other, let version, let isLive):
            return "edge component=\(component) a=\(node) b=\(number(other)) version=\(version)"
                + " live=\(isLive ? 1 : 0)"
        case .join(let other, let version, let asker, let rank):
            return "join component=\(component) a=\(number(other)) b=\(node) version=\(version)"
                + " asker=\(text(asker)) rank=\(rank)"
        case .joinBack(let other, let version, let asked, let rank):
            return "joinback component=\(component) a=\(node) b=\(number(other))"
                + " version=\(version) asked=\(text(asked)) rank=\(rank)"
        case .retry(let other): return "retry component=\(component) a=\(node) b=\(number(other))"
        }
    }

    /// A change of the feed.
    package func text(_ change: CustomerChange) -> String {
        var (added, removed): ([String], [String]) = ([], [])
        change.forEachIdentifier { _, value, hasCome in
            let text = String(decoding: value, as: UTF8.self)
            if hasCome { added.append(text) } else { removed.append(text) }
        }
        let others = change.others.map { "\(number($0))" }
        return "\(change.kind) customer=\(number(change.customer)) version=\(change.version)"
            + " whole=\(change.isWhole ? 1 : 0) added=\(added.joined(separator: ","))"
            + " removed=\(removed.joined(separator: ",")) others=\(others.joined(separator: ","))"
    }

    /// A component: partition.sequence.
    package func text(_ component: ComponentID) -> String {
        component == .none ? "-" : "\(component.host.rawValue).\(component.sequence)"
    }

    private func text(_ state: ComponentState) -> String {
        var start = 0
        let members = state.members.map { member in
            defer { start += member.valueCount }
            let bytes = state.values[start..<start + member.valueCount]
            let value = member.namespace == 0 ? "-" : String(decoding: bytes, as: UTF8.self)
            let seen = member.firstSeen == .never ? "never" : "\(member.firstSeen.milliseconds)"
            return "\(number(member.key))(version=\(member.version) seen=\(seen) value=\(value)"
                + " customer=\(member.customerVersion) names=\(member.namesCustomer ? 1 : 0))"
        }
        let edges = state.edges.map { edge in
            "\(number(edge.a))-\(number(edge.image.other))(version=\(edge.image.version)"
                + " live=\(edge.image.isLive ? 1 : 0))"
        }
        return "via=\(number(state.via.a))-\(number(state.via.b))"
            + " members=\(members.joined(separator: ","))"
            + " edges=\(edges.joined(separator: ","))"
    }
}
