import GraphCore
import IdentityModel
import NodeKeys
import NodeRuntime
import ProfileCore
import TestSupport
import WireFormat

/// What a scenario's commands run on: a real partition over memory, and the oracle beside it.
final class ScenarioStore {
    /// The key of every scenario; customers are printed by their anchors' names, not by keys.
    static let key = "000102030405060708090a0b0c0d0e0f"
    /// The namespaces of every scenario; others have priority 100.
    static let namespaces = NamespaceTable(
        namespaces: [
            Namespace(name: "loyalty", priority: 10), Namespace(name: "email", priority: 20),
        ], isStrict: false)

    private static let partition = PartitionID(0)
    private let hasher: NodeKeyHasher
    private let settings = NodeSettings(namespaces: namespaces, configurationDigest: 1)
    private let log = MemoryLog()
    private let state = MemoryState()
    private(set) var runtime: PartitionRuntime<MemoryLog, MemoryState>
    private var oracle = GraphOracle(namespaces: namespaces)
    /// Every identifier that a command has named, by name.
    private var names: [String: TestEnd] = [:]
    /// Every event so far.
    private(set) var said: [TestEvent] = []
    /// The survivorship rules that were put last.
    var rules = SurvivorshipRules.standing

    init() throws {
        hasher = NodeKeyHasher(key: try StoreKey(hexadecimal: Self.key))
        runtime = try PartitionRuntime(
            Self.partition, log: log, state: state, settings: settings)
    }

    /// The identifier of a name: `ns:value`, or a bare word in the namespace `id`.
    func end(_ name: String) -> TestEnd {
        if let known = names[name] { return known }
        var (namespace, value) = ("id", name)
        if let colon = name.firstIndex(of: ":"), Namespace.isValid(name[..<colon].utf8) {
            namespace = String(name[..<colon])
            value = String(name[name.index(after: colon)...])
        }
        let text = Array("\(namespace):\(value)".utf8)
        let made = TestEnd(namespace: namespace, value: value, key: hasher.hash(text.span))
        names[name] = made
        return made
    }

    /// The name that a key was given.
    func name(_ key: NodeKey) -> String {
        names.first { $0.value.key == key }?.key ?? key.hexadecimal
    }

    /// All names so far, sorted.
    var allNames: [String] { names.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    func append(_ event: TestEvent) throws {
        try append(EventRecords.record([event], runtime.recordHead))
        oracle.fold(event)
        said.append(event)
    }

    /// Appends a record of something else than events.
    func append(_ record: [UInt8]) throws { _ = try runtime.append(record) }

    func reopen() throws {
        runtime = try PartitionRuntime(
            Self.partition, log: log, state: state, settings: settings)
    }

    /// Whether the graph is what the oracle says, which knows nothing of attributes: where there
    /// are some, the digest is that of the other order.
    func isAsTheOracleSays() throws -> Bool {
        let answer = oracle.solve()
        let counters = runtime.counters
        let isObserved = said.contains { !$0.attributes.isEmpty }
        let isTheDigest = try isObserved ? isAsTheOtherWayAround() : runtime.digest == answer.digest
        return isTheDigest
            && counters.customers == UInt64(answer.customers.count)
            && counters.identifiers == UInt64(answer.identifiers.count)
            && counters.pairs == UInt64(answer.pairs.count)
            && counters.liveLinks == UInt64(answer.liveLinks)
    }

    // MARK: Questions

    func customer(_ name: String) throws -> CustomerView? {
        let key = end(name).key
        return try runtime.ask { graph, reader throws(StateError) in
            try graph.customer(of: key, reader: reader)
        }
    }

    func members(_ name: String) throws -> [MemberView] {
        let key = end(name).key
        return try runtime.ask { graph, reader throws(StateError) in
            try graph.members(withMember: key, reader: reader)
        }
    }

    func links(_ name: String) throws -> [LinkView] {
        let key = end(name).key
        return try runtime.ask { graph, reader throws(StateError) in
            try graph.links(withMember: key, reader: reader)
        }
    }

    func link(_ one: String, _ other: String) throws -> LinkView? {
        let (first, second) = (end(one).key, end(other).key)
        return try runtime.ask { graph, reader throws(StateError) in
            try graph.link(first, second, reader: reader)
        }
    }

    func path(_ one: String, _ other: String) throws -> [NodeKey]? {
        let (first, second) = (end(one).key, end(other).key)
        return try runtime.ask { graph, reader throws(StateError) in
            try graph.path(from: first, to: second, reader: reader)
        }
    }
}
