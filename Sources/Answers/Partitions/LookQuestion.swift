package import GraphCore
internal import IdentityModel

/// Looks for the customer of a node, at the node's home or in a component that it was said to be
/// in, and asks for parts of it there. All of the answer is of one moment.
package struct LookQuestion: GraphQuestion {
    /// The node.
    let key: NodeKey
    /// The component that it is in, to be asked of its host; nil: to be asked of the node's home.
    var component: ComponentID?
    /// A page of its identifiers, and what belongs to the customer as a whole.
    var page: PagePart?
    /// Which of some nodes are its identifiers.
    var members: MembersPart?
    /// The keys of its next identifiers.
    var walk: WalkPart?
    /// A page of its links.
    var links: LonePart?
    /// A path to another of its identifiers.
    var path: PathPart?

    /// What a partition says of a customer that it may host.
    package struct Answer: Codable, Sendable {
        /// The customer, and what was asked for; nil where it is not here.
        var found: Found?
        /// The component that the customer is in, or has gone into; nil where that is not known.
        var elsewhere: ComponentID?
    }

    /// A customer, and what was asked of it.
    package struct Found: Codable, Sendable {
        /// The customer.
        let customer: CustomerView
        /// As the question has them.
        var page: PagePart.Answer?
        /// By part.
        var members: MembersPart.Answer?
        /// By part.
        var walk: [NodeKey]?
        /// By part.
        var links: LinkPage?
        /// By part.
        var path: PathPart.Answer?
    }

    /// The kind's name between nodes.
    package static let word = "look"

    /// Whether it can be meant so: see `WireQuestion`.
    package var isSound: Bool {
        page?.isSound ?? true && members?.isSound ?? true && links?.isSound ?? true
            && path?.isSound ?? true
    }

    /// Whether that can be the answer: see `WireQuestion`.
    package func fits(_ answer: Answer) -> Bool {
        guard let found = answer.found else { return true }
        func fits<Part, Told>(_ part: Part?, _ told: Told?, _ body: (Part, Told) -> Bool) -> Bool {
            guard let part else { return true }
            return told.map { body(part, $0) } ?? false
        }
        return fits(page, found.page) { $0.fits($1) }
            && fits(members, found.members) { $0.fits($1) }
            && fits(walk, found.walk) { $0.fits($1) }
            && fits(links, found.links) { $0.fits($1) }
            && fits(path, found.path) { $0.fits($1) }
    }

    /// The graph's answer.
    ///
    /// - Throws: `StateError`.
    package func answer(
        _ graph: inout IdentityGraph, _ reader: some StateReader
    ) throws(StateError) -> Answer {
        let customer: CustomerView
        if let component {
            guard let found = try graph.customer(of: key, in: component, reader: reader) else {
                return Answer(elsewhere: graph.forwardingPointer(from: component))
            }
            customer = found
        } else {
            switch try graph.whereabouts(of: key, reader: reader) {
            case .here(let found): customer = found
            case .elsewhere(let id): return Answer(elsewhere: id)
            case .nowhere: return Answer()
            }
        }
        var found = Found(customer: customer)
        found.page = try page?.answer(of: key, customer, &graph, reader)
        found.members = try members?.answer(of: key, &graph, reader)
        found.walk = try walk?.answer(of: key, &graph, reader)
        found.links = try links?.answer(of: key, &graph, reader)
        found.path = try path?.answer(of: key, customer, &graph, reader)
        return Answer(found: found)
    }
}
