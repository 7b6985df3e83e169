import GraphCore
import IdentityModel
import NodeRuntime
import ProfileCore
import TestSupport
import Testing
import WireFormat

/// What the embedded engine makes of events: one partition over ports in memory.
struct EmbeddedReference {
    let digest: Digest
    let customers: ChangesTable

    /// Events as JSON lines, each of them one that is taken, under rules that are in force from the
    /// start.
    init(_ lines: [[UInt8]], under rules: SurvivorshipRules = .standing) throws {
        let node = EngineFixture.node(1, .never)
        var router = EventRouter(hasher: EngineFixture.hasher, rules: rules)
        var decoder = JSONEventDecoder(
            options: EventDecoderOptions(namespaces: node.namespaces, defaultTime: .lineNumber))
        let feed = ChangeFeed(MemoryFeed(), partitions: 1)
        let group = try PartitionGroup(
            log: MemoryLog(), states: [MemoryState()], settings: node, feed: feed)
        #expect(try group.put(rules: rules) == (rules.version > 0))
        for (place, line) in lines.enumerated() {
            guard case .event(let event) = decoder.decode(line.span, lineNumber: place + 1) else {
                Issue.record("line \(place + 1) is refused")
                continue
            }
            let bytes = decoder.scratch.bytes
            #expect(router.add(event, in: bytes.span) == nil)
            if router.isFull { try group.append(router.takeRecords(group.recordHead)) }
        }
        try group.append(router.takeRecords(group.recordHead))
        try group.checkpoint()
        digest = group.digest
        customers = try Self.customers(feed, group)
    }

    /// The live customers as its own feed tells them, each of which the graph has so.
    private static func customers(
        _ feed: ChangeFeed, _ group: PartitionGroup<MemoryLog, MemoryState>
    ) throws -> ChangesTable {
        var table = ChangesTable()
        var reader = try feed.reader(from: .oldest)
        for change in try reader.read(atMost: .max, bytes: .max) {
            var text: [UInt8] = []
            try change.appendText(to: &text, masking: .standing)
            try table.take(text, key: nil)
        }
        #expect(UInt64(table.customers.count) == group.counters.customers)
        for (id, customer) in table.customers {
            let key = try #require(NodeKey(hexadecimal: id))
            let members = try group.runtimes[0].ask { (graph, reader) throws(StateError) in
                let view = try graph.customer(of: key, reader: reader)
                return view?.id.anchor == key
                    ? try graph.members(withMember: key, reader: reader) : []
            }
            let wanted = Set(members.map { $0.namespace + [UInt8(ascii: ":")] + $0.value })
            #expect(customer.identifiers == wanted)
        }
        return table
    }
}
