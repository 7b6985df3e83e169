import KafkaEngine
import KafkaLog
import KafkaTestSupport
import NodeRuntime
import Testing

/// What the engine does not begin with, and what it says then.
@Suite("Refusals of the engine", .serialized)
struct EngineRefusalTests {
    /// The settings that a store of so many partitions has on the topics of a cluster.
    private static func settings(
        _ brokers: TestBrokers, _ partitions: UInt16, isInsecureDev: Bool = true,
        before clusterID: String? = nil
    ) throws -> EngineSettings {
        try EngineSettings(
            brokers.settings, TopicNames(brokers.prefix), EngineFixture.node(partitions),
            isInsecureDev: isInsecureDev, before: clusterID, timeoutMilliseconds: 2_000)
    }

    @Test func shouldRefuseTopicsOfAnotherStore() throws {
        let brokers = try TestBrokers()
        let plan = try brokers.plan(TopicPlan.Partitions(graph: 3))
        try brokers.createTopics(plan, otherwise: [(.changes, 5)])
        let failure = #expect(throws: EngineFailure.self) { try Self.settings(brokers, 4) }
        #expect(failure?.reason == "\(plan.names.graph) has 3 partitions and the store 4")
        let fitting = try Self.settings(brokers, 3)
        #expect(fitting.changesPartitions == 5 && fitting.deadLetterPartitions == 3)
        let untold = Array(repeating: TopicFinding.Word.untold, count: 6)
        #expect(fitting.warnings.map(\.word) == (TestBrokers.areReal ? [] : untold))
        let cluster = try #require(fitting.clusterID)
        #expect(try Self.settings(brokers, 3, before: cluster).clusterID == cluster)
        let elsewhere = #expect(throws: EngineFailure.self) {
            try Self.settings(brokers, 3, before: cluster + "x")
        }
        #expect(elsewhere?.remedy.contains("a new data folder") == true)
    }

    /// One broker is no place for what is acknowledged, and it does not tell how it keeps it.
    @Test(.mockOnly("asks the mock, which tells no settings"))
    func shouldRefuseBrokersForTrialsUnlessToldSo() throws {
        let brokers = try TestBrokers()
        let failure = #expect(throws: EngineFailure.self) {
            try Self.settings(brokers, 4, isInsecureDev: false)
        }
        guard case .kafka(let error) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(error.code == .timedOut)
    }

    /// All is said at once: whoever mends one thing after the other waits long.
    @Test func shouldTellAllThatIsWrong() throws {
        let brokers = try TestBrokers()
        let plan = try brokers.plan(TopicPlan.Partitions(graph: 3))
        try brokers.createTopics(plan, otherwise: [(.profiles, 0), (.changes, 0), (.global, 2)])
        let topics = plan.names
        let failure = #expect(throws: EngineFailure.self) { try Self.settings(brokers, 4) }
        #expect(
            failure?.reason
                == "\(topics.graph) has 3 partitions and the store 4; "
                + "there is no topic \(topics.changes); there is no topic \(topics.profiles); "
                + "\(topics.global) has 2 partitions and needs 1")
        let creations = failure?.remedy.ranges(of: "make it: ").count
        #expect(creations == 1, "what is to be done twice is said once")
    }

    /// States that have folded what this cluster's log does not hold, or holds otherwise.
    @Test func shouldRefuseTheLogOfAnotherCluster() async throws {
        let states = try await Self.statesOfAnotherCluster()
        let fixture = try await EngineFixture(partitions: 1)
        defer { fixture.close() }
        let early = fixture.open(states)
        try await fixture.wait { early[0].figures.failure != nil }
        early[0].stop(.abandon)
        guard case .kafka(let error) = early[0].figures.failure else {
            Issue.record("\(early[0].figures)")
            return
        }
        #expect(error.code == .offsetOutOfRange && error.remedy.contains("a copy"))
        for line in Streams.random(seed: 8).prefix(8) {
            try fixture.send(all: [line])
            try await fixture.rest()
        }
        let late = fixture.open(states)
        try await fixture.wait { late[0].figures.failure != nil }
        late[0].stop(.abandon)
        guard case .store(let failure) = late[0].figures.failure else {
            Issue.record("\(late[0].figures)")
            return
        }
        #expect(failure.code == .damaged && failure.reason.contains("does not continue"))
        #expect(failure.remedy == Remedy.restoreFromLog)
    }

    /// The states of an engine that has folded a few events.
    private static func statesOfAnotherCluster() async throws -> [MemoryState] {
        let other = try await EngineFixture(partitions: 1)
        defer { other.close() }
        let lines = Streams.random(seed: 1)
        for line in lines.prefix(3) {
            try other.send(all: [line])
            try await other.rest()
        }
        other.reopenOwners(.handOver)
        #expect(other.last[0].storedPosition > 3)
        return other.states
    }

    @Test func shouldRefuseMessagesThatAreTooSmallForRecords() throws {
        let brokers = try TestBrokers()
        var small = brokers.settings
        small.maximumMessageBytes = EngineSettings.leastMessageBytes - 1
        let kafka = small
        let topics = try TopicNames(brokers.prefix)
        let failure = #expect(throws: EngineFailure.self) {
            try EngineSettings(
                kafka, topics, EngineFixture.node(4), timeoutMilliseconds: EngineFixture.patience)
        }
        guard case .kafka(let error) = failure else { return }
        #expect(error.code == .wrongConfiguration && error.reason.contains("999999 bytes"))
    }

    @Test(arguments: ["", "a b", String(repeating: "p", count: 237)])
    func shouldRefuseNamesThatKafkaDoes(_ prefix: String) {
        let error = #expect(throws: KafkaError.self) { _ = try TopicNames(prefix) }
        #expect(error?.code == .invalidArgument)
    }

    @Test func shouldTakeTheLongestPrefix() throws {
        let names = try TopicNames(String(repeating: "p", count: 236))
        let lengths = TopicRole.allCases.map { names.name(of: $0).utf8.count }
        #expect(lengths.max() == KafkaTopicName.maximumBytes)
    }
}
