internal import Answers
internal import ArgumentParser
internal import KafkaEngine
internal import KafkaLog
internal import NodeRuntime

/// `kindred kafka create-topics`: makes the topics that a store needs, and checks all of them.
struct CreateTopicsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create-topics",
        abstract: "Make the topics of a store, and check those that there are.",
        discussion: """
            Topics that there are stay as they are. Each is made with 3 replicas of which 2 must \
            have a record before it is acknowledged; with --insecure-dev with one. Exit status 1 \
            where a store could not be run on them: each line says what to do.
            """)

    @OptionGroup var common: SettingOptions
    @OptionGroup var kafka: KafkaOptions
    @Option(
        help: ArgumentHelp(
            "How many partitions the store has, for its whole life.", valueName: "n"))
    var partitions: String
    @Option(help: ArgumentHelp("Partitions of the topic of events. (default: 12)", valueName: "n"))
    var eventsPartitions: Int32?
    @Option(
        help: ArgumentHelp(
            "Partitions of the topics of changes and of profiles. (default: 12)", valueName: "n"))
    var changesPartitions: Int32?
    @Option(
        help: ArgumentHelp(
            "On how many brokers each partition is. (default: 3; 1 with --insecure-dev)",
            valueName: "n"))
    var replication: Int32?
    @OptionGroup var format: FormatOptions

    private struct Report: Encodable {
        struct Topic: Encodable {
            let name: String
            let outcome: String
            let reason: String?
        }

        struct Finding: Encodable {
            let severity: String
            let word: String
            let topic: String?
            let reason: String
            let remedy: String
        }

        let topics: [Topic]
        let findings: [Finding]
        let usable: Bool
    }

    func run() throws {
        let settings = try common.settings(
            kafka.flags.merging([.partitions: partitions]) { $1 },
            environment: Settings.environment())
        settings.startLogs()
        let place = try KafkaPlace(settings)
        guard let count = try settings.value(.partitions, SettingValues.partitions) else {
            throw CommandEnd(ExitStatus.usage, "--partitions is missing")
        }
        var partitions = TopicPlan.Partitions(graph: count)
        if let eventsPartitions { partitions.events = eventsPartitions }
        if let changesPartitions { partitions.changes = changesPartitions }
        let report = try make(place, partitions)
        if format.json {
            Output.line(JSONText.encode(Self.value(of: report)))
        } else {
            Self.lines(of: report).forEach { Output.line($0) }
        }
        guard report.isUsable else { throw CommandEnd.answerIsNo }
    }

    private func make(
        _ place: KafkaPlace, _ partitions: TopicPlan.Partitions
    ) throws(CommandEnd) -> TopicReport {
        do throws(KafkaError) {
            let plan = try TopicPlan(
                place.kafka, place.topics, partitions, replication: replication,
                isInsecureDev: place.isInsecureDev)
            let admin = try KafkaAdmin(place.kafka)
            defer { admin.close() }
            return try TopicMaker.make(
                plan, with: admin, timeoutMilliseconds: KafkaPlace.timeoutMilliseconds)
        } catch {
            throw .failed(error.reason, remedy: error.remedy)
        }
    }

    private static func word(
        of outcome: TopicReport.Outcome
    ) -> (word: String, error: KafkaError?) {
        switch outcome {
        case .made: ("made", nil)
        case .existing: ("existing", nil)
        case .failed(let error): ("failed", error)
        }
    }

    private static func value(of report: TopicReport) -> Report {
        Report(
            topics: report.topics.map { topic in
                let (word, error) = word(of: topic.outcome)
                return Report.Topic(name: topic.name, outcome: word, reason: error?.reason)
            },
            findings: report.findings.map {
                Report.Finding(
                    severity: $0.severity.rawValue, word: $0.word.rawValue, topic: $0.topic,
                    reason: $0.reason, remedy: $0.remedy)
            }, usable: report.isUsable)
    }

    private static func lines(of report: TopicReport) -> [String] {
        let width = report.topics.map(\.name.count).max() ?? 0
        return report.topics.map { topic in
            let (word, error) = word(of: topic.outcome)
            let name = topic.name + String(repeating: " ", count: width - topic.name.count)
            return "\(name)  \(word)" + (error.map { ": \($0.reason); \($0.remedy)" } ?? "")
        } + report.findings.map { "\($0.severity.rawValue): \($0.reason); \($0.remedy)" }
    }
}
