import Answers
import GraphCore
import IdentityModel
import NodeKeys
import NodeRuntime
import WireFormat

/// A partition in memory and its desk, told events as the command line tells them.
final class AnswersFixture {
    /// How the partition is asked.
    enum Way: CaseIterable {
        /// By calls.
        case direct
        /// As one of another node: all goes through bytes.
        case encoded
    }

    static let table = NamespaceTable(
        namespaces: [
            Namespace(
                name: "email", priority: 20, normalization: [.trim, .lowercase], isSensitive: true),
            Namespace(name: "phone", priority: 30, normalization: [.e164]),
        ], isStrict: false)
    static let keys = IdentifierKeys(
        namespaces: table, hasher: NodeKeyHasher(key: StoreKey.random()))

    let state = MemoryState()
    let runtime: PartitionRuntime<MemoryLog, MemoryState>
    /// The partition's number. A lone partition may have any; other nodes know it by its own.
    let partition: PartitionID
    private let way: Way
    /// The last question, where the partition is another node's.
    private(set) var question: ClusterQuestion<NearRuntimes>?
    private var time: Int64 = 1_000

    init(_ way: Way = .direct) throws {
        self.way = way
        partition = PartitionID(way == .direct ? 3 : 0)
        runtime = try PartitionRuntime(
            partition, log: MemoryLog(), state: state,
            settings: NodeSettings(namespaces: Self.table, configurationDigest: 0x5eed))
    }

    /// A desk for one question.
    var desk: any AnswerDesk {
        guard way == .encoded else { return PartitionDesk(runtime) }
        let question = ClusterQuestion(
            partitionCount: 1, near: NearRuntimes(), far: LoopbackTransport([runtime], [state]),
            by: .after(nanoseconds: 600_000_000_000))
        self.question = question
        return PartitionDesk(question)
    }

    /// One word on one pair, each later than the one before.
    func say(
        _ operation: LinkOperation, _ a: String, _ b: String, source: String = "web",
        reason: String = ""
    ) throws {
        time += 1
        var bytes: [UInt8] = []
        func place(_ text: [UInt8]) -> Range<Int> {
            bytes += text
            return bytes.count - text.count..<bytes.count
        }
        func end(_ text: String) throws -> EventEnd {
            let (key, identifier) = try Self.keys.identifier(text)
            return EventEnd(
                key: key, text: place(identifier.bytes),
                namespaceCount: identifier.namespaceLength)
        }
        let (one, other) = (try end(a), try end(b))
        let (name, why) = (place(Array(source.utf8)), place(Array(reason.utf8)))
        var builder = EventRecordBuilder()
        builder.appendPair(
            operation, one, other, time: EventTime(milliseconds: time), source: name,
            eventID: 0..<0, reason: why, in: bytes.span)
        _ = try runtime.append(builder.finish(runtime.recordHead))
    }

    /// A star of cookies around one e-mail address.
    func star(_ count: Int) throws {
        for index in 0..<count { try say(.link, "email:hub", "cookie:\(index)") }
    }

    /// A chain of links, one shorter than its identifiers `chain:0`, `chain:1` and so on.
    func chain(_ links: Int) throws {
        for index in 0..<links { try say(.link, "chain:\(index)", "chain:\(index + 1)") }
    }

    func question(_ text: String) throws -> Question { try Self.keys.question(text) }

    func resolve(_ text: String) throws -> ResolveAnswer {
        try desk.resolve(question(text), after: nil, limit: 100, reveal: false)
    }
}
