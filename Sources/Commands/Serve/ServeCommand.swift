internal import ArgumentParser
internal import Foundation

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

    /// The files that a node may have open, connections among them, where the system allows it.
    private static let openFiles: rlim_t = 65_536

    /// Raises the soft limit of open files: without a descriptor the HTTP server cannot go on.
    private static func raiseOpenFiles() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < openFiles else { return }
        limit.rlim_cur = min(openFiles, limit.rlim_max)
        setrlimit(resource, &limit)
    }

    func run() throws {
        let settings = try options.settings(environment: Settings.environment())
        settings.startLogs()
        guard Interruption.watch() else {
            throw CommandEnd.failed(
                "no file descriptor is left", remedy: "raise the limit of open files (ulimit -n)")
        }
        Self.raiseOpenFiles()
        try ServeRun(settings, Logs.logger).run()
    }
}
