internal import ArgumentParser
internal import GraphCore
internal import IdentityModel
internal import KafkaEngine
internal import KafkaLog
internal import NodeKeys
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

/// How a replay feeds the nodes of a store whose logs are in Kafka.
struct FeedOptions: ParsableArguments {
    @OptionGroup var place: KafkaPlaceOptions
    @Option(
        help: ArgumentHelp(
            """
            Events that are fed in a second at most. (default: as many as the store takes, with \
            131072 that wait and partitions 128 records behind at most)
            """, valueName: "n"))
    var eventsPerSecond: Int?
    @Flag(
        help: """
            End once the brokers have acknowledged all; else the replay waits until the nodes have \
            folded it.
            """)
    var noWait = false

    /// Milliseconds that an event may lie ahead of this clock, as for all that comes by Kafka: 24
    /// hours.
    static let leadMilliseconds: Int64 = 86_400_000

    func validate() throws {
        guard eventsPerSecond ?? 1 >= 1 else {
            throw ValidationError("--events-per-second must be at least 1")
        }
    }

    /// Whether events go to nodes over Kafka: where a flag names a cluster, or the settings the
    /// engine.
    ///
    /// - Throws: `CommandEnd` for a wrong setting.
    func isGiven(_ settings: Settings) throws(CommandEnd) -> Bool {
        for key in [SettingKey.brokers, .prefix, .kafkaConfig] {
            if let found = try settings[key], found.isFlag { return true }
        }
        return try settings.value(.engine, SettingValues.engine) == .kafka
    }

    /// Refuses flags that are about a store in a folder.
    static func refuseFolders(_ settings: Settings) throws(CommandEnd) {
        for key in [SettingKey.data, .durability, .partitions, .memory, .profiles] {
            guard let found = try settings[key], found.isFlag else { continue }
            throw found.wrong(
                "it is about a store in a folder, and --brokers feeds the nodes of one in Kafka: "
                    + "leave one of them out")
        }
    }

    /// Where a replay's events go.
    ///
    /// - Throws: `CommandEnd` that says what to do.
    func target(_ settings: Settings) throws(CommandEnd) -> ReplayTarget {
        let place = try KafkaPlace(settings)
        let keys = try Self.keys(settings)
        let feeding = FeederSettings(eventsPerSecond: eventsPerSecond)
        let feeder = try KafkaPlace.failing { () throws(EngineFailure) in
            try EventFeeder(
                place.kafka, place.topics, keys, feeding,
                timeoutMilliseconds: KafkaPlace.timeoutMilliseconds)
        }
        let feed = ReplayFeed(feeder, isToWait: !noWait)
        var target = ReplayTarget(
            table: keys.namespaces, hasher: keys.hasher, head: feeder.recordHead,
            rules: feeder.rules, partitionCount: 1,
            append: { (records, events) throws(CommandEnd) in
                try feed.send(records, events: events)
                return feed.acknowledged
            },
            settle: { () throws(CommandEnd) in
                try feed.settle()
                return feed.acknowledged
            }, acknowledged: { feed.acknowledged }, counters: { GraphCounters() },
            checkpoints: { CheckpointStatistics() },
            finish: { () throws(CommandEnd) in try feed.finish() })
        target.hasRoom = { () throws(CommandEnd) in try feed.hasRoom() }
        target.eventsAtOnce = feeding.eventsPerFrame
        target.isFoldedElsewhere = { feed.isFolded }
        target.storeWords = ["--brokers", place.kafka.brokers, "--prefix", place.topics.prefix]
        if let file = self.place.kafkaConfig { target.storeWords? += ["--kafka-config", file] }
        return target
    }

    private static func keys(_ settings: Settings) throws(CommandEnd) -> StoreKeys {
        let request = try settings.storeRequest(comparesStore: true)
        guard let key = request.key else {
            throw CommandEnd(
                ExitStatus.usage,
                "--key-file is missing: name the file with the store's key, as its nodes have it")
        }
        return StoreKeys(key, request.namespaces ?? .open)
    }
}
