internal import ArgumentParser
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

    /// What the node is to do, from flags, environment and configuration file. To be asked once:
    /// the file may be a pipe.
    ///
    /// - Throws: `CommandEnd` that names where a wrong value stands.
    func settings(environment: [String: String]) throws(CommandEnd) -> ServeSettings {
        let flags: [SettingKey: String?] = [
            .host: host, .port: port, .concurrentRequests: concurrentRequests,
            .deadline: deadline, .feedRetention: feedRetention,
        ]
        return try ServeSettings(store.settings(flags, environment: environment))
    }
}
