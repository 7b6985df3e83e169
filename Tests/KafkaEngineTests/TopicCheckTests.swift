import KafkaEngine
import KafkaLog
import Testing

/// What is said of topics that are not as a store needs them.
@Suite("Topic check")
struct TopicCheckTests {
    /// A topic that is otherwise than planned, and what is said of it.
    struct Deviation: Sendable {
        let role: TopicRole
        var partitions: Int32?
        var replication: Int32?
        var settings: [(String, String)] = []
        let severity: TopicFinding.Severity
        let word: TopicFinding.Word
        let reason: String
        let remedy: String
        /// Whether it does not matter where events may be lost.
        var isForgiven = false
    }

    private static let set =
        "set it: kafka-configs.sh --bootstrap-server a:1 --alter --entity-type topics"
    private static let create =
        "kindred kafka create-topics --brokers a:1 --prefix p --partitions 4"

    private static let deviations: [Deviation] = [
        Deviation(
            role: .graph, partitions: 5, severity: .refused, word: .partitions,
            reason: "p.graph has 5 partitions and the store 4",
            remedy: "name the store's own prefix, or make the topic anew for a new store"),
        Deviation(
            role: .global, partitions: 2, severity: .refused, word: .partitions,
            reason: "p.global has 2 partitions and needs 1",
            remedy: "where no node has run on it, delete it (kafka-topics.sh --bootstrap-server "
                + "a:1 --delete --topic p.global) and make it again (\(create)); else name the "
                + "store's own prefix"),
        Deviation(
            role: .changes, settings: [("cleanup.policy", "compact,delete")], severity: .refused,
            word: .compacted,
            reason: "p.changes has cleanup.policy=compact,delete, so records are lost that count",
            remedy: "\(set) --entity-name p.changes --add-config cleanup.policy=delete"),
        Deviation(
            role: .graph, settings: [("cleanup.policy", "compact")], severity: .refused,
            word: .compacted,
            reason: "p.graph has cleanup.policy=compact, so records are lost that count",
            remedy: "\(set) --entity-name p.graph --add-config cleanup.policy=delete"),
        Deviation(
            role: .events, settings: [("cleanup.policy", "compact")], severity: .refused,
            word: .compacted,
            reason: "p.events has cleanup.policy=compact, so records are lost that count",
            remedy: "\(set) --entity-name p.events --add-config cleanup.policy=delete"),
        Deviation(
            role: .deadLetters, settings: [("cleanup.policy", "compact")], severity: .refused,
            word: .compacted,
            reason: "p.dead-letters has cleanup.policy=compact, so records are lost that count",
            remedy: "\(set) --entity-name p.dead-letters --add-config cleanup.policy=delete"),
        Deviation(
            role: .profiles, settings: [("cleanup.policy", "delete")], severity: .refused,
            word: .notCompacted,
            reason: "p.profiles has cleanup.policy=delete, so what is still in force is lost in "
                + "time",
            remedy: "\(set) --entity-name p.profiles --add-config cleanup.policy=compact"),
        Deviation(
            role: .global, settings: [("cleanup.policy", "compact,delete")], severity: .refused,
            word: .notCompacted,
            reason: "p.global has cleanup.policy=compact,delete, so what is still in force is lost "
                + "in time",
            remedy: "\(set) --entity-name p.global --add-config cleanup.policy=compact"),
        Deviation(
            role: .graph, settings: [("retention.ms", "0"), ("retention.bytes", "0")],
            severity: .refused, word: .finiteRetention,
            reason: "p.graph keeps records for 0 ms and of 0 bytes a partition only, and the store "
                + "needs them until it trims them itself",
            remedy: "\(set) --entity-name p.graph --add-config retention.ms=-1,retention.bytes=-1"),
        Deviation(
            role: .graph, settings: [("retention.bytes", "9")], severity: .refused,
            word: .finiteRetention,
            reason: "p.graph keeps records of 9 bytes a partition only, and the store needs them "
                + "until it trims them itself",
            remedy: "\(set) --entity-name p.graph --add-config retention.ms=-1,retention.bytes=-1"),
        Deviation(
            role: .events, settings: [("retention.ms", "86399999")], severity: .warned,
            word: .shortRetention,
            reason: "p.events keeps events for 86399999 ms only: those that are not read by then "
                + "are lost",
            remedy: "\(set) --entity-name p.events --add-config "
                + "retention.ms=604800000,retention.bytes=-1"),
        Deviation(
            role: .events, settings: [("retention.ms", "-1"), ("retention.bytes", "5")],
            severity: .warned, word: .shortRetention,
            reason: "p.events keeps events of 5 bytes a partition only: those that are not read by "
                + "then are lost",
            remedy: "\(set) --entity-name p.events --add-config "
                + "retention.ms=604800000,retention.bytes=-1"),
        Deviation(
            role: .events, settings: [("message.timestamp.type", "LogAppendTime")],
            severity: .warned, word: .brokersTime,
            reason: "p.events gives records the broker's time: an event without a time that a "
                + "producer sends twice is two events",
            remedy: "\(set) --entity-name p.events --add-config message.timestamp.type=CreateTime"),
        Deviation(
            role: .global, settings: [("segment.bytes", "67108865")], severity: .warned,
            word: .largeSegments,
            reason: "p.global is compacted once a segment has 67108865 bytes, and a node that "
                + "starts reads all of them",
            remedy: "\(set) --entity-name p.global --add-config segment.bytes=16777216"),
        Deviation(
            role: .changes, settings: [("max.message.bytes", "1016383")], severity: .refused,
            word: .messageBytes,
            reason: "p.changes takes 1016383 bytes at once, and needs to take 1016384",
            remedy: "\(set) --entity-name p.changes --add-config max.message.bytes=1016384"),
        Deviation(
            role: .profiles, settings: [("unclean.leader.election.enable", "true")],
            severity: .refused, word: .uncleanElection,
            reason: "p.profiles lets a broker lead that lacks acknowledged records",
            remedy: "\(set) --entity-name p.profiles --add-config "
                + "unclean.leader.election.enable=false",
            isForgiven: true),
        Deviation(
            role: .graph, settings: [("min.insync.replicas", "1")], severity: .refused,
            word: .minimumInSync,
            reason: "p.graph has min.insync.replicas=1, so a record may be acknowledged that one "
                + "broker alone has",
            remedy: "\(set) --entity-name p.graph --add-config min.insync.replicas=2",
            isForgiven: true),
        Deviation(
            role: .graph, settings: [("min.insync.replicas", "3")], severity: .warned,
            word: .noSpareReplica,
            reason: "p.graph has min.insync.replicas=3 on 3 brokers: one that is down stops all "
                + "writing",
            remedy: "\(set) --entity-name p.graph --add-config min.insync.replicas=2",
            isForgiven: true),
        Deviation(
            role: .events, replication: 2, settings: [("min.insync.replicas", "2")],
            severity: .refused, word: .replication,
            reason: "p.events is on 2 brokers, and needs 3 lest acknowledged events are lost",
            remedy: "raise it with kafka-reassign-partitions.sh, or pass --insecure-dev where "
                + "events may be lost",
            isForgiven: true),
        // On one broker 2 of min.insync.replicas would stop all writing: nobody is told to set it.
        Deviation(
            role: .graph, replication: 1, settings: [("min.insync.replicas", "1")],
            severity: .refused, word: .replication,
            reason: "p.graph is on 1 broker, and needs 3 lest acknowledged events are lost",
            remedy: "raise it with kafka-reassign-partitions.sh, or pass --insecure-dev where "
                + "events may be lost",
            isForgiven: true),
    ]

