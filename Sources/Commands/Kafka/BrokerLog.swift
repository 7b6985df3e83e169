package import KafkaLog
package import Logging
package import NodeRuntime

/// librdkafka's log among this program's. Where a broker is away, every client of every partition
/// says so again and again: what is the same is said once in ten seconds, with how often it came.
///
/// What librdkafka calls an error it tries again, so here it is a warning: what ends something is
/// told by whoever ends.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
package final class BrokerLog: @unchecked Sendable {
    /// Nanoseconds in which what is the same is said once: 10 s.
    package static let quietNanoseconds: UInt64 = 10_000_000_000
    /// Different lines that are remembered, at most.
    package static let rememberedLines = 256

    private struct Said {
        let at: UInt64
        /// How often it came since.
        var repeats = 0
    }

    private let logger: Logger
    private let time: MonotonicTime
    private let mutex = NodeRuntime.Mutex()
    private var said: [String: Said] = [:]  // lookup only

    /// Writes to a logger.
    package init(_ logger: Logger, time: MonotonicTime = .system) {
        self.logger = logger
        self.time = time
    }

    /// Takes a line, from any thread.
    package func note(_ line: KafkaLogLine) {
        let words = line.source.split(separator: " ")
        let kind = words.last.map(String.init) ?? ""
        // How long a state has lasted is another number each time.
        let text =
            line.text.firstRange(of: " (after ").map { String(line.text[..<$0.lowerBound]) }
            ?? line.text
        guard let repeats = repeats(of: kind + " " + text) else { return }
        var metadata: Logger.Metadata = ["client": "\(words.first ?? "")", "kind": "\(kind)"]
        if repeats > 0 { metadata["repeated"] = "\(repeats)" }
        logger.log(level: Self.level(line.level), "Kafka: \(text)", metadata: metadata)
    }

    /// How often a line came since it was said last; nil: it is to be kept back.
    private func repeats(of line: String) -> Int? {
        mutex.locked {
            let now = time.nanoseconds()
            if let last = said[line], now - last.at < Self.quietNanoseconds {
                said[line]?.repeats += 1
                return nil
            }
            let repeats = said[line]?.repeats ?? 0
            if said.count >= Self.rememberedLines, said[line] == nil { said = [:] }
            said[line] = Said(at: now)
            return repeats
        }
    }

    private static func level(_ syslog: Int) -> Logger.Level {
        switch syslog {
        case ...4: .warning
        case 5: .notice
        default: .debug
        }
    }
}
