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
    /// Where snapshots are, and how they are taken; nil where there are none.
    let snapshots: SnapshotRequest?

    /// How many nodes stand by unless told otherwise.
    static let standardStandbys = 1

    /// Reads what a node over Kafka needs; nil for one that keeps its logs itself.
    ///
    /// - Throws: `CommandEnd` that names where a wrong value stands.
    init?(_ settings: Settings) throws(CommandEnd) {
        let engine = try settings.value(.engine, SettingValues.engine) ?? .embedded
        guard engine == .kafka else {
            for key in [.brokers, .prefix, .kafkaConfig, .standbys, .advertise]
                + SnapshotRequest.keys
            {
                // In a file that serves a machine they may be for other commands.
                guard let found = try settings[key], found.isFlag else { continue }
                throw found.wrong("it is of the engine kafka: give --engine kafka, or leave it out")
            }
            return nil
        }
        if let found = try settings[.feedRetention], found.isFlag {
            throw found.wrong("it does not come with the engine kafka yet: leave it out")
        }
        place = try KafkaPlace(settings)
        standbys = try settings.value(.standbys, SettingValues.standbys) ?? Self.standardStandbys
        name = try settings.value(.nodeName, SettingValues.nodeName)
        address = try settings.value(.advertise, SettingValues.advertised)?.text
        snapshots = try SnapshotRequest(settings)
    }
}

/// Where a node's snapshots are, and how they are taken.
struct SnapshotRequest {
    /// The folder that all nodes share.
    let folder: String
    /// How many of each partition are kept.
    let keep: Int
    /// When they are taken, and whether logs are trimmed.
    let settings: SnapshotSettings

    /// How many of each partition are kept unless told otherwise.
    static let standardKeep = 3
    /// What says something of snapshots.
    static let keys: [SettingKey] = [.snapshots, .snapshotInterval, .snapshotKeep, .trimLog]

    /// Reads what a node is told of snapshots; nil where it has no folder for them.
    ///
    /// - Throws: `CommandEnd` that names where a wrong value stands.
    init?(_ settings: Settings) throws(CommandEnd) {
        var own = SnapshotSettings()
        let interval = try settings.value(.snapshotInterval, SettingValues.snapshotInterval)
        let keep = try settings.value(.snapshotKeep, SettingValues.snapshotKeep)
        own.trimsLog = try settings.value(.trimLog, SettingValues.flag) ?? own.trimsLog
        own.intervalNanoseconds = interval ?? own.intervalNanoseconds
        guard let folder = try settings[.snapshots] else {
            for key in Self.keys {
                guard let found = try settings[key] else { continue }
                throw found.wrong("it is of no use without snapshots: give --snapshots")
            }
            return nil
        }
        self.folder = folder.value
        self.keep = keep ?? Self.standardKeep
        self.settings = own
    }
}
