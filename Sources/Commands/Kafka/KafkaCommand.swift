internal import ArgumentParser

/// `kindred kafka`: a store's topics, and what is in them.
struct KafkaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kafka", abstract: "The topics of a store whose logs are in Kafka.",
        subcommands: [CreateTopicsCommand.self, SkipCommand.self])
}
