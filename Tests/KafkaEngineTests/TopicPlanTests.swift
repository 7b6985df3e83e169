import KafkaEngine
import KafkaLog
import Testing

/// What topics are made like.
@Suite("Topic plan")
struct TopicPlanTests {
    private func plan(
        replication: Int32? = nil, isInsecureDev: Bool = false, messageBytes: Int = 1_000_000
    ) throws -> TopicPlan {
        var kafka = KafkaSettings(brokers: "a:1,b:2")
        kafka.maximumMessageBytes = messageBytes
        return try TopicPlan(
            kafka, TopicNames("p"), TopicPlan.Partitions(graph: 4), replication: replication,
            isInsecureDev: isInsecureDev)
    }

    @Test func shouldSayHowEachTopicIsMade() throws {
        let safe = [
            "max.message.bytes=1048588", "min.insync.replicas=2",
            "unclean.leader.election.enable=false", "message.timestamp.type=CreateTime",
        ]
        let wanted: [(String, Int32, [String])] = [
            ("p.events", 12, ["cleanup.policy=delete", "retention.ms=604800000"]),
            ("p.graph", 4, ["cleanup.policy=delete", "retention.ms=-1"]),
            ("p.changes", 12, ["cleanup.policy=delete", "retention.ms=604800000"]),
            ("p.dead-letters", 3, ["cleanup.policy=delete", "retention.ms=2592000000"]),
            ("p.profiles", 12, ["cleanup.policy=compact"]),
            (
                "p.global", 1,
                [
                    "cleanup.policy=compact", "segment.bytes=16777216", "segment.ms=600000",
                    "min.cleanable.dirty.ratio=0.1",
                ]
            ),
        ]
        let topics = try plan().topics.map(\.topic)
        #expect(topics.map(\.name) == wanted.map(\.0))
        for (topic, (_, partitions, settings)) in zip(topics, wanted) {
            #expect(topic.partitions == partitions && topic.replication == 3)
            let kept = settings[0].hasSuffix("delete") ? ["retention.bytes=-1"] : []
            let given = topic.configuration.map { "\($0.key)=\($0.value)" }
            #expect(given == settings + kept + safe, "\(topic.name)")
        }
    }

    @Test func shouldTakeTheNumbersThatAreGiven() throws {
        var partitions = TopicPlan.Partitions(graph: 64)
        partitions.events = 7
        partitions.changes = 5
        let plan = try TopicPlan(
            KafkaSettings(brokers: "a:1"), TopicNames("p"), partitions, replication: 5)
        #expect(plan.topics.map(\.topic.partitions) == [7, 64, 5, 3, 5, 1])
        #expect(plan.topics.allSatisfy { $0.topic.replication == 5 })
    }

    /// One broker may be lost, and one be down, as far as there are others.
    @Test(
        arguments: [(nil, 1, 1), (1, 1, 1), (2, 2, 1), (3, 3, 2), (5, 5, 2)]
            as [(Int32?, Int32, Int32)])
    func shouldAcknowledgeByAsManyAsMayBe(
        _ asked: Int32?, _ replication: Int32, _ minimumInSync: Int32
    ) throws {
        let plan = try plan(replication: asked, isInsecureDev: true)
        #expect(plan.replication == replication && plan.minimumInSync == minimumInSync)
        let settings = plan.topics.flatMap(\.topic.configuration)
        let told = settings.filter { $0.key == "min.insync.replicas" }.map(\.value)
        #expect(told == Array(repeating: String(minimumInSync), count: 6))
    }

    @Test func shouldTakeAsLargeMessagesAsAreSent() throws {
        for (bytes, wanted) in [(1_032_204, "1048588"), (1_032_205, "1048589")] {
            let topics = try plan(messageBytes: bytes).topics
            let told = topics.map { topic in
                topic.topic.configuration.first { $0.key == "max.message.bytes" }?.value
            }
            #expect(told == Array(repeating: wanted, count: 6))
        }
    }

    @Test func shouldRefuseWhatLosesEventsUnlessItMay() throws {
        for (replication, isInsecureDev) in [(2, false), (1, false), (0, false), (0, true)] {
            let error = #expect(throws: KafkaError.self) {
                try plan(replication: Int32(replication), isInsecureDev: isInsecureDev)
            }
            #expect(error?.code == .wrongConfiguration)
        }
        #expect(try plan(replication: 3).replication == 3)
        for (events, changes) in [(0, 1), (1, 0)] {
            var partitions = TopicPlan.Partitions(graph: 1)
            partitions.events = Int32(events)
            partitions.changes = Int32(changes)
            let given = partitions
            let error = #expect(throws: KafkaError.self) {
                try TopicPlan(KafkaSettings(brokers: "a:1"), TopicNames("p"), given)
            }
            #expect(error?.code == .wrongConfiguration)
        }
    }
}