    private static func plan(isInsecureDev: Bool = false) throws -> TopicPlan {
        try TopicPlan(
            KafkaSettings(brokers: "a:1"), TopicNames("p"), TopicPlan.Partitions(graph: 4),
            isInsecureDev: isInsecureDev)
    }

    /// What is said where the topics are as planned but for one.
    private static func findings(
        _ plan: TopicPlan, _ deviation: Deviation
    ) throws -> [TopicFinding] {
        let made = try Self.plan().topics.map { planned in
            planned.role != deviation.role
                ? planned.topic
                : planned.topic.with(
                    partitions: deviation.partitions, replication: deviation.replication,
                    deviation.settings)
        }
        let description = try TopicsDescription(
            of: plan, from: TopicStandIn(made), timeoutMilliseconds: 1)
        return TopicCheck.findings(in: description, for: plan)
    }

    @Test(arguments: deviations)
    func shouldSayWhatIsWrongAndWhatToDo(_ deviation: Deviation) throws {
        let plan = try Self.plan()
        let found = try Self.findings(plan, deviation)
        let wanted = TopicFinding(
            severity: deviation.severity, word: deviation.word,
            topic: plan.names.name(of: deviation.role), reason: deviation.reason,
            remedy: deviation.remedy)
        #expect(found == [wanted])
        #expect(found.refused.count + found.warned.count == found.count)
    }

