internal import ArgumentParser

/// `kindred kafka`: a store's topics.
struct KafkaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kafka", abstract: "The topics of a store whose logs are in Kafka.",
        subcommands: [CreateTopicsCommand.self])
}
