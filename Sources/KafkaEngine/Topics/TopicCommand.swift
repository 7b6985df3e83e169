internal import KafkaLog

/// Commands that mend a store's topics, as a person types them: Kindred's own, and those that come
/// with Kafka.
struct TopicCommand {
    let plan: TopicPlan

    /// Makes the topics that there are not, as the plan has them.
    var create: String {
        let usual = TopicPlan.Partitions(graph: 1)
        var text = "kindred kafka create-topics --brokers \(plan.brokers)"
        text += " --prefix \(plan.names.prefix) --partitions \(plan.partitions.graph)"
        if plan.partitions.events != usual.events {
            text += " --events-partitions \(plan.partitions.events)"
        }
        if plan.partitions.changes != usual.changes {
            text += " --changes-partitions \(plan.partitions.changes)"
        }
        if plan.replication != TopicPlan.usualReplication(isInsecureDev: plan.isInsecureDev) {
            text += " --replication \(plan.replication)"
        }
        if plan.isInsecureDev { text += " --insecure-dev" }
        return text
    }

    /// Gives a topic other settings.
    func alter(_ topic: String, _ settings: [(key: String, value: String)]) -> String {
        let changes = settings.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        return "kafka-configs.sh --bootstrap-server \(plan.brokers) --alter --entity-type topics"
            + " --entity-name \(topic) --add-config \(changes)"
    }

    /// Takes a topic out.
    func delete(_ topic: String) -> String {
        "kafka-topics.sh --bootstrap-server \(plan.brokers) --delete --topic \(topic)"
    }

    /// Lets a user see the settings of the store's topics.
    var allowDescribing: String {
        "kafka-acls.sh --bootstrap-server \(plan.brokers) --add --allow-principal User:NAME"
            + " --operation DescribeConfigs --topic \(plan.names.prefix)."
            + " --resource-pattern-type prefixed"
    }
}
