import KafkaEngine
import KafkaLog
import KafkaTestSupport
import Testing

/// Topics are made once, and those that there are stay as they are.
@Suite("Topic maker")
struct TopicMakerTests {
    private let plan: TopicPlan

    init() throws {
        plan = try TopicPlan(
            KafkaSettings(brokers: "a:1"), TopicNames("p"), TopicPlan.Partitions(graph: 4))
    }

    private var topics: [KafkaNewTopic] { plan.topics.map(\.topic) }

    @Test func shouldMakeAllWhereThereIsNone() throws {
        let admin = TopicStandIn()
        let report = try TopicMaker.make(plan, with: admin, timeoutMilliseconds: 1_000)
        #expect(admin.asked == topics)
        #expect(report.topics.map(\.name) == topics.map(\.name))
        #expect(report.topics.allSatisfy { $0.outcome == .made })
        #expect(report.findings.isEmpty && report.isUsable)
        let again = try TopicMaker.make(plan, with: admin, timeoutMilliseconds: 1_000)
        #expect(admin.asked == topics, "nothing is asked for twice")
        #expect(again.topics.allSatisfy { $0.outcome == .existing } && again.isUsable)
    }

    @Test func shouldLeaveWhatThereIsAndSayWhatIsWrongWithIt() throws {
        let odd = topics[1].with(partitions: 3, [("retention.ms", "5")])
        let admin = TopicStandIn([odd, topics[2]])
        let report = try TopicMaker.make(plan, with: admin, timeoutMilliseconds: 1_000)
        let others = topics.filter { $0.name != odd.name && $0.name != topics[2].name }
        #expect(admin.asked == others && admin.made == [odd, topics[2]] + others)
        #expect(
            report.topics.map(\.outcome) == [.made, .existing, .existing, .made, .made, .made])
        #expect(report.findings.map(\.word) == [.partitions, .finiteRetention])
        #expect(report.findings.allSatisfy { $0.topic == odd.name } && !report.isUsable)
    }

    /// Another may make one at the same time. To make what could not be made is no remedy.
    @Test func shouldTellWhatCouldNotBeMade() throws {
        let admin = TopicStandIn()
        let refused = KafkaError(.tooFewBrokers, "3 larger than available brokers: 1")
        admin.refusals = [
            (topics[0].name, KafkaError(.alreadyExists, "there is one")),
            (topics[3].name, refused),
        ]
        let report = try TopicMaker.make(plan, with: admin, timeoutMilliseconds: 0)
        #expect(
            report.topics.map(\.outcome) == [
                .existing, .made, .made, .failed(refused), .made, .made,
            ])
        #expect(report.findings.map(\.topic) == [topics[0].name])
        #expect(report.findings.allSatisfy { $0.word == .missing } && !report.isUsable)
        admin.refusals = [(topics[3].name, refused)]
        let other = try TopicMaker.make(plan, with: admin, timeoutMilliseconds: 0)
        #expect(other.findings.isEmpty && !other.isUsable)
    }

    @Test func shouldWaitUntilBrokersKnowWhatWasMade() throws {
        let admin = TopicStandIn()
        admin.looksUntilKnown = 2
        let report = try TopicMaker.make(plan, with: admin, timeoutMilliseconds: 10_000)
        #expect(report.isUsable && admin.looksUntilKnown == 0)
        let never = TopicStandIn()
        never.looksUntilKnown = .max
        let late = try TopicMaker.make(plan, with: never, timeoutMilliseconds: 150)
        #expect(late.topics.allSatisfy { $0.outcome == .made } && !late.isUsable)
        #expect(late.findings.map(\.word) == Array(repeating: .missing, count: 6))
    }

    @Test func shouldThrowWhereTheClusterDoesNotAnswer() throws {
        let admin = TopicStandIn()
        let failure = KafkaError(.unavailable, "nobody")
        admin.failure = failure
        let error = #expect(throws: KafkaError.self) {
            try TopicMaker.make(plan, with: admin, timeoutMilliseconds: 1)
        }
        #expect(error == failure && admin.asked.isEmpty)
    }

    /// librdkafka's mock cluster knows all that is asked for, makes none, and tells no settings.
    @Test(.mockOnly("asks the mock, which tells no settings"))
    func shouldCheckARealClientsTopics() throws {
        let brokers = try TestBrokers()
        let trial = try brokers.plan(TopicPlan.Partitions(graph: 4))
        try brokers.createTopics(trial)
        let admin = try KafkaAdmin(brokers.settings)
        defer { admin.close() }
        let report = try TopicMaker.make(
            trial, with: admin, timeoutMilliseconds: EngineFixture.patience)
        #expect(report.topics.allSatisfy { $0.outcome == .existing } && report.isUsable)
        #expect(report.findings.map(\.word) == Array(repeating: .untold, count: 6))
    }
}

/// The same with brokers that make the topics, and tell how they keep them.
@Suite("Topics of real brokers")
struct RealTopicTests {
    private static let patience = 30_000

    @Test(.realOnly) func shouldMakeAndCheckAndClaim() throws {
        let brokers = try TestBrokers()
        let kafka = brokers.settings
        let admin = try KafkaAdmin(kafka)
        defer { admin.close() }
        let plan = try brokers.plan(TopicPlan.Partitions(graph: 12))
        let names = plan.names
        let report = try TopicMaker.make(plan, with: admin, timeoutMilliseconds: Self.patience)
        #expect(report.topics.allSatisfy { $0.outcome == .made })
        #expect(report.findings.isEmpty)
        let again = try TopicMaker.make(plan, with: admin, timeoutMilliseconds: Self.patience)
        #expect(again.topics.allSatisfy { $0.outcome == .existing })
        let node = EngineFixture.node(12)
        let settings = try EngineSettings(
            kafka, names, node, isInsecureDev: brokers.areInsecure,
            timeoutMilliseconds: Self.patience)
        #expect(settings.changesPartitions == 12 && settings.clusterID != nil)
        for fingerprint in [UInt64(1), 1] {
            try StoreClaim.make(
                StoreIdentity(node, keyFingerprint: fingerprint), kafka, names,
                timeoutMilliseconds: Self.patience)
        }
        #expect(throws: EngineFailure.self) {
            try StoreClaim.make(
                StoreIdentity(node, keyFingerprint: 2), kafka, names,
                timeoutMilliseconds: Self.patience)
        }
    }
}
