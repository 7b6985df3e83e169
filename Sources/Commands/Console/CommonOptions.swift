internal import ArgumentParser
internal import PartitionCore

/// What every command takes.
struct SettingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Settings in YAML, below flags and KINDRED_* variables. (default: $KINDRED_CONFIG)",
            valueName: "file"))
    var config: String?
    @Option(
        help: ArgumentHelp(
            "The least level of logs on standard error: trace, debug, info, notice, warning, "
                + "error, critical. (default: warning; serve: info)", valueName: "level"))
    var logLevel: String?

    /// What the command was told, with more flags of its own.
    ///
    /// - Throws: `CommandEnd` where a setting that every command has is wrong, or the file is.
    func settings(
        _ flags: [SettingKey: String?] = [:], environment: [String: String]
    ) throws(CommandEnd) -> Settings {
        var flags = flags
        flags[.logLevel] = logLevel
        return try Settings(flags: flags, configuration: config, environment: environment)
    }
}

/// Where the store is.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The store's folder, made on first use. (default: $KINDRED_DATA, else ./kindred-data)",
            valueName: "dir"))
    var data: String?
    @OptionGroup var common: SettingOptions

    /// What the command was told, with more flags of its own; starts its logs. To be asked once:
    /// the configuration file may be a pipe.
    ///
    /// - Throws: `CommandEnd` where a setting that every command has is wrong, or the file is.
    func settings(_ more: [SettingKey: String?] = [:]) throws(CommandEnd) -> Settings {
        let flags = [SettingKey.data: data].merging(more) { _, flag in flag }
        let settings = try common.settings(flags, environment: Settings.environment())
        settings.startLogs()
        return settings
    }

    /// Opens the store as it is.
    func open() throws(CommandEnd) -> OpenStore { try OpenStore(settings().storeRequest()) }
}

/// What commands take that fold events into a store.
struct StoreOptions: ParsableArguments {
    @OptionGroup var data: DataOptions
    @Option(
        help: ArgumentHelp(
            "What an acknowledged event survives: os (a killed process) or fsync (a power loss). "
                + "(default: os; serve: fsync)", valueName: "fsync|os"))
    var durability: String?
    @Option(
        help: ArgumentHelp("The namespaces' priorities and normalisation.", valueName: "file"))
    var namespaces: String?
    @Option(
        help: ArgumentHelp(
            "Survivorship rules (docs/profiles.md), put in force at the start where they differ "
                + "from the store's.", valueName: "file"))
    var profiles: String?
    @Option(help: ArgumentHelp("The key of a new store: 32 hexadecimal digits.", valueName: "file"))
    var keyFile: String?
    @Option(
        help: ArgumentHelp(
            "The partitions of a new store, each on a thread of its own; kept for its whole life, "
                + "or see repartition. (default: the number of cores)",
            valueName: "n"))
    var partitions: String?
    @Option(
        help: ArgumentHelp(
            "The memory to use, at least 32MiB; the graph may be larger. (default: a quarter of "
                + "the machine's)", valueName: "2GiB"))
    var memory: String?
    @Option(
        help: ArgumentHelp(
            "The version of the logic that the store is not raised beyond, so that earlier "
                + "releases can still use it (docs/kafka.md#upgrades). (default: the greatest that "
                + "this release knows: \(PartitionMachine.knownLogic.upperBound))",
            valueName: "version"))
    var logicLimit: String?

    /// What the command was told, with more flags of its own.
    ///
    /// - Throws: `CommandEnd` where a setting that every command has is wrong, or the file is.
    func settings(
        _ more: [SettingKey: String?] = [:], environment: [String: String]
    ) throws(CommandEnd) -> Settings {
        let flags: [SettingKey: String?] = [
            .data: data.data, .durability: durability, .namespaces: namespaces,
            .profiles: profiles, .keyFile: keyFile, .memory: memory, .partitions: partitions,
            .logicLimit: logicLimit,
        ]
        return try data.common.settings(
            flags.merging(more) { _, flag in flag }, environment: environment)
    }
}

/// How answers are printed.
struct FormatOptions: ParsableArguments {
    @Flag(help: "Print JSON: one value, or one a line.")
    var json = false
}
