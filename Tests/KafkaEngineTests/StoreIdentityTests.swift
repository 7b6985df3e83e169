import KafkaEngine
import KafkaLog
import KafkaTestSupport
import NodeRuntime
import TestSupport
import Testing

/// Which store the topics are of, whoever writes it.
@Suite("Store identity")
struct StoreIdentityTests {
    private static func identity(
        key: UInt64 = 0xab, partitions: UInt16 = 12, digest: UInt64 = 0x10,
        earlier: [UInt64] = []
    ) -> StoreIdentity {
        var node = EngineFixture.node(partitions)
        node.configurationDigest = digest
        node.earlierDigests = earlier
        return StoreIdentity(node, keyFingerprint: key)
    }

    /// A register that has taken records.
    private static func register(_ records: [StoreIdentity?]) throws -> StoreRegister {
        var register = StoreRegister()
        for record in records { try register.take(record.map { GlobalValue.encode($0) }) }
        return register
    }

    private static let own = identity()
    private static let other = identity(key: 0xcd)
    private static let extended = identity(digest: 0x20, earlier: [0x10])

    @Test func shouldWriteOneForm() throws {
        let text =
            #"{"configuration_digest":"0000000000000020","earlier_digests":["0000000000000010"],"#
            + #""format":1,"key_fingerprint":"00000000000000ab","normalization":1,"partitions":12}"#
        #expect(GlobalValue.encode(Self.extended) == Array(text.utf8))
        var register = StoreRegister()
        try register.take(Array(text.utf8))
        #expect(register.standing == Self.extended)
        #expect(StoreIdentity.key == Array("store".utf8))
    }

    @Test func shouldKeepTheFirstAndWhatExtendsIt() throws {
        let second = Self.identity(digest: 0x21, earlier: [0x10])
        let third = Self.identity(digest: 0x30, earlier: [0x10, 0x20])
        let elsewhere = Self.identity(partitions: 6, digest: 0x20, earlier: [0x10])
        let cases: [([StoreIdentity?], StoreIdentity?, isLast: Bool)] = [
            ([], nil, true),
            ([Self.own], Self.own, true),
            ([Self.own, Self.other], Self.own, false),
            ([Self.own, Self.other, Self.own], Self.own, true),
            ([Self.own, Self.extended], Self.extended, true),
            ([Self.own, Self.extended, Self.own], Self.extended, false),
            ([Self.own, Self.extended, second], Self.extended, false),
            ([Self.own, Self.extended, third], third, true),
            ([Self.own, elsewhere], Self.own, false),
            ([Self.own, Self.other, nil], nil, true),
            ([Self.own, nil, Self.other], Self.other, true),
        ]
        for (records, standing, isLast) in cases {
            let register = try Self.register(records)
            #expect(register.standing == standing && register.isLast == isLast, "\(records)")
        }
    }

    @Test func shouldSayWhatIsToBeWritten() throws {
        let cases: [([StoreIdentity], StoreIdentity, StoreIdentity?)] = [
            ([], Self.own, Self.own),
            ([Self.own], Self.own, nil),
            ([Self.own], Self.extended, Self.extended),
            ([Self.extended], Self.own, nil),
            ([Self.other], Self.own, nil),
            ([Self.own, Self.other], Self.own, Self.own),
            ([Self.own, Self.other], Self.other, Self.own),
            ([Self.extended], Self.identity(digest: 0x20), nil),
            ([Self.own], Self.identity(earlier: [0x10]), nil),
        ]
        for (records, own, wanted) in cases {
            #expect(try Self.register(records).record(toClaim: own) == wanted)
        }
    }

