package import KafkaLog
internal import NodeRuntime

/// What became of the topics of a plan.
package struct TopicReport: Equatable, Sendable {
    /// What became of one topic.
    package enum Outcome: Equatable, Sendable {
        /// It was made.
        case made
        /// There is one, which was left as it is.
        case existing
        /// It could not be made.
        case failed(KafkaError)
    }

    /// What became of each topic, in the plan's order.
    package let topics: [(name: String, outcome: Outcome)]
    /// What is not as it should be of those that there are now.
    package let findings: [TopicFinding]

    /// Whether a store can be run on the topics.
    package var isUsable: Bool {
        let failed = topics.contains { topic in
            if case .failed = topic.outcome { true } else { false }
        }
        return findings.refused.isEmpty && !failed
    }

    /// Whether both say the same.
    package static func == (left: TopicReport, right: TopicReport) -> Bool {
        left.findings == right.findings
            && left.topics.elementsEqual(right.topics) {
                $0.name == $1.name && $0.outcome == $1.outcome
            }
    }
}

/// Makes the topics of a plan that there are not, and checks all. Those that there are it leaves as
/// they are: they may hold somebody's data.
package enum TopicMaker {
    /// Milliseconds between two looks whether the brokers know a topic that was just made.
    private static let lookMilliseconds: UInt32 = 100

    /// Makes and checks.
    ///
    /// - Parameter timeoutMilliseconds: how long each question to the brokers may take, and how
    ///   long it may take until all of them know what was made.
    /// - Throws: `KafkaError`: the brokers are not reached, or do not answer.
    package static func make(
        _ plan: TopicPlan, with admin: some TopicAdmin, timeoutMilliseconds: Int
    ) throws(KafkaError) -> TopicReport {
        let planned = plan.topics
        var missing: [KafkaNewTopic] = []
        for topic in planned.map(\.topic) {
            let there = try TopicsDescription.topic(
                topic.name, from: admin, timeoutMilliseconds: timeoutMilliseconds)
            if there == nil { missing.append(topic) }
        }
        let errors = try admin.create(missing, timeoutMilliseconds: timeoutMilliseconds)
        var topics = planned.map { (name: $0.topic.name, outcome: TopicReport.Outcome.existing) }
        for (topic, error) in zip(missing, errors) {
            guard let place = topics.firstIndex(where: { $0.name == topic.name }) else { continue }
            topics[place].outcome = outcome(error)
        }
        let description = try describe(
            plan, made: topics.filter { $0.outcome == .made }.map(\.name), admin,
            timeoutMilliseconds)
        // Of those that could not be made is told why; to make them is no remedy.
        let failed = topics.filter { $0.outcome != .made && $0.outcome != .existing }.map(\.name)
        let findings = TopicCheck.findings(in: description, for: plan).filter { finding in
            finding.word != .missing || !failed.contains { $0 == finding.topic }
        }
        return TopicReport(topics: topics, findings: findings)
    }

    /// Somebody else may have made it at the same time.
    private static func outcome(_ error: KafkaError?) -> TopicReport.Outcome {
        guard let error else { return .made }
        return error.code == .alreadyExists ? .existing : .failed(error)
    }

    /// The topics, once the brokers know those that were made, or the time is over: what is not
    /// known by then the check tells. Every question may go to another broker, and one that has not
    /// heard of a topic yet says that there is none.
    private static func describe(
        _ plan: TopicPlan, made: [String], _ admin: some TopicAdmin, _ timeoutMilliseconds: Int
    ) throws(KafkaError) -> TopicsDescription {
        let end =
            MonotonicTime.system.nanoseconds() + UInt64(max(0, timeoutMilliseconds)) * 1_000_000
        while true {
            let description = try TopicsDescription(
                of: plan, from: admin, timeoutMilliseconds: timeoutMilliseconds)
            let areKnown = zip(plan.topics, description.topics).allSatisfy { planned, described in
                !made.contains(planned.topic.name) || described.isKnown
            }
            if areKnown || MonotonicTime.system.nanoseconds() >= end { return description }
            Pause.milliseconds(lookMilliseconds)
        }
    }
}
