internal import ArgumentParser
internal import KafkaEngine
internal import NodeRuntime

/// The command line of `kindred serve`.
struct ServeOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions
    @Option(
        help: ArgumentHelp(
            "The address to listen at; 0.0.0.0 is every interface. (default: "
                + "\(ServeSettings.standardHost))", valueName: "address"))
    var host: String?
    @Option(
        help: ArgumentHelp(
            "The port; 0 takes any that is free. (default: \(ServeSettings.standardPort))",
            valueName: "port"))
    var port: String?
    @Option(
        help: ArgumentHelp(
            "The most requests in hand at once; more are answered with 429. (default: "
                + "\(ServeSettings.standardConcurrentRequests))", valueName: "n"))
    var concurrentRequests: String?
    @Option(
        help: ArgumentHelp(
            "How long a request may take. (default: \(ServeSettings.standardDeadlineSeconds))",
            valueName: "seconds"))
    var deadline: String?
    @Option(
        help: ArgumentHelp(
            "The changes of each partition that the change feed keeps at least; 0: no feed is "
                + "kept, and what there is of one goes. (default: "
                + "\(NodeSettings.standardFeedRetention))", valueName: "n"))
    var feedRetention: String?
    @Option(
        help: ArgumentHelp(
            "What keeps the logs: embedded (the data folder) or kafka (topics, which several nodes "
                + "share). (default: embedded)", valueName: "engine"))
    var engine: String?
    @OptionGroup(title: "Engine kafka") var kafka: KafkaOptions
    @OptionGroup(title: "Engine kafka") var cluster: ClusterOptions

    /// What the node is to do, from flags, environment and configuration file. To be asked once:
    /// the file may be a pipe.
    ///
    /// - Throws: `CommandEnd` that names where a wrong value stands.
    func settings(environment: [String: String]) throws(CommandEnd) -> ServeSettings {
        let flags: [SettingKey: String?] = [
            .host: host, .port: port, .concurrentRequests: concurrentRequests,
            .deadline: deadline, .feedRetention: feedRetention, .engine: engine,
        ]
        let all = flags.merging(kafka.flags) { $1 }.merging(cluster.flags) { $1 }
        return try ServeSettings(store.settings(all, environment: environment))
    }
}

/// What a node among several is told.
struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How many nodes keep a warm copy of each partition. (default: "
                + "\(ClusterRequest.standardStandbys))", valueName: "n"))
    var standbys: String?
    @Option(
        help: ArgumentHelp(
            "The node's name among the others. (default: the one in DIR/node-name, made there)",
            valueName: "name"))
    var nodeName: String?
    @Option(
        help: ArgumentHelp(
            "Where other nodes reach this one. (default: where it listens)", valueName: "url"))
    var advertise: String?
    @Option(
        help: ArgumentHelp(
            "A folder for snapshots of partitions, which all nodes should share. (default: none "
                + "are taken)", valueName: "folder"))
    var snapshots: String?
    @Option(
        help: ArgumentHelp(
            "How long it is between two snapshots of a partition. (default: "
                + "\(SnapshotSettings().intervalNanoseconds / 1_000_000_000))",
            valueName: "seconds"))
    var snapshotInterval: String?
    @Option(
        help: ArgumentHelp(
            "The snapshots of each partition that are kept. (default: "
                + "\(SnapshotRequest.standardKeep))", valueName: "n"))
    var snapshotKeep: String?
    @Flag(
        help: ArgumentHelp(
            "Have the brokers delete what the logs hold from before the oldest snapshot that is "
                + "kept."))
    var trimLog = false

    /// The settings that they give.
    var flags: [SettingKey: String?] {
        [
            .standbys: standbys, .nodeName: nodeName, .advertise: advertise,
            .snapshots: snapshots, .snapshotInterval: snapshotInterval,
            .snapshotKeep: snapshotKeep, .trimLog: trimLog ? "true" : nil,
        ]
    }
}