    @Test(arguments: deviations)
    func shouldForgiveTrialsWhatLosesEventsOnly(_ deviation: Deviation) throws {
        let found = try Self.findings(try Self.plan(isInsecureDev: true), deviation)
        #expect(found.map(\.word) == (deviation.isForgiven ? [] : [deviation.word]))
    }

    /// The least and the most of what is well.
    @Test(
        arguments: [
            (.events, [("retention.ms", "86400000")]), (.events, [("retention.ms", "-1")]),
            (.graph, [("max.message.bytes", "1016384")]),
            (.global, [("segment.bytes", "67108864")]),
            (.changes, [("retention.ms", "1"), ("retention.bytes", "1")]),
            (.graph, [("message.timestamp.type", "LogAppendTime")]),
            (.profiles, [("retention.ms", "1"), ("segment.bytes", "1073741824")]),
        ] as [(TopicRole, [(String, String)])])
    func shouldSayNothingWhereAllIsWell(
        _ role: TopicRole, _ settings: [(String, String)]
    ) throws {
        let deviation = Deviation(
            role: role, settings: settings, severity: .warned, word: .missing, reason: "",
            remedy: "")
        #expect(try Self.findings(try Self.plan(), deviation).isEmpty)
        let more = Deviation(
            role: role, partitions: role == .graph || role == .global ? nil : 99, replication: 4,
            severity: .warned, word: .missing, reason: "", remedy: "")
        #expect(try Self.findings(try Self.plan(), more).isEmpty)
    }

    @Test func shouldNameTheTopicsThatThereAreNot() throws {
        let plan = try Self.plan(isInsecureDev: true)
        let admin = TopicStandIn(
            plan.topics.map(\.topic).filter { $0.name != "p.graph" && $0.name != "p.global" })
        let description = try TopicsDescription(of: plan, from: admin, timeoutMilliseconds: 1)
        let found = TopicCheck.findings(in: description, for: plan)
        #expect(found.map(\.topic) == ["p.graph", "p.global"])
        #expect(found.allSatisfy { $0.severity == .refused && $0.word == .missing })
        #expect(found.first?.reason == "there is no topic p.graph")
        #expect(found.first?.remedy == "make it: \(Self.create) --insecure-dev")
    }

    /// Typed as it is told, the command makes the same plan.
    @Test func shouldNameTheNumbersThatAreNotTheUsualOnes() throws {
        var partitions = TopicPlan.Partitions(graph: 4)
        partitions.events = 6
        partitions.changes = 7
        for (replication, isInsecureDev, ending) in [
            (3, false, ""), (4, false, " --replication 4"), (1, true, " --insecure-dev"),
            (2, true, " --replication 2 --insecure-dev"),
        ] {
            let plan = try TopicPlan(
                KafkaSettings(brokers: "a:1"), TopicNames("p"), partitions,
                replication: Int32(replication), isInsecureDev: isInsecureDev)
            let description = try TopicsDescription(
                of: plan, from: TopicStandIn(), timeoutMilliseconds: 1)
            let found = TopicCheck.findings(in: description, for: plan)
            let command = "\(Self.create) --events-partitions 6 --changes-partitions 7\(ending)"
            #expect(found.map(\.remedy) == Array(repeating: "make it: \(command)", count: 6))
        }
    }

