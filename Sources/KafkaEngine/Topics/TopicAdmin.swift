package import KafkaLog

/// What the making and the checking of topics ask of a cluster: `KafkaAdmin`, or a test's stand-in.
package protocol TopicAdmin {
    /// The cluster: its id and brokers.
    func cluster(timeoutMilliseconds: Int) throws(KafkaError) -> KafkaCluster
    /// The topic `name`; throws `.unknownTopicOrPartition` where there is none.
    func topic(_ name: String, timeoutMilliseconds: Int) throws(KafkaError) -> KafkaTopic
    /// The settings in force of each topic, or why they are not told.
    func settings(
        ofTopics names: [String], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Result<[KafkaTopicSetting], KafkaError>]
    /// Makes topics; nil for each that was made.
    func create(
        _ topics: [KafkaNewTopic], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [KafkaError?]
}

extension KafkaAdmin: TopicAdmin {}

/// What the brokers say of a store's topics.
package struct TopicsDescription: Equatable, Sendable {
    /// What they say of one topic.
    package struct Topic: Equatable, Sendable {
        /// Its partitions; nil where there is no such topic.
        package var topic: KafkaTopic?
        /// Its settings, or why they are not told.
        package var settings: Result<[KafkaTopicSetting], KafkaError>

        /// Whether all brokers that were asked about the topic knew it.
        var isKnown: Bool {
            guard topic != nil else { return false }
            guard case .failure(let error) = settings else { return true }
            return error.code != .unknownTopicOrPartition
        }

        /// A description with its members.
        package init(
            _ topic: KafkaTopic?, _ settings: Result<[KafkaTopicSetting], KafkaError>
        ) {
            self.topic = topic
            self.settings = settings
        }
    }

    /// The cluster's id; nil where the brokers have none to tell.
    package var clusterID: String?
    /// What they say of each topic of the plan, in its order.
    package var topics: [Topic]

    /// Milliseconds that brokers for trials have to tell settings: librdkafka's mock cluster never
    /// does.
    private static let trialMilliseconds = 500

    /// A description with its members.
    package init(clusterID: String?, topics: [Topic]) {
        self.clusterID = clusterID
        self.topics = topics
    }

    /// Asks the brokers.
    ///
    /// - Throws: `KafkaError`: they are not reached, or do not answer, each question within so many
    ///   milliseconds. That they do not tell settings is part of the description.
    package init(
        of plan: TopicPlan, from admin: some TopicAdmin, timeoutMilliseconds: Int
    ) throws(KafkaError) {
        clusterID = try admin.cluster(timeoutMilliseconds: timeoutMilliseconds).id
        topics = []
        for planned in plan.topics {
            let name = planned.topic.name
            let topic = try Self.topic(name, from: admin, timeoutMilliseconds: timeoutMilliseconds)
            topics.append(
                Topic(topic, .failure(KafkaError(.unknownTopicOrPartition, "there is no topic"))))
        }
        let present = topics.indices.filter { topics[$0].topic != nil }
        let names = present.map { plan.topics[$0].topic.name }
        let limit =
            plan.isInsecureDev
            ? min(timeoutMilliseconds, Self.trialMilliseconds) : timeoutMilliseconds
        do throws(KafkaError) {
            let told = try admin.settings(ofTopics: names, timeoutMilliseconds: limit)
            for (place, settings) in zip(present, told) { topics[place].settings = settings }
        } catch {
            // Brokers that are slow today are not brokers that refuse to tell.
            guard plan.isInsecureDev || !error.isRetriable else { throw error }
            for place in present { topics[place].settings = .failure(error) }
        }
    }

    /// How many partitions the topic has that is for `role`; 0 where there is none.
    func partitionCount(of role: TopicRole) -> Int32 {
        for (place, described) in zip(TopicRole.allCases, topics) where place == role {
            return Int32(described.topic?.partitions.count ?? 0)
        }
        return 0
    }

    /// A topic; nil where there is none.
    static func topic(
        _ name: String, from admin: some TopicAdmin, timeoutMilliseconds: Int
    ) throws(KafkaError) -> KafkaTopic? {
        do throws(KafkaError) {
            return try admin.topic(name, timeoutMilliseconds: timeoutMilliseconds)
        } catch  where error.code == .unknownTopicOrPartition {
            return nil
        }
    }
}
