import GraphCore
import IdentityModel
import NodeRuntime
import WireFormat

/// An event as the verifier's tests write it: "namespace:value" texts and a time in milliseconds.
struct VerifyEvent {
    var operation = LinkOperation.link
    var a: String
    var b = ""
    var time: Int64
    var source = "web"
    var reason = ""

    static func link(_ a: String, _ b: String, at time: Int64, by source: String = "web") -> Self {
        VerifyEvent(a: a, b: b, time: time, source: source)
    }

    static func unlink(_ a: String, _ b: String, at time: Int64, by source: String = "web") -> Self
    {
        VerifyEvent(operation: .unlink, a: a, b: b, time: time, source: source)
    }

    static func ban(_ a: String, _ b: String, at time: Int64, reason: String) -> Self {
        VerifyEvent(
            operation: .ban, a: a, b: b, time: time, source: "steward", reason: reason)
    }

    static func observe(_ a: String, at time: Int64) -> Self {
        VerifyEvent(operation: .observe, a: a, time: time)
    }
}

/// A partition on a store in memory, fed with events, checkpointed, damaged and verified.
final class VerifyStore {
    static let partition = PartitionID(3)
    static let namespaces = NamespaceTable(
        namespaces: [
            Namespace(name: "loyalty", priority: 10), Namespace(name: "email", priority: 20),
        ], isStrict: false)
    private static let settings = NodeSettings(
        namespaces: namespaces, configurationDigest: 7,
        checkpoints: CheckpointPolicy(tailEvents: .max, tailBytes: .max))

    let state = MemoryState()
    private let log = MemoryLog()
    private var runtime: PartitionRuntime<MemoryLog, MemoryState>

    init() throws {
        runtime = try PartitionRuntime(
            Self.partition, log: log, state: state, settings: Self.settings)
    }

    /// A stand-in for the keyed hash: the verifier takes any.
    static func keyOf(_ text: Span<UInt8>) -> NodeKey {
        NodeKey(high: Mixing.hash(text, seed: 1), low: Mixing.hash(text, seed: 2))
    }

    static func key(_ text: String) -> NodeKey { keyOf(Array(text.utf8).span) }

    // MARK: Feeding

    /// Appends the events as one record.
    func append(_ events: [VerifyEvent]) throws {
        var builder = EventRecordBuilder()
        for event in events { Self.add(event, to: &builder) }
        _ = try runtime.append(builder.finish(runtime.recordHead))
    }

    /// Has what has changed be told, and stores a checkpoint.
    func checkpoint() throws {
        _ = try runtime.append(RecordCodec.encode(.tick(.minimum), runtime.recordHead))
        try checkpointUntold()
    }

    func checkpointUntold() throws { try runtime.checkpoint() }

    /// Lets go of the partition and opens it again from what is stored.
    func reopen() throws {
        runtime = try PartitionRuntime(
            Self.partition, log: log, state: state, settings: Self.settings)
    }

    var counters: GraphCounters { runtime.counters }

    private static func add(_ event: VerifyEvent, to builder: inout EventRecordBuilder) {
        var bytes: [UInt8] = []
        func place(_ text: String) -> Range<Int> {
            let start = bytes.count
            bytes += Array(text.utf8)
            return start..<bytes.count
        }
        func end(_ text: String) -> EventEnd {
            let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
            return EventEnd(
                key: key(text), text: place(text),
                namespaceCount: text.utf8.distance(from: text.utf8.startIndex, to: colon))
        }
        let time = EventTime(milliseconds: event.time)
        let (source, reason) = (place(event.source), place(event.reason))
        if event.operation == .observe {
            let seen = end(event.a)
            builder.appendObserve(
                seen, time: time, source: source, eventID: 0..<0, reason: reason, in: bytes.span)
        } else {
            let (one, other) = (end(event.a), end(event.b))
            builder.appendPair(
                event.operation, one, other, time: time, source: source, eventID: 0..<0,
                reason: reason, in: bytes.span)
        }
    }

    // MARK: Verifying

    func verify() throws -> VerifyReport {
        try StoreVerifier(
            partition: Self.partition, namespaces: Self.namespaces, keyOf: Self.keyOf
        ).verify(state)
    }

    // MARK: Reading and damaging what is stored

    /// All entries, in order.
    var entries: [(key: [UInt8], value: [UInt8])] {
        var entries: [(key: [UInt8], value: [UInt8])] = []
        state.scan(from: [], to: [0xff]) { key, value in
            entries.append((Self.array(key), Self.array(value)))
            return true
        }
        return entries
    }

    func put(_ key: [UInt8], _ value: [UInt8]) {
        var batch = CheckpointBatch()
        batch.put(key, value)
        state.apply(batch)
    }

    func remove(_ key: [UInt8]) {
        var batch = CheckpointBatch()
        batch.remove(key)
        state.apply(batch)
    }

    func value(_ key: [UInt8]) -> [UInt8] {
        var value: [UInt8] = []
        precondition(state.read(key, into: &value), "the test names an entry that is not there")
        return value
    }

    func home(_ text: String) throws -> HomeImage {
        var image = HomeImage()
        let isThere = try StoredState(state).readHome(Self.key(text), into: &image)
        precondition(isThere, "the test names a home that is not there")
        return image
    }

    func editHome(_ text: String, _ change: (inout HomeImage) -> Void) throws {
        var image = try home(text)
        change(&image)
        var batch = CheckpointBatch()
        batch.writeHome(image)
        state.apply(batch)
    }

    /// The home of the pair's lesser end, and the pair's place in it.
    func editPair(
        _ one: String, _ other: String, _ change: (inout HomeImage, _ pair: Int) -> Void
    ) throws {
        let (a, b) = Self.key(one) < Self.key(other) ? (one, other) : (other, one)
        try editHome(a) { home in
            guard let pair = home.pairs.firstIndex(where: { $0.other == Self.key(b) }) else {
                preconditionFailure("the test names a pair that is not there")
            }
            change(&home, pair)
        }
    }

    func component(holding text: String) throws -> ComponentImage {
        var image = ComponentImage()
        let isThere = try StoredState(state).readComponent(home(text).component, into: &image)
        precondition(isThere, "the test names a component that is not there")
        return image
    }

    /// Changes the component that holds an identifier; the identifier's place comes with it.
    func editComponent(
        holding text: String, _ change: (inout ComponentImage, _ member: Int) -> Void
    ) throws {
        var image = try component(holding: text)
        guard let member = image.members.firstIndex(where: { $0.key == Self.key(text) }) else {
            preconditionFailure("the test names a member that is not there")
        }
        change(&image, member)
        var batch = CheckpointBatch()
        batch.writeComponent(image)
        state.apply(batch)
    }

    func editHeader(_ change: (inout PartitionHeader) -> Void) throws {
        var header = try PartitionHeader(value(StateKey.header).span)
        change(&header)
        put(StateKey.header, header.encoded)
    }

    static func array(_ bytes: Span<UInt8>) -> [UInt8] {
        var copy: [UInt8] = []
        for index in 0..<bytes.count { copy.append(bytes[index]) }
        return copy
    }
}
