internal import ArgumentParser
internal import HTTPAPI
package import Logging
internal import NodeRuntime

/// What a node is told at its start.
package struct ServeSettings {
    /// Where a node listens unless told otherwise: this machine alone can reach it.
    package static let standardHost = "127.0.0.1"
    /// The port unless told otherwise.
    package static let standardPort: UInt16 = 7_411
    /// The most requests in hand at once unless told otherwise.
    package static let standardConcurrentRequests = HTTPLimits.standard.requests
    /// How long a request may take unless told otherwise, in seconds.
    package static let standardDeadlineSeconds = UInt64(HTTPLimits.standard.deadlineSeconds)

    /// The address to listen at: IPv4, IPv6 without brackets, or a name.
    package let host: String
    /// The port; 0: any that is free.
    package let port: UInt16
    /// The most requests in hand at once.
    package let concurrentRequests: Int
    /// How long a request may take, in nanoseconds.
    package let deadlineNanoseconds: UInt64
    /// How many changes of each partition the change feed keeps at least; 0: no feed is kept.
    package let feedRetention: UInt64
    /// How the store is opened.
    let store: StoreRequest
    /// What else a node over Kafka needs; nil for one that keeps its logs itself.
    let cluster: ClusterRequest?
    private let settings: Settings

    /// Reads what a node needs, its namespaces and key among it.
    ///
    /// - Throws: `CommandEnd` that names where a wrong value stands.
    init(_ settings: Settings) throws(CommandEnd) {
        self.settings = settings
        host = try settings.value(.host, SettingValues.host) ?? Self.standardHost
        port = try settings.value(.port, SettingValues.port) ?? Self.standardPort
        concurrentRequests =
            try settings.value(.concurrentRequests, SettingValues.concurrentRequests)
            ?? Self.standardConcurrentRequests
        deadlineNanoseconds =
            try settings.value(.deadline, SettingValues.deadline)
            ?? Self.standardDeadlineSeconds * 1_000_000_000
        cluster = try ClusterRequest(settings)
        var store = try settings.storeRequest(durability: .fsync, comparesStore: true)
        feedRetention = try settings.feedRetention()
        store.raisesLogic = true
        store.keepsFeed = true
        store.feedRetention = feedRetention
        self.store = store
    }

    /// Reads the words behind `kindred serve`.
    ///
    /// - Throws: `CommandEnd` that names where a wrong value stands.
    package init(words: [String], environment: [String: String]) throws(CommandEnd) {
        let options: ServeOptions
        do {
            options = try ServeOptions.parse(words)
        } catch {
            throw CommandEnd(ExitStatus.usage, ServeOptions.message(for: error))
        }
        self = try options.settings(environment: environment)
    }

    /// From which level on the node logs.
    package var logLevel: Logger.Level { settings.logLevel ?? .info }

    /// Whether what is acknowledged survives a power loss, not only a killed process.
    package var isDurableAgainstPowerLoss: Bool { store.durability == .fsync }

    /// The store's folder.
    package var folder: String { store.folder }

    /// Starts the node's logs.
    func startLogs() { settings.startLogs(standard: .info) }
}
