import Logging
import NodeRuntime

/// Keeps what was logged, at the finest level.
///
/// `@unchecked Sendable`: the lines are read and written under `mutex` alone.
final class LogCapture: @unchecked Sendable {
    private let mutex = Mutex()
    private var kept: [String] = []

    /// What was logged: level, message, metadata.
    var lines: [String] { mutex.locked { kept } }

    /// A logger that ends here.
    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(capture: self) }
        logger.logLevel = .trace
        return logger
    }

    /// A logger that says nothing.
    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    private func keep(_ line: String) { mutex.locked { kept.append(line) } }

    private struct Handler: LogHandler {
        let capture: LogCapture
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let words = all.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
            capture.keep("\(event.level) \(event.message) \(words)")
        }
    }
}
