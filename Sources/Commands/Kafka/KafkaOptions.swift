internal import ArgumentParser
internal import KafkaEngine
internal import KafkaLog

/// Where a store's topics are: what all commands that ask a Kafka cluster are told.
struct KafkaPlaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Some of the Kafka brokers, with commas between; the others are learnt from them.",
            valueName: "host:port"))
    var brokers: String?
    @Option(
        help: ArgumentHelp(
            "What the names of the store's topics begin with: PREFIX.events and so on.",
            valueName: "prefix"))
    var prefix: String?
    @Option(
        help: ArgumentHelp(
            "A file of key=value lines for encryption and proof of identity: see docs/kafka.md.",
            valueName: "file"))
    var kafkaConfig: String?

    /// The settings that they give.
    var flags: [SettingKey: String?] {
        [.brokers: brokers, .prefix: prefix, .kafkaConfig: kafkaConfig]
    }
}

/// Where a store's topics are, and what they may be like: for commands that make and check them.
struct KafkaOptions: ParsableArguments {
    @OptionGroup var place: KafkaPlaceOptions
    @Flag(help: "Allow topics in which a lost broker takes acknowledged events along: for trials.")
    var insecureDev = false

    /// The settings that they give.
    var flags: [SettingKey: String?] {
        place.flags.merging([.insecureDev: insecureDev ? "true" : nil]) { $1 }
    }
}

/// Where a store's topics are.
struct KafkaPlace {
    /// The cluster.
    let kafka: KafkaSettings
    /// The topics' names.
    let topics: TopicNames
    /// Whether acknowledged events may be lost with a broker.
    let isInsecureDev: Bool

    /// How long a question to the brokers may take, in milliseconds.
    static let timeoutMilliseconds = 15_000

    /// Reads where a store's topics are.
    ///
    /// - Throws: `CommandEnd` that names what is missing, or where a wrong value stands.
    init(_ settings: Settings) throws(CommandEnd) {
        guard let brokers = try settings[.brokers]?.value else {
            throw CommandEnd(
                ExitStatus.usage, "--brokers is missing: name some of the brokers, host:port")
        }
        guard let topics = try settings.value(.prefix, SettingValues.prefix) else {
            throw CommandEnd(
                ExitStatus.usage, "--prefix is missing: name what the store's topics begin with")
        }
        var kafka = KafkaSettings(brokers: brokers)
        if let file = try settings[.kafkaConfig]?.value {
            kafka.security = try KafkaClientFile(file).security
        }
        let log = BrokerLog(Logs.logger)
        kafka.log = { log.note($0) }
        self.kafka = kafka
        self.topics = topics
        isInsecureDev = try settings.value(.insecureDev, SettingValues.flag) ?? false
    }

    /// Runs what the cluster may refuse.
    ///
    /// - Throws: `CommandEnd` with what to do.
    static func failing<Value>(
        _ body: () throws(EngineFailure) -> Value
    ) throws(CommandEnd) -> Value {
        do throws(EngineFailure) {
            return try body()
        } catch {
            throw .failed(error.reason, remedy: error.remedy)
        }
    }
}
