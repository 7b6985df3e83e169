package import Logging

/// What the program logs, on standard error. Never an identifier's value.
package enum Logs {
    /// What this program calls its own logger.
    static let label = "kindred"

    /// The program's own logger; from warnings on until logs are started.
    // nonisolated(unsafe): replaced by the main thread, before there are others.
    nonisolated(unsafe) package private(set) static var logger = make(.warning)

    /// Logs of this program, and of the libraries that it uses, from `level` on. To be called
    /// before threads are started.
    package static func start(at level: Logger.Level) {
        logger = make(level)
        _ = bootstrapped
    }

    private static func make(_ level: Logger.Level) -> Logger {
        Logger(label: label) { LogfmtHandler(label: $0, level: level) }
    }

    /// Libraries make their loggers by label; the system takes a maker once.
    private static let bootstrapped: Void = LoggingSystem.bootstrap {
        LogfmtHandler(label: $0, level: logger.logLevel)
    }
}
