package import GraphCore
package import IdentityModel

/// Messages in the words of the executable model's traces (Tests/Model/protocol/text.py).
///
/// A node's key is its number, its value "v" and the number. What customers last published is not
/// compared: the change feed comes later.
package struct ModelText {
    /// Words for messages.
    package init() {}

    /// A message.
    package func text(_ message: GraphMessage) -> String {
        switch message {
        case .forMember(let message): text(message)
        case .resolve(let message, let asked):
            "resolve node=\(message.node.low) asked=\(asked) (\(text(message)))"
        case .via(let message, let version):
            "via node=\(message.node.low) version=\(version) (\(text(message)))"
        case .assign(let assignment):
            "assign component=\(text(assignment.component)) nodes="
                + assignment.nodes.map { "\($0.key.low)@\($0.version)" }.joined(separator: ",")
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
        let (component, node) = (text(message.component), message.node.low)
        switch message.content {
        case .seen(let time, _, let value):
            return "seen component=\(component) node=\(node) time=\(time.milliseconds)"
                + " value=\(String(decoding: value, as: UTF8.self))"
        case .edge(let other, let version, let isLive):
            return "edge component=\(component) a=\(node) b=\(other.low) version=\(version)"
                + " live=\(isLive ? 1 : 0)"
        case .join(let other, let version, let asker, let rank):
            return "join component=\(component) a=\(other.low) b=\(node) version=\(version)"
                + " asker=\(text(asker)) rank=\(rank)"
        case .joinBack(let other, let version, let asked, let rank):
            return "joinback component=\(component) a=\(node) b=\(other.low)"
                + " version=\(version) asked=\(text(asked)) rank=\(rank)"
        case .retry(let other): return "retry component=\(component) a=\(node) b=\(other.low)"
        }
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
            return "\(member.key.low)(version=\(member.version) seen=\(seen) value=\(value))"
        }
        let edges = state.edges.map { edge in
            "\(edge.a.low)-\(edge.image.other.low)(version=\(edge.image.version)"
                + " live=\(edge.image.isLive ? 1 : 0))"
        }
        return "via=\(state.via.a.low)-\(state.via.b.low)"
            + " members=\(members.joined(separator: ","))"
            + " edges=\(edges.joined(separator: ","))"
    }
}
