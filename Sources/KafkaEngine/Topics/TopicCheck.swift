internal import KafkaLog

/// Compares a store's topics, as the brokers describe them, with the plan. Pure: the same
/// description gives the same findings.
///
/// What could lose or garble what the store has acknowledged is refused, not mended: a topic may
/// belong to somebody else.
package struct TopicCheck {
    private let plan: TopicPlan
    private let command: TopicCommand
    private var findings: [TopicFinding] = []

    private init(_ plan: TopicPlan) {
        self.plan = plan
        command = TopicCommand(plan: plan)
    }

    /// What is not as it should be, by topic in the plan's order.
    ///
    /// - Parameter clusterID: the cluster that the store's topics were in before; nil: not known.
    package static func findings(
        in description: TopicsDescription, for plan: TopicPlan, before clusterID: String? = nil
    ) -> [TopicFinding] {
        var check = TopicCheck(plan)
        check.checkCluster(description.clusterID, before: clusterID)
        for (planned, described) in zip(plan.topics, description.topics) {
            check.check(planned, described)
        }
        return check.findings
    }

    private mutating func checkCluster(_ now: String?, before: String?) {
        guard let now, let before, now != before else { return }
        add(
            .refused, .otherCluster, nil,
            "the brokers are of the cluster \(now), and the store's topics are in \(before)",
            "name the brokers of \(before); where the store has moved for good, begin with a new "
                + "data folder")
    }

    private mutating func check(_ planned: PlannedTopic, _ described: TopicsDescription.Topic) {
        guard let topic = described.topic else {
            return add(
                .refused, .missing, planned, "there is no topic \(planned.topic.name)",
                "make it: \(command.create)")
        }
        checkPartitions(planned, topic)
        let replication = Int64(topic.replication)
        if !plan.isInsecureDev, replication < Int64(TopicPlan.standardReplication) {
            add(
                .refused, .replication, planned,
                "\(planned.topic.name) is on \(brokers(replication)), and needs "
                    + "\(TopicPlan.standardReplication) lest acknowledged events are lost",
                "raise it with kafka-reassign-partitions.sh, or pass --insecure-dev where events "
                    + "may be lost")
        }
        checkSettings(planned, described.settings, replication)
    }

    private mutating func checkPartitions(_ planned: PlannedTopic, _ topic: KafkaTopic) {
        let name = planned.topic.name
        let count = topic.partitions.count
        guard count != Int(planned.topic.partitions) else { return }
        switch planned.role {
        case .graph:
            add(
                .refused, .partitions, planned,
                "\(name) has \(count) partitions and the store \(planned.topic.partitions)",
                "name the store's own prefix, or make the topic anew for a new store")
        case .global:
            add(
                .refused, .partitions, planned, "\(name) has \(count) partitions and needs 1",
                "where no node has run on it, delete it (\(command.delete(name))) and make it "
                    + "again (\(command.create)); else name the store's own prefix")
        case .events, .changes, .deadLetters, .profiles: break
        }
    }

    // MARK: Settings

    private mutating func checkSettings(
        _ planned: PlannedTopic, _ told: Result<[KafkaTopicSetting], KafkaError>,
        _ replication: Int64
    ) {
        let settings: TopicSettings
        switch told {
        case .failure(let error): return addUntold(planned, error)
        case .success(let told):
            do throws(TopicSettings.Untold) {
                settings = try TopicSettings(told)
            } catch {
                let missing = KafkaError(.notSupported, "\(error.key) is not among them")
                return addUntold(planned, missing)
            }
        }
        checkCleanup(planned, settings)
        checkSafety(planned, settings, replication)
        checkForm(planned, settings)
    }

    /// What becomes of old records.
    private mutating func checkCleanup(_ planned: PlannedTopic, _ settings: TopicSettings) {
        let name = planned.topic.name
        let policy = "cleanup.policy=\(settings.cleanupPolicy)"
        if planned.role.isCompacted {
            guard !settings.isCompacted || settings.isDeleted else { return }
            return add(
                .refused, .notCompacted, planned,
                "\(name) has \(policy), so what is still in force is lost in time",
                change(planned, [(TopicSetting.cleanupPolicy, "compact")]))
        }
        if settings.isCompacted {
            add(
                .refused, .compacted, planned,
                "\(name) has \(policy), so records are lost that count",
                change(planned, [(TopicSetting.cleanupPolicy, "delete")]))
        }
        switch planned.role {
        case .graph:
            guard settings.retentionMilliseconds >= 0 || settings.retentionBytes >= 0 else {
                return
            }
            add(
                .refused, .finiteRetention, planned,
                "\(name) keeps records \(Self.kept(settings)), and the store needs them until it "
                    + "trims them itself",
                change(planned, Self.forEver))
        case .events:
            let isShort = (0..<TopicPlan.leastEventsMilliseconds)
                .contains(settings.retentionMilliseconds)
            guard isShort || settings.retentionBytes >= 0 else { return }
            add(
                .warned, .shortRetention, planned,
                "\(name) keeps events \(Self.kept(settings)): those that are not read by then are "
                    + "lost",
                change(planned, Self.week))
        case .changes, .deadLetters, .profiles, .global: break
        }
    }

    /// What becomes of records when brokers fail.
    private mutating func checkSafety(
        _ planned: PlannedTopic, _ settings: TopicSettings, _ replication: Int64
    ) {
        guard !plan.isInsecureDev else { return }
        let name = planned.topic.name
        let least = Int64(plan.minimumInSync)
        if settings.allowsUncleanElection {
            add(
                .refused, .uncleanElection, planned,
                "\(name) lets a broker lead that lacks acknowledged records",
                change(planned, [(TopicSetting.uncleanElection, "false")]))
        }
        // On too few brokers these follow from that, and what mends them would stop all writing.
        guard replication >= Int64(TopicPlan.standardReplication) else { return }
        if settings.minimumInSync < least {
            add(
                .refused, .minimumInSync, planned,
                "\(name) has min.insync.replicas=\(settings.minimumInSync), so a record may be "
                    + "acknowledged that one broker alone has",
                change(planned, [(TopicSetting.minimumInSync, String(least))]))
        }
        if settings.minimumInSync >= replication {
            add(
                .warned, .noSpareReplica, planned,
                "\(name) has min.insync.replicas=\(settings.minimumInSync) on "
                    + "\(brokers(replication)): one that is down stops all writing",
                change(planned, [(TopicSetting.minimumInSync, String(least))]))
        }
    }

    /// What records may be like.
    private mutating func checkForm(_ planned: PlannedTopic, _ settings: TopicSettings) {
        let name = planned.topic.name
        if settings.messageBytes < Int64(plan.batchBytes) {
            add(
                .refused, .messageBytes, planned,
                "\(name) takes \(settings.messageBytes) bytes at once, and needs to take "
                    + "\(plan.batchBytes)",
                change(planned, [(TopicSetting.messageBytes, String(plan.batchBytes))]))
        }
        if planned.role == .events, settings.hasBrokersTime {
            add(
                .warned, .brokersTime, planned,
                "\(name) gives records the broker's time: an event without a time that a producer "
                    + "sends twice is two events",
                change(planned, [(TopicSetting.timestampType, "CreateTime")]))
        }
        if planned.role == .global, settings.segmentBytes > TopicPlan.mostGlobalSegmentBytes {
            let smaller = String(TopicPlan.globalSegmentBytes)
            add(
                .warned, .largeSegments, planned,
                "\(name) is compacted once a segment has \(settings.segmentBytes) bytes, and a "
                    + "node that starts reads all of them",
                change(planned, [(TopicSetting.segmentBytes, smaller)]))
        }
    }

    // MARK: Words

    private static let forEver = [
        (TopicSetting.retentionMilliseconds, "-1"), (TopicSetting.retentionBytes, "-1"),
    ]
    private static let week = [
        (TopicSetting.retentionMilliseconds, String(TopicPlan.streamMilliseconds)),
        (TopicSetting.retentionBytes, "-1"),
    ]

    private static func kept(_ settings: TopicSettings) -> String {
        var bounds: [String] = []
        if settings.retentionMilliseconds >= 0 {
            bounds.append("for \(settings.retentionMilliseconds) ms")
        }
        if settings.retentionBytes >= 0 {
            bounds.append("of \(settings.retentionBytes) bytes a partition")
        }
        return bounds.joined(separator: " and ") + " only"
    }

    private func brokers(_ count: Int64) -> String { count == 1 ? "1 broker" : "\(count) brokers" }

    private func change(
        _ planned: PlannedTopic, _ settings: [(key: String, value: String)]
    ) -> String {
        "set it: \(command.alter(planned.topic.name, settings))"
    }

    private mutating func addUntold(_ planned: PlannedTopic, _ error: KafkaError) {
        let mayNot = error.code == .authorization
        add(
            plan.isInsecureDev ? .warned : .refused, .untold, planned,
            "the brokers do not tell the settings of \(planned.topic.name): \(error.reason)",
            mayNot
                ? "give this user the right DescribeConfigs on it: \(command.allowDescribing)"
                : "use brokers that tell them; --insecure-dev goes without")
    }

    private mutating func add(
        _ severity: TopicFinding.Severity, _ word: TopicFinding.Word, _ planned: PlannedTopic?,
        _ reason: String, _ remedy: String
    ) {
        findings.append(
            TopicFinding(
                severity: severity, word: word, topic: planned?.topic.name, reason: reason,
                remedy: remedy))
    }
}

extension [TopicFinding] {
    /// Those for which a store is not run.
    package var refused: [TopicFinding] { filter { $0.severity == .refused } }
    /// Those that somebody should know of.
    package var warned: [TopicFinding] { filter { $0.severity == .warned } }
}