    @Test func shouldRefuseRecordsThatItCannotRead() throws {
        var register = StoreRegister()
        let later = #expect(throws: EngineFailure.self) {
            try register.take(Array(#"{"format":2}"#.utf8))
        }
        #expect(later?.remedy == Remedy.upgrade)
        #expect(throws: EngineFailure.self) { try register.take(Array("{}".utf8)) }
    }

    // MARK: On a cluster

    /// Nodes that start at once.
    private static let nodes = 8

    private static func cluster(_ brokers: TestBrokers) throws -> (KafkaSettings, TopicNames) {
        let topics = try TopicNames(brokers.prefix)
        #expect(try brokers.createTopic("global", partitions: 1) == topics.global)
        return (KafkaSettings(brokers: brokers.bootstrap), topics)
    }

    /// What all records of the global topic make of the store, and how many there are.
    private static func read(
        _ kafka: KafkaSettings, _ topics: TopicNames
    ) throws -> (register: StoreRegister, count: Int) {
        let topic = try GlobalTopic(kafka, topics)
        defer { topic.close() }
        var (register, count) = (StoreRegister(), 0)
        let end = ContinuousClock.now + .milliseconds(EngineFixture.patience)
        while !topic.hasReachedEnd {
            try #require(ContinuousClock.now < end)
            for record in try topic.poll(timeoutMilliseconds: 10) {
                #expect(record.key == StoreIdentity.key)
                try register.take(record.value)
                count += 1
            }
        }
        return (register, count)
    }

    private static func claim(
        _ identity: StoreIdentity, _ kafka: KafkaSettings, _ topics: TopicNames
    ) throws(EngineFailure) {
        try StoreClaim.make(
            identity, kafka, topics, timeoutMilliseconds: EngineFixture.patience)
    }

    @Test func shouldBeTheStoreOfTheFirstNode() throws {
        let brokers = try TestBrokers()
        let (kafka, topics) = try Self.cluster(brokers)
        for _ in 0..<2 { try Self.claim(Self.own, kafka, topics) }
        #expect(try Self.read(kafka, topics).count == 1, "the second only compares")
        let refused: [(StoreIdentity, String, String)] = [
            (
                Self.other,
                "the store of \(topics.prefix) has the key 00000000000000ab, and this node the key "
                    + "00000000000000cd",
                "make this node's data folder with the store's key (--key-file)"
            ),
            (
                Self.identity(partitions: 4),
                "the store of \(topics.prefix) has 12 partitions, and this node's data folder 4",
                "make the data folder with --partitions 12"
            ),
            (
                Self.identity(digest: 0x11),
                "the store of \(topics.prefix) has other namespaces than this node",
                "give all nodes the same namespaces (--namespaces), also those that were added"
            ),
        ]
        for (identity, reason, remedy) in refused {
            let failure = #expect(throws: EngineFailure.self) {
                try Self.claim(identity, kafka, topics)
            }
            #expect(failure?.reason == reason)
            #expect(failure?.remedy == remedy + ", or name this store's own prefix")
        }
        try Self.claim(Self.extended, kafka, topics)
        #expect(throws: EngineFailure.self) { try Self.claim(Self.own, kafka, topics) }
        let (register, count) = try Self.read(kafka, topics)
        #expect(register.standing == Self.extended && register.isLast && count == 2)
    }

    /// A program that has left the first version of the logic behind begins a store with what it
    /// knows, and takes part in no store that is not so far.
    @Test func shouldBeginAStoreWithWhatItKnows() throws {
        func claim(
            _ known: ClosedRange<UInt64>, _ kafka: KafkaSettings, _ topics: TopicNames
        ) -> EngineFailure? {
            do throws(EngineFailure) {
                try StoreClaim.make(
                    Self.own, kafka, topics, knownLogic: known,
                    timeoutMilliseconds: EngineFixture.patience)
                return nil
            } catch { return error }
        }
        let (brokers, others) = (try TestBrokers(), try TestBrokers())
        let (kafka, topics) = try Self.cluster(brokers)
        #expect(claim(2...3, kafka, topics) == nil)
        #expect(claim(1...2, kafka, topics) == nil)
        #expect(
            claim(1...1, kafka, topics)?.reason
                == "the store of \(topics.prefix) is at version 2 of the logic, and this release "
                + "knows 1")
        let (elsewhere, names) = try Self.cluster(others)
        #expect(claim(1...2, elsewhere, names) == nil)
        let refused = claim(2...3, elsewhere, names)
        #expect(refused?.remedy == Remedy.upgradeByWay)
        #expect(
            refused?.reason
                == "the store of \(names.prefix) is at version 1 of the logic, and this release "
                + "knows 2 to 3")
    }

    /// Of those that write at once one has the store, and the last record says so.
    @Test func shouldAgreeWhereNodesOfTwoStoresStartAtOnce() throws {
        let brokers = try TestBrokers()
        let (kafka, topics) = try Self.cluster(brokers)
        let outcomes = Outcomes()
        let threads = (0..<Self.nodes).map { number in
            SystemThread {
                let identity = number % 2 == 0 ? Self.own : Self.other
                do throws(EngineFailure) {
                    try Self.claim(identity, kafka, topics)
                    outcomes.add(identity, nil)
                } catch {
                    outcomes.add(identity, error)
                }
            }
        }
        for thread in threads { thread.join() }
        let (register, _) = try Self.read(kafka, topics)
        let standing = try #require(register.standing)
        #expect(register.isLast)
        #expect(outcomes.all.count == Self.nodes)
        for (identity, failure) in outcomes.all {
            #expect((failure == nil) == (identity == standing), "\(String(describing: failure))")
        }
    }

    @Test(.stopsBrokers) func shouldSayThatTheClusterDoesNotAnswer() throws {
        let brokers = try TestBrokers()
        let (kafka, topics) = try Self.cluster(brokers)
        try brokers.setDown()
        let failure = #expect(throws: EngineFailure.self) {
            try StoreClaim.make(Self.own, kafka, topics, timeoutMilliseconds: 200)
        }
        guard case .kafka(let error) = failure else { return }
        #expect(error.code == .timedOut && error.reason.hasPrefix("\(topics.global) was not read"))
    }
}

/// What became of claims on several threads.
///
/// `@unchecked Sendable`: the list is read and written under `mutex` alone.
private final class Outcomes: @unchecked Sendable {
    private let mutex = Mutex()
    private var list: [(StoreIdentity, EngineFailure?)] = []

    func add(_ identity: StoreIdentity, _ failure: EngineFailure?) {
        mutex.locked { list.append((identity, failure)) }
    }

    var all: [(StoreIdentity, EngineFailure?)] { mutex.locked { list } }
}
