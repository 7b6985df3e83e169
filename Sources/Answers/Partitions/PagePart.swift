internal import GraphCore
internal import IdentityModel

/// A page of a customer's identifiers, and what belongs to the customer as a whole.
struct PagePart: Codable, Sendable {
    /// Behind which identifier the page starts; nil: before the first.
    var after: MemberPosition?
    /// How many identifiers are wanted; 0: none.
    var limit: Int
    /// Whether the identifier that names the customer is wanted.
    var withAnchor = false
    /// Whether the profile is wanted; true: with its sensitive values, false: without them.
    var profile: Bool?

    /// What the host says.
    struct Answer: Codable, Sendable {
        /// The identifiers, the strongest first. One whose value is still on its way is left out.
        var members: [MemberView] = []
        /// The last one's place, if others follow it.
        var next: MemberPosition?
        /// The identifier that names the customer.
        var anchor: MemberView?
        /// The profile.
        var profile: ProfileAnswer?
    }

    /// As `WireQuestion` has it.
    var isSound: Bool { 0...PageLimits.maximum ~= limit }

    /// As `WireQuestion` has it.
    func fits(_ answer: Answer) -> Bool {
        answer.members.count <= limit && answer.members.allSatisfy(\.isNamed)
    }

    /// The host's answer.
    func answer(
        of key: NodeKey, _ customer: CustomerView, _ graph: inout IdentityGraph,
        _ reader: some StateReader
    ) throws(StateError) -> Answer {
        var answer = Answer()
        if limit > 0 {
            let page = try graph.memberPage(
                withMember: key, after: after, limit: limit, reader: reader)
            answer.members = page.members
            answer.members.removeAll { !$0.isNamed }
            answer.next = page.next
        }
        if withAnchor {
            answer.anchor = try graph.members(
                [customer.id.anchor], withMember: key, reader: reader)[0]
        }
        if let reveal = profile {
            answer.profile = try ProfileAnswer.of(key, &graph, reader, reveal: reveal)
        }
        return answer
    }
}
