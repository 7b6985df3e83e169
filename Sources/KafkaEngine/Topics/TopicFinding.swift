/// Something about a store's topics that is not as it should be.
package struct TopicFinding: Equatable, Sendable {
    /// What follows from it.
    package enum Severity: String, Sendable {
        /// The store is not run on such topics.
        case refused
        /// It is, and somebody should know.
        case warned
    }

    /// What it is: a stable word.
    package enum Word: String, CaseIterable, Sendable {
        /// The topics are in another cluster than they were.
        case otherCluster = "other_cluster"
        /// There is no such topic.
        case missing = "missing_topic"
        /// Another number of partitions than it must have.
        case partitions = "partition_count"
        /// Compacted where every record counts.
        case compacted
        /// Not compacted, or cut for age, where the last record of each key counts.
        case notCompacted = "not_compacted"
        /// The partitions' logs end by themselves.
        case finiteRetention = "finite_retention"
        /// Events are kept for less time than an outage may last, or only so many bytes of them.
        case shortRetention = "short_retention"
        /// A broker that lacks acknowledged records may lead.
        case uncleanElection = "unclean_leader_election"
        /// On too few brokers.
        case replication
        /// Acknowledged by too few brokers.
        case minimumInSync = "min_insync_replicas"
        /// One broker that is down stops all writing.
        case noSpareReplica = "no_spare_replica"
        /// Takes no messages as large as are sent.
        case messageBytes = "max_message_bytes"
        /// Records have the broker's time.
        case brokersTime = "log_append_time"
        /// Takes long to be read at a start.
        case largeSegments = "large_segments"
        /// The brokers do not tell settings.
        case untold = "untold_settings"
    }

    /// What follows from it.
    package let severity: Severity
    /// What it is.
    package let word: Word
    /// The topic; nil where it is the cluster.
    package let topic: String?
    /// One sentence for a person: what is wrong.
    package let reason: String
    /// One sentence for a person: what to do.
    package let remedy: String

    /// A finding with its members.
    package init(
        severity: Severity, word: Word, topic: String?, reason: String, remedy: String
    ) {
        self.severity = severity
        self.word = word
        self.topic = topic
        self.reason = reason
        self.remedy = remedy
    }
}
