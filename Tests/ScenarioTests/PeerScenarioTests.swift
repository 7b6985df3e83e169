import Foundation
import GraphCore
import IdentityModel
import TestSupport
import Testing

/// What other systems' test suites assert of merging people, where it follows from connectivity
/// alone. The restated cases are data that stays outside the repository: at `KINDRED_SHARED_DATA`,
/// or in `../shared/data` beside it.
@Suite("Peers' scenarios")
struct PeerScenarioTests {
    private struct Case: Decodable {
        var id: String
        var links: [[String]]
        var singles: [String]
        var groups: [[String]]
        var policy: String
    }

    private static let file =
        (TestBudget.variable("KINDRED_SHARED_DATA") ?? "\(FixtureFiles.root)/../shared/data")
        + "/cdp-scenarios.jsonl"
    private static let text = FixtureFiles.text(at: file)

    @Test(.enabled(if: text != nil, "no cdp-scenarios.jsonl at KINDRED_SHARED_DATA"))
    func shouldGroupAsPeersDo() throws {
        let decoder = JSONDecoder()
        let cases = try (Self.text ?? "").split(separator: "\n").map { line in
            try decoder.decode(Case.self, from: Data(line.utf8))
        }.filter { $0.policy == "pure" }
        #expect(cases.count >= 30)
        for entry in cases {
            for order in Self.orders(of: entry.links) {
                let store = try ScenarioStore()
                for single in entry.singles {
                    try store.append(TestEvent(.observe, store.end(single)))
                }
                // A link of an identifier to itself is refused at the edge.
                for (time, link) in order.enumerated() where link[0] != link[1] {
                    try store.append(
                        TestEvent(
                            .link, store.end(link[0]), store.end(link[1]), at: Int64(time)))
                }
                let groups = try Self.groups(of: entry.groups.flatMap(\.self), in: store)
                #expect(groups == Set(entry.groups.map(Set.init)), "\(entry.id)")
                #expect(store.isAsTheOracleSays())
            }
        }
    }

    /// The given order, its reverse, and for few links every other.
    private static func orders(of links: [[String]]) -> [[[String]]] {
        guard links.count > 1, links.count <= 4 else { return [links, links.reversed()] }
        return links.indices.flatMap { first in
            var rest = links
            let link = rest.remove(at: first)
            return orders(of: rest).map { [link] + $0 }
        }
    }

    /// Names that are one customer together; an identifier that no event named stands alone.
    private static func groups(of names: [String], in store: ScenarioStore) throws -> Set<
        Set<String>
    > {
        var groups: [String: Set<String>] = [:]
        for name in names {
            let anchor = try store.customer(name)?.id.description ?? "nobody but \(name)"
            groups[anchor, default: []].insert(name)
        }
        return Set(groups.values)
    }
}