    @Test func shouldRefuseAnotherCluster() throws {
        let plan = try Self.plan()
        let admin = TopicStandIn(plan.topics.map(\.topic))
        var description = try TopicsDescription(of: plan, from: admin, timeoutMilliseconds: 1)
        let found = TopicCheck.findings(in: description, for: plan, before: "cluster-0")
        #expect(found.map(\.word) == [.otherCluster] && found.refused.count == 1)
        #expect(found[0].topic == nil && found[0].reason.contains("cluster-1"))
        #expect(found[0].remedy.contains("cluster-0"))
        #expect(TopicCheck.findings(in: description, for: plan, before: "cluster-1").isEmpty)
        description.clusterID = nil
        #expect(TopicCheck.findings(in: description, for: plan, before: "cluster-0").isEmpty)
    }

    @Test func shouldRefuseWhatBrokersDoNotTellUnlessEventsMayBeLost() throws {
        let forbidden = KafkaError(.authorization, "not authorized")
        for (isInsecureDev, severity) in [(false, TopicFinding.Severity.refused), (true, .warned)] {
            let plan = try Self.plan(isInsecureDev: isInsecureDev)
            let admin = TopicStandIn(plan.topics.map(\.topic))
            admin.silence = forbidden
            let description = try TopicsDescription(
                of: plan, from: admin, timeoutMilliseconds: 2_000)
            #expect(admin.settingsMilliseconds == [isInsecureDev ? 500 : 2_000])
            let found = TopicCheck.findings(in: description, for: plan)
            #expect(found.map(\.topic) == plan.topics.map(\.topic.name))
            #expect(found.allSatisfy { $0.word == .untold && $0.severity == severity })
            #expect(
                found[0].reason
                    == "the brokers do not tell the settings of p.events: not authorized")
            #expect(
                found[0].remedy
                    == "give this user the right DescribeConfigs on it: kafka-acls.sh "
                    + "--bootstrap-server a:1 --add --allow-principal User:NAME --operation "
                    + "DescribeConfigs --topic p. --resource-pattern-type prefixed")
        }
    }

    /// A broker that is slow is no broker that refuses, but in a trial.
    @Test func shouldNotTakeSlowBrokersForSilentOnes() throws {
        let slow = KafkaError(.timedOut, "no answer")
        let admin = TopicStandIn(try Self.plan().topics.map(\.topic))
        admin.silence = slow
        let error = #expect(throws: KafkaError.self) {
            try TopicsDescription(of: try Self.plan(), from: admin, timeoutMilliseconds: 1)
        }
        #expect(error == slow)
        let trial = try Self.plan(isInsecureDev: true)
        let description = try TopicsDescription(of: trial, from: admin, timeoutMilliseconds: 1)
        let found = TopicCheck.findings(in: description, for: trial)
        #expect(found.warned.count == 6 && found.refused.isEmpty)
        #expect(found[0].remedy == "use brokers that tell them; --insecure-dev goes without")
    }

    @Test(arguments: [
        "cleanup.policy", "retention.ms", "retention.bytes", "max.message.bytes",
        "min.insync.replicas", "unclean.leader.election.enable", "message.timestamp.type",
        "segment.bytes",
    ])
    func shouldRefuseWhereOneSettingIsNotTold(_ key: String) throws {
        let plan = try Self.plan()
        let admin = TopicStandIn(plan.topics.map(\.topic))
        var description = try TopicsDescription(of: plan, from: admin, timeoutMilliseconds: 1)
        let told = try description.topics[1].settings.get()
        let isNumber = Int(told.first { $0.key == key }?.value ?? "") != nil
        for value in [nil, isNumber ? "much" : nil] as [String?] {
            let changed = told.map {
                $0.key == key ? KafkaTopicSetting(key: key, value: value, isDefault: false) : $0
            }
            description.topics[1].settings = .success(changed)
            let found = TopicCheck.findings(in: description, for: plan)
            #expect(found.map(\.word) == [.untold] && found.refused.count == 1)
            #expect(found.first?.reason.hasSuffix(": \(key) is not among them") == true)
        }
    }

    @Test func shouldHaveATestOfEveryWord() {
        let elsewhere: Set<TopicFinding.Word> = [.missing, .untold, .otherCluster]
        let words = Set(Self.deviations.map(\.word)).union(elsewhere)
        #expect(words == Set(TopicFinding.Word.allCases))
    }
}
