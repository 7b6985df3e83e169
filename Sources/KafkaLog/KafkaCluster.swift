/// A cluster as its brokers describe it.
package struct KafkaCluster: Equatable, Sendable {
    /// The cluster's id, which it has for life; nil where the brokers have none to tell.
    package let id: String?
    /// Its brokers, by rising number.
    package let brokers: [KafkaBroker]

    /// A cluster with its members.
    package init(id: String?, brokers: [KafkaBroker]) {
        self.id = id
        self.brokers = brokers
    }
}

/// One broker of a cluster.
package struct KafkaBroker: Equatable, Sendable {
    /// Its number in the cluster.
    package let number: Int32
    /// "host:port" that it wants to be reached at.
    package let address: String
}

/// A topic as the brokers describe it.
package struct KafkaTopic: Equatable, Sendable {
    /// Its name.
    package let name: String
    /// Its partitions, by rising number from 0.
    package let partitions: [KafkaTopicPartition]

    /// A topic with its members.
    package init(name: String, partitions: [KafkaTopicPartition]) {
        self.name = name
        self.partitions = partitions
    }

    /// On how many brokers each partition is to be; the least, where they differ.
    package var replication: Int { partitions.map(\.replicas.count).min() ?? 0 }
}

/// A partition of a topic as the brokers describe it.
package struct KafkaTopicPartition: Equatable, Sendable {
    /// Its number in the topic.
    package let number: Int32
    /// The broker that leads it; nil while none does.
    package let leader: Int32?
    /// The brokers that are to have it.
    package let replicas: [Int32]
    /// Those of them that have all of it.
    package let replicasInSync: [Int32]

    /// A partition with its members.
    package init(number: Int32, leader: Int32?, replicas: [Int32], replicasInSync: [Int32]) {
        self.number = number
        self.leader = leader
        self.replicas = replicas
        self.replicasInSync = replicasInSync
    }
}

/// A topic that is to be made.
package struct KafkaNewTopic: Equatable, Sendable {
    /// Its name.
    package let name: String
    /// How many partitions it has.
    package let partitions: Int32
    /// On how many brokers each of them is.
    package let replication: Int32
    /// Settings of the topic ("cleanup.policy", "compact").
    package let configuration: [(key: String, value: String)]

    /// A topic `name` of so many partitions, each on so many brokers.
    package init(
        _ name: String, partitions: Int32, replication: Int32,
        configuration: [(key: String, value: String)] = []
    ) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.configuration = configuration
    }

    /// Whether both ask for the same topic.
    package static func == (left: KafkaNewTopic, right: KafkaNewTopic) -> Bool {
        left.name == right.name && left.partitions == right.partitions
            && left.replication == right.replication
            && left.configuration.elementsEqual(right.configuration) {
                $0.key == $1.key && $0.value == $1.value
            }
    }
}

/// A setting of a topic as it is in force.
package struct KafkaTopicSetting: Equatable, Sendable {
    /// Its name ("min.insync.replicas").
    package let key: String
    /// Its value; nil where the broker does not tell it.
    package let value: String?
    /// Whether it is the brokers' default, not the topic's own.
    package let isDefault: Bool

    /// A setting with its members.
    package init(key: String, value: String?, isDefault: Bool) {
        self.key = key
        self.value = value
        self.isDefault = isDefault
    }
}
