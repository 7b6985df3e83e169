import Foundation
import GraphCore
import IdentityModel
import ProfileCore
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
        /// What was said of people, and their one person's properties at the end.
        var observations: [Properties]?
        var props: [String: Value]?

        private enum CodingKeys: String, CodingKey {
            case id, links, singles, groups, policy, props
            case observations = "prop_events"
        }
    }

    /// Properties that were said of one.
    private struct Properties: Decodable {
        var id: String
        var ts: Int64
        var set: [String: Value]?
        var once: [String: Value]?

        private enum CodingKeys: String, CodingKey {
            case id, ts, set
            case once = "set_once"
        }
    }

    /// A property's value, as text.
    private struct Value: Decodable, Equatable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) {
                text = "\(number)"
            } else {
                text = try container.decode(String.self)
            }
        }
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
                #expect(try store.isAsTheOracleSays())
            }
        }
    }

    /// `set` is the latest, `set_once` the earliest where nothing was set, in every order.
    ///
    /// One case is left out: there the person that is merged into wins over a later value, which no
    /// rule does that is to be the same in any order.
    @Test(.enabled(if: text != nil, "no cdp-scenarios.jsonl at KINDRED_SHARED_DATA"))
    func shouldConflateAsPeersDo() throws {
        let decoder = JSONDecoder()
        let cases = try (Self.text ?? "").split(separator: "\n").map { line in
            try decoder.decode(Case.self, from: Data(line.utf8))
        }.filter { $0.policy == "pure" && $0.observations != nil && $0.id != "ph-18" }
        #expect(cases.count >= 4)
        for entry in cases {
            let said = try Self.observations(entry)
            let names = said.flatMap(\.names).sorted()
            for order in Self.orders(of: Array(said.indices)) {
                let store = try ScenarioStore()
                try store.put(
                    Set(names).sorted().map {
                        AttributeRule(
                            name: Array($0.utf8), rule: .last(setOnce: [Array("once".utf8)]))
                    })
                for place in order {
                    let event = said[place]
                    try store.append(
                        TestEvent(
                            .observe, store.end(event.id), at: event.time, source: event.source,
                            attributes: event.block))
                }
                for link in entry.links where link[0] != link[1] {
                    try store.append(TestEvent(.link, store.end(link[0]), store.end(link[1])))
                }
                let profile = try store.profile(entry.links[0][0])
                let wanted = (entry.props ?? [:]).mapValues(\.text)
                let found = Dictionary(
                    uniqueKeysWithValues: profile.map {
                        ($0.name, $0.value.trimmingCharacters(in: ["\""]))
                    })
                #expect(found == wanted, "\(entry.id), \(order)")
                #expect(try store.isAsTheOracleSays())
            }
        }
    }

    /// What is observed of one at a time.
    private struct Said {
        let id: String
        let time: Int64
        let source: String
        let names: [String]
        let block: [UInt8]
    }

    private static func observations(_ entry: Case) throws -> [Said] {
        try (entry.observations ?? []).flatMap { event in
            try [("set", event.set), ("once", event.once)].compactMap { source, values in
                guard let values else { return nil }
                let sorted = values.sorted { $0.key < $1.key }
                return Said(
                    id: event.id, time: event.ts, source: source, names: sorted.map(\.key),
                    block: try ProfileWords.block(sorted.map { ($0.key, $0.value.text) }))
            }
        }
    }

    /// The given order, its reverse, and for few links every other.
    private static func orders<Link>(of links: [Link]) -> [[Link]] {
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
