internal import ArgumentParser

/// `kindred serve`: runs a node.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a node that takes events and answers questions over HTTP.",
        discussion: """
            SIGTERM and SIGINT end it: it answers what it has begun, stores a checkpoint and exits \
            within 30 seconds; a second signal ends it at once. Either way nothing is lost that it \
            has acknowledged. While it runs, commands that name the same folder ask it. It has no \
            users and no encryption: let only those reach it who may see and change everything, \
            or put a proxy in front.
            """)

    @OptionGroup var options: ServeOptions

    func run() throws {
        let settings = try options.settings(environment: Settings.environment())
        settings.startLogs()
        guard Interruption.watch() else {
            throw CommandEnd.failed(
                "no file descriptor is left", remedy: "raise the limit of open files (ulimit -n)")
        }
        try ServeRun(settings, Logs.logger).run()
    }
}
