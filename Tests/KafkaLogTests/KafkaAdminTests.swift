import KafkaLog
import KafkaTestSupport
import Testing

@Suite struct KafkaAdminTests {
    private let mock = KafkaMock(brokers: 3)
    private let admin: KafkaAdmin

    init() throws {
        mock.createTopic("t", partitions: 4, replication: 3)
        admin = try KafkaAdmin(mock.settings)
    }

    @Test func shouldDescribeTheCluster() throws {
        let cluster = try admin.cluster(timeoutMilliseconds: patience)
        #expect(cluster.brokers.map(\.number) == [1, 2, 3])
        let addresses = mock.bootstrap.split(separator: ",").map(String.init)
        #expect(Set(cluster.brokers.map(\.address)) == Set(addresses))
        #expect(cluster.id?.isEmpty == false)
    }

    @Test func shouldDescribeATopic() throws {
        let topic = try admin.topic("t", timeoutMilliseconds: patience)
        #expect(topic.name == "t")
        #expect(topic.partitions.map(\.number) == [0, 1, 2, 3])
        #expect(topic.replication == 3)
        for partition in topic.partitions {
            #expect(partition.replicas.sorted() == [1, 2, 3])
            #expect(partition.replicasInSync.sorted() == [1, 2, 3])
            #expect(partition.leader.map { (1...3).contains($0) } == true)
        }
    }

    @Test func shouldSayThatThereIsNoTopicOrThatItIsForbidden() throws {
        mock.hideTopic("none")
        mock.hideTopic("forbidden", .topicAuthorizationFailed)
        for (topic, code) in [
            ("none", KafkaError.Code.unknownTopicOrPartition), ("forbidden", .authorization),
        ] {
            let error = #expect(throws: KafkaError.self) {
                try admin.topic(topic, timeoutMilliseconds: patience)
            }
            #expect(error?.code == code)
            #expect(error?.reason.hasPrefix("\(topic): ") == true)
        }
    }

    @Test func shouldTellWhichOffsetsThereAre() throws {
        let producer = try KafkaProducer(mock.settings)
        for _ in 0..<5 { try producer.send("x", "t", 2) }
        _ = try producer.flushed()
        let third = KafkaPartition("t", 2)
        #expect(try admin.bounds(of: third, timeoutMilliseconds: patience) == 0..<5)
        let empty = KafkaPartition("t", 1)
        #expect(try admin.bounds(of: empty, timeoutMilliseconds: patience) == 0..<0)
    }

    /// The mock cluster has no controller, and trims nothing: that is said, and soon.
    @Test func shouldSayWhatBrokersCannotDo() throws {
        let start = ContinuousClock.now
        let first = KafkaPartition("t", 0)
        let failures = [
            #expect(throws: KafkaError.self) {
                try admin.create(
                    [
                        KafkaNewTopic(
                            "new", partitions: 1, replication: 1,
                            configuration: [("cleanup.policy", "compact")])
                    ], timeoutMilliseconds: 500)
            },
            #expect(throws: KafkaError.self) {
                try admin.settings(ofTopics: ["t", "u"], timeoutMilliseconds: 500)
            },
            #expect(throws: KafkaError.self) {
                try admin.deleteRecords(
                    before: [KafkaPosition(first, 0)], timeoutMilliseconds: 500)
            },
        ]
        #expect(failures.map { $0?.code } == [.timedOut, .timedOut, .notSupported])
        #expect(failures.dropLast().allSatisfy { $0?.reason.contains("controller") == true })
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func shouldAskNothingWhereNothingIsAsked() throws {
        #expect(try admin.create([], timeoutMilliseconds: 1).isEmpty)
        #expect(try admin.settings(ofTopics: [], timeoutMilliseconds: 1).isEmpty)
        #expect(try admin.deleteRecords(before: [], timeoutMilliseconds: 1).isEmpty)
        #expect(try admin.offsets(of: [], notBefore: 0, timeoutMilliseconds: 1).isEmpty)
    }

    @Test func shouldRefuseTopicsThatCannotBe() throws {
        for topic in [
            KafkaNewTopic("a b", partitions: 1, replication: 1),
            KafkaNewTopic("t", partitions: 0, replication: 1),
            KafkaNewTopic("t", partitions: 1, replication: 0),
        ] {
            let error = #expect(throws: KafkaError.self) {
                try admin.create([topic], timeoutMilliseconds: 1_000)
            }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test func shouldWaitForBrokersNoLongerThanAsked() throws {
        for broker in Int32(1)...3 { mock.setDown(broker) }
        let start = ContinuousClock.now
        let error = #expect(throws: KafkaError.self) {
            try admin.topic("t", timeoutMilliseconds: 300)
        }
        #expect(error?.isRetriable == true)
        #expect(throws: KafkaError.self) { try admin.cluster(timeoutMilliseconds: 300) }
        #expect(ContinuousClock.now - start < .seconds(10))
        admin.close()
        let closed = #expect(throws: KafkaError.self) {
            try admin.topic("t", timeoutMilliseconds: 300)
        }
        #expect(closed?.code == .closed)
    }
}
