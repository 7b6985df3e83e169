internal import Foundation
internal import HTTPAPI
internal import Logging
internal import NodeKeys
internal import NodeRuntime

/// One life of `kindred serve`, from the main thread: starts the node and its HTTP interface, waits
/// for a signal or an end, and ends both in their order.
struct ServeRun {
    /// How long requests that were begun may take once the node is told to stop, in nanoseconds:
    /// 10 s. Then their connections are cut.
    private static let drainNanoseconds: UInt64 = 10_000_000_000
    /// The same where the node has failed, in nanoseconds: 1 s.
    private static let failureNanoseconds: UInt64 = 1_000_000_000
    /// When the process ends though its last checkpoint is not stored, after it was told to stop,
    /// in seconds. What it has acknowledged is in the log; the next start takes longer.
    private static let endSeconds: UInt32 = 28

    /// Connections beside those whose requests are in hand.
    private static let spareConnections = 64

    private let settings: ServeSettings
    private let logger: Logger
    private let node: any ServedNode
    private let token = StoreKey.random().hexadecimal
    private let http = HTTPLife()

    /// A run that has not begun.
    init(_ settings: ServeSettings, _ logger: Logger) {
        self.settings = settings
        self.logger = logger
        if let cluster = settings.cluster {
            node = ClusterNode(settings.store, cluster) { Interruption.wake() }
        } else {
            node = ServingNode(settings.store) { Interruption.wake() }
        }
    }

    /// Serves until a signal.
    ///
    /// - Throws: `CommandEnd` where the node cannot start, or cannot go on.
    func run() throws(CommandEnd) {
        let server = server()
        http.begin(server)
        var (isStarted, isAnnounced) = (false, false)
        while Interruption.wait() == nil {
            if case .failure(let end)? = node.ended {
                http.end(server, within: Self.failureNanoseconds)
                throw end
            }
            if let failure = http.failure {
                node.close()
                throw failure.end(settings)
            }
            if !isStarted, let port = http.port {
                node.start(at: url(port: port))
                isStarted = true
            }
            if !isAnnounced, let port = http.port, let opened = node.opening {
                do throws(CommandEnd) {
                    try announce(port: port, opened)
                } catch {
                    stop(server)
                    throw error
                }
                isAnnounced = true
            }
        }
        logger.notice("stopping")
        stop(server)
        if case .failure(let end)? = node.ended { throw end }
        logger.notice("stopped")
    }

    private func server() -> NodeServer {
        var limits = HTTPLimits.standard
        limits.requests = settings.concurrentRequests
        // Some are left over for those who are told that there are too many.
        limits.connections = max(limits.connections, limits.requests + Self.spareConnections)
        limits.deadlineSeconds = Double(settings.deadlineNanoseconds) / 1e9
        return NodeServer(
            node, on: NodeServer.Address(host: settings.host, port: Int(settings.port)),
            token: token, limits: limits, logger: logger
        ) { [http] port in http.note(port: port) }
    }

    /// Tells commands where the node is, once it is there.
    private func announce(port: Int, _ opened: NodeOpening) throws(CommandEnd) {
        let url = url(port: port)
        let file = ServingFile(pid: getpid(), url: url, token: token, version: Release.version)
        if opened.isShortOfRoom {
            logger.warning("the disk is nearly full: questions only, until there is room")
        }
        do throws(CommandEnd) {
            try file.write(in: settings.folder)
        } catch {
            // Without it commands beside the node need --server; nothing else does.
            guard opened.isShortOfRoom else { throw error }
            logger.warning("serving.json cannot be written: commands need --server")
        }
        logger.notice(
            "serving",
            metadata: [
                "url": "\(url)", "data": "\(settings.folder)", "pid": "\(getpid())",
                "opening_seconds": "\(opened.seconds)",
            ])
    }

    private func url(port: Int) -> String { "http://\(Self.reachable(settings.host)):\(port)" }

    private func stop(_ server: NodeServer) {
        Self.endLater(logger)
        node.drain()
        http.end(server, within: Self.drainNanoseconds)
        ServingFile.remove(from: settings.folder)
        node.close()
    }

    /// Where a command on this machine reaches what listens at `host`.
    private static func reachable(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        default: host.contains(":") ? "[\(host)]" : host
        }
    }

    private static func endLater(_ logger: Logger) {
        _ = SystemThread {
            sleep(endSeconds)
            logger.warning("ended before its last checkpoint was stored; the log has everything")
            _exit(ExitStatus.done)
        }
    }
}
