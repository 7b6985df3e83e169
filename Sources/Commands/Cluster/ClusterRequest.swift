internal import KafkaEngine
internal import NodeRuntime

/// What keeps a store's logs.
enum Engine: String, Codable {
    /// The data folder.
    case embedded
    /// Topics of Kafka.
    case kafka
}

/// What a node over Kafka is told at its start, beside what every node is.
struct ClusterRequest {
    /// Where the store's topics are.
    let place: KafkaPlace
    /// How many nodes are to stand by for each partition.
    let standbys: Int
    /// The node's name; nil for the one that it has, or a new one.
    let name: NodeID?
    /// Where other nodes reach this one; nil for where it listens.
    let address: String?

    /// How many nodes stand by unless told otherwise.
    static let standardStandbys = 1

    /// Reads what a node over Kafka needs; nil for one that keeps its logs itself.
    ///
    /// - Throws: `CommandEnd` that names where a wrong value stands.
    init?(_ settings: Settings) throws(CommandEnd) {
        let engine = try settings.value(.engine, SettingValues.engine) ?? .embedded
        guard engine == .kafka else {
            for key in [SettingKey.brokers, .prefix, .kafkaConfig, .standbys, .advertise] {
                // In a file that serves a machine they may be for other commands.
                guard let found = try settings[key], found.isFlag else { continue }
                throw found.wrong("it is of the engine kafka: give --engine kafka, or leave it out")
            }
            return nil
        }
        for key in [SettingKey.profiles, .feedRetention] {
            guard let found = try settings[key], key == .profiles || found.isFlag
            else { continue }
            throw found.wrong("it does not come with the engine kafka yet: leave it out")
        }
        place = try KafkaPlace(settings)
        standbys = try settings.value(.standbys, SettingValues.standbys) ?? Self.standardStandbys
        name = try settings.value(.nodeName, SettingValues.nodeName)
        address = try settings.value(.advertise, SettingValues.server)?.text
    }
}
