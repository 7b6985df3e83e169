import KafkaEngine
import KafkaLog
import KafkaTestSupport

extension TestBrokers {
    /// The topics of a store of this test with so many partitions, as the program makes them here.
    func plan(_ partitions: TopicPlan.Partitions) throws -> TopicPlan {
        try TopicPlan(
            settings, TopicNames(prefix), partitions, replication: replication,
            isInsecureDev: areInsecure)
    }

    /// Makes a store's topics; those of some roles may have other numbers of partitions, or 0: then
    /// there is none.
    func createTopics(
        _ plan: TopicPlan, otherwise others: [(role: TopicRole, partitions: Int32)] = []
    ) throws {
        var topics: [KafkaNewTopic] = []
        for planned in plan.topics {
            let count = others.first { $0.role == planned.role }?.partitions
            if count == 0 {
                hideTopic(planned.topic.name)
            } else {
                topics.append(planned.topic.with(partitions: count))
            }
        }
        try create(topics)
    }
}
