internal import Foundation
internal import IdentityModel
package import Logging
internal import WireFormat

/// Writes log lines as logfmt, each with one `write`, so that those of several threads do not mix
/// (up to PIPE_BUF, 4,096 bytes, where standard error is a pipe):
///
///     2026-11-21T10:00:00.123Z info message="store opened" partition=0 seconds=0.012
///
/// Time, level and message come first; `logger` only where it is a library's; then the metadata in
/// the order of its keys, members of dictionaries and lists as `key.member`.
package struct LogfmtHandler: LogHandler {
    /// What every line of this logger says besides its own.
    package var metadata: Logger.Metadata = [:]
    /// What is asked for more at every line.
    package var metadataProvider: Logger.MetadataProvider?
    /// Lines below are not written.
    package var logLevel: Logger.Level
    private let label: String
    private let write: @Sendable ([UInt8]) -> Void

    /// Writes to standard error. A line that cannot be written is lost: logs fail nobody.
    package init(label: String, level: Logger.Level) {
        self.init(label: label, level: level) { line in
            _ = try? FileOutput.writeAll(line, to: STDERR_FILENO)
        }
    }

    /// Gives every line, with its line end, to `write`.
    package init(
        label: String, level: Logger.Level, write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.label = label
        logLevel = level
        self.write = write
    }

    /// What every line of this logger says under a key.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes an event's line. Its level has been looked at.
    package func log(event: LogEvent) {
        var line: [UInt8] = []
        TimestampText.append(TimeText.now, to: &line)
        line += " \(event.level.rawValue) message=".utf8
        LogfmtText.append(quoted: event.message.description, to: &line)
        if label != Logs.label { LogfmtText.append(key: "logger", value: label, to: &line) }
        if let error = event.error {
            LogfmtText.append(key: "error", value: String(describing: error), to: &line)
        }
        LogfmtText.append(merged(with: event.metadata), to: &line)
        line.append(UInt8(ascii: "\n"))
        write(line)
    }

    private func merged(with more: Logger.Metadata?) -> Logger.Metadata {
        var merged = metadata
        if let metadataProvider { merged.merge(metadataProvider.get()) { $1 } }
        if let more { merged.merge(more) { $1 } }
        return merged
    }
}
