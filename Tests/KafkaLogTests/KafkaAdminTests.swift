import KafkaLog
import KafkaTestSupport
import Testing

@Suite struct KafkaAdminTests {
    private let brokers: TestBrokers
    private let topic: String
    private let admin: KafkaAdmin

    init() throws {
        brokers = try TestBrokers(mockBrokers: 3)
        topic = try brokers.createTopic("t", partitions: 4)
        admin = try KafkaAdmin(brokers.settings)
    }

    @Test func shouldDescribeTheCluster() throws {
        let cluster = try admin.cluster(timeoutMilliseconds: patience)
        #expect(cluster.brokers.map(\.number) == brokers.numbers)
        let addresses = brokers.bootstrap.split(separator: ",").map(String.init)
        // Real brokers may tell others than were named.
        #expect(TestBrokers.areReal || Set(cluster.brokers.map(\.address)) == Set(addresses))
        #expect(cluster.id?.isEmpty == false)
    }

    @Test func shouldDescribeATopic() throws {
        let found = try admin.topic(topic, timeoutMilliseconds: patience)
        #expect(found.name == topic)
        #expect(found.partitions.map(\.number) == [0, 1, 2, 3])
        #expect(found.replication == Int(brokers.replication))
        for partition in found.partitions {
            #expect(Set(partition.replicas).isSubset(of: brokers.numbers))
            #expect(partition.replicasInSync.sorted() == partition.replicas.sorted())
            #expect(partition.leader.map(partition.replicas.contains) == true)
        }
    }

    @Test(.mockOnly()) func shouldSayThatThereIsNoTopicOrThatItIsForbidden() throws {
        brokers.mock.hideTopic("none")
        brokers.mock.hideTopic("forbidden", .topicAuthorizationFailed)
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
        let producer = try KafkaProducer(brokers.settings)
        for _ in 0..<5 { try producer.send("x", topic, 2) }
        _ = try producer.flushed()
        let third = KafkaPartition(topic, 2)
        #expect(try admin.bounds(of: third, timeoutMilliseconds: patience) == 0..<5)
        let empty = KafkaPartition(topic, 1)
        #expect(try admin.bounds(of: empty, timeoutMilliseconds: patience) == 0..<0)
    }

    /// The mock cluster has no controller, and trims nothing: that is said, and soon.
    @Test(.mockOnly("asks for what the mock cannot do")) func shouldSayWhatBrokersCannotDo() throws
    {
        let start = ContinuousClock.now
        let first = KafkaPartition(topic, 0)
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
                try admin.settings(ofTopics: [topic, "u"], timeoutMilliseconds: 500)
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

    @Test(.stopsBrokers) func shouldWaitForBrokersNoLongerThanAsked() throws {
        try brokers.setDown()
        let start = ContinuousClock.now
        let error = #expect(throws: KafkaError.self) {
            try admin.topic(topic, timeoutMilliseconds: 300)
        }
        #expect(error?.isRetriable == true)
        #expect(throws: KafkaError.self) { try admin.cluster(timeoutMilliseconds: 300) }
        #expect(ContinuousClock.now - start < .seconds(10))
        admin.close()
        let closed = #expect(throws: KafkaError.self) {
            try admin.topic(topic, timeoutMilliseconds: 300)
        }
        #expect(closed?.code == .closed)
    }
}

/// What brokers do when an administrator asks.
@Suite struct KafkaAdminOfRealBrokersTests {
    @Test(.realOnly) func shouldMakeDescribeAndTrim() throws {
        let brokers = try TestBrokers()
        let admin = try KafkaAdmin(brokers.settings)
        defer { admin.close() }
        let (kept, compacted) = (brokers.name("kept"), brokers.name("compacted"))
        let topics = [
            KafkaNewTopic(
                kept, partitions: 2, replication: brokers.replication,
                configuration: [("retention.ms", "-1")]),
            KafkaNewTopic(
                compacted, partitions: 1, replication: brokers.replication,
                configuration: [("cleanup.policy", "compact")]),
        ]
        #expect(try admin.create(topics, timeoutMilliseconds: patience) == [nil, nil])
        let again = try admin.create([topics[1]], timeoutMilliseconds: patience)
        #expect(again.map { $0?.code } == [.alreadyExists])
        // Who is asked may hear of a topic a moment later than who has made it.
        let names = [compacted, kept, brokers.name("none")]
        let end = ContinuousClock.now + .milliseconds(patience)
        var settings = try admin.settings(ofTopics: names, timeoutMilliseconds: patience)
        while settings.count(where: { (try? $0.get()) != nil }) < topics.count,
            ContinuousClock.now < end
        {
            settings = try admin.settings(ofTopics: names, timeoutMilliseconds: patience)
        }
        #expect(try setting("cleanup.policy", of: settings[0]) == "compact")
        #expect(try setting("retention.ms", of: settings[1]) == "-1")
        guard case .failure(let missing) = settings[2] else {
            Issue.record("there is no such topic")
            return
        }
        #expect(missing.code == .unknownTopicOrPartition)

        let producer = try KafkaProducer(brokers.settings)
        for number in 0..<10 { try producer.send("m\(number)", kept, Int32(number % 2)) }
        #expect(try producer.flushed().allSatisfy { $0.error == nil })
        let (first, second) = (KafkaPartition(kept, 0), KafkaPartition(kept, 1))
        let held = try admin.deleteRecords(
            before: [KafkaPosition(second, 4), KafkaPosition(first, 3)],
            timeoutMilliseconds: patience)
        #expect(held == [4, 3])
        #expect(try admin.bounds(of: first, timeoutMilliseconds: patience) == 3..<5)
        let reader = try KafkaReader(brokers.settings)
        try reader.start(first, at: .beginning)
        #expect(try reader.read(2).map(\.text) == ["m6", "m8"])
        // Beyond its end there is nothing to let go of.
        let error = #expect(throws: KafkaError.self) {
            try admin.deleteRecords(
                before: [KafkaPosition(first, 6)], timeoutMilliseconds: patience)
        }
        #expect(error?.code == .offsetOutOfRange)
        let times = try admin.offsets(
            of: [second, KafkaPartition(compacted, 0)], notBefore: 0, timeoutMilliseconds: patience)
        #expect(times == [4, nil])
    }

    private func setting(
        _ key: String, of told: Result<[KafkaTopicSetting], KafkaError>
    ) throws -> String? {
        try told.get().first { $0.key == key }?.value
    }
}
