internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import ServiceLifecycle

/// Kindred's HTTP interface on one address. It runs until it is stopped: then it takes no more
/// connections, closes those that are idle, and ends the requests that it has begun. It handles no
/// signals; whoever runs it does.
package struct NodeServer: Sendable {
    /// Where a node listens.
    package struct Address: Hashable, Sendable {
        /// A name or an address, without brackets; of a server, one of this machine.
        package let host: String
        /// The port; 0 for one that the system of a server chooses.
        package let port: Int

        /// An address.
        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    private let group: ServiceGroup
    private let admission: Admission
    /// Every route, as `METHOD /path`.
    package let routes: [String]

    /// A server that does not listen yet.
    ///
    /// - Parameters:
    ///   - token: what `Authorization: Bearer` must name for calls that write files.
    ///   - whenRunning: is told the port once connections are taken.
    package init(
        _ gate: any NodeGate, on address: Address, token: String,
        limits: HTTPLimits = .standard, logger: Logger,
        whenRunning: @escaping @Sendable (_ port: Int) async -> Void
    ) {
        let log = RequestLog(logger)
        let quiet = Self.quiet(logger)
        let admission = Admission(limits)
        let table = NodeRoutes(gate: gate, limits: limits, token: token, log: log).table
        let responder = RequestResponder(
            table: table, limits: limits, admission: admission, log: log)
        let application = Application(
            responder: responder,
            server: .http1(configuration: Self.channel(limits, log)),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: nil,
                backlog: limits.backlog,
                availableConnectionsDelegate: .maximum(limits.connections, logger: quiet)),
            onServerRunning: { channel in
                await whenRunning(channel.localAddress?.port ?? address.port)
            },
            logger: quiet)
        self.admission = admission
        routes = table.routes.map { "\($0.method.rawValue) \($0.pattern)" }
        group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [application], logger: quiet))
    }

    /// The stable words of problems that this interface itself makes.
    package static var problemWords: [String] { ProblemKind.allCases.map(\.rawValue) }

    /// Listens and answers until `stop`; returns when the last request is answered. To end it
    /// sooner, cancel the task.
    ///
    /// - Throws: where the address cannot be listened on.
    package func run() async throws { try await group.run() }

    /// Ends `run`, by and by.
    package func stop() async { await group.triggerGracefulShutdown() }

    /// What requests take now: places among those that are worked on, and bytes of bodies.
    package var taken: (requests: Int, bodyBytes: Int) { admission.taken }

    private static func channel(
        _ limits: HTTPLimits, _ log: RequestLog
    ) -> HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionHandler(limits, log)
            ],
            idleTimeout: .nanoseconds(Int64(limits.idleSeconds * 1e9)),
            httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: limits.headerFieldBytes,
                maxHeaderListSize: limits.headerBytes,
                maxHeaderFieldCount: limits.headerFields))
    }

    /// The framework's logger. At its finest it prints requests it cannot place, path and all, so
    /// it says nothing below a warning.
    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }
}
