import Commands
import Foundation
import Logging
import Synchronization
import Testing

/// Log lines: their form, whatever they hold, and which are written.
@Suite("Logs")
struct LogfmtTests {
    /// Lines as a logger has written them.
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ bytes: [UInt8]) {
            lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }

        /// The lines; "…" for their times, which must be times.
        var all: [String] {
            lines.withLock { lines in
                lines.map { $0.replacing(LogfmtTests.time, with: "… ") }
            }
        }
    }

    // nonisolated(unsafe): an expression is never changed.
    nonisolated(unsafe) private static let time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\ /

    private struct LostDisk: Error, CustomStringConvertible {
        let description = "lost\ndisk"
    }

    private func logger(_ level: Logger.Level, label: String = "kindred") -> (Logger, Lines) {
        let lines = Lines()
        let logger = Logger(label: label) {
            LogfmtHandler(label: $0, level: level) { lines.add($0) }
        }
        return (logger, lines)
    }

    @Test func shouldWriteOneLine() {
        var (logger, lines) = logger(.info)
        logger[metadataKey: "partition"] = "0"
        logger.info("store opened", metadata: ["seconds": "0.012", "data": "/var/lib/kindred"])
        logger.error("failed", error: LostDisk(), metadata: ["partition": "1"])
        #expect(
            lines.all == [
                "… info message=\"store opened\" data=/var/lib/kindred partition=0 seconds=0.012\n",
                "… error message=\"failed\" error=\"lost\\ndisk\" partition=1\n",
            ])
        let (library, more) = self.logger(.info, label: "a library")
        library.notice("")
        #expect(more.all == ["… notice message=\"\" logger=\"a library\"\n"])
    }

    /// No value ends its line, forges a member, or reaches the terminal as more than text.
    @Test func shouldStayOneLineWhateverItHolds() throws {
        let (logger, lines) = logger(.trace)
        logger.warning(
            "a\"b\\c\nd",
            metadata: [
                "a b=c\n\"": "x", "": "empty", "ключ": "y",
                "cr": "1\r\n2026-01-01T00:00:00.000Z critical message=forged",
                "equals": "a=b", "escape": "\u{1B}[2J\u{7F}\u{9B}", "none": "", "quote": "\"",
                "bidi": "\u{202E}abc\u{2066}", "separator": "\u{2028}\u{2029}", "word": "naïve",
                "nul": "\u{0}", "tab": "\t", "list": ["a", .dictionary(["b c": "d"])],
                "nested": ["z": "1", "a": "\n"], "path": "/a/b:c,d;e'f",
            ])
        let line = try #require(lines.all.first)
        #expect(
            line == #"… warning message="a\"b\\c\nd" _=empty a_b_c__=x bidi="\u202eabc\u2066" "#
                + #"cr="1\r\n2026-01-01T00:00:00.000Z critical message=forged" equals="a=b" "#
                + #"escape="\u001b[2J\u007f\u009b" list.0=a list.1.b_c=d nested.a="\n" nested.z=1 "#
                + #"none="" nul="\u0000" path=/a/b:c,d;e'f quote="\"" "#
                + #"separator="\u2028\u2029" tab="\t" word="naïve" ________=y"# + "\n")
        // What stands in quotes is a string of JSON.
        let word = try #require(line.split(separator: " ").first { $0.hasPrefix("escape=") })
        let quoted = word.dropFirst("escape=".count)
        let text = try JSONDecoder().decode(String.self, from: Data(quoted.utf8))
        #expect(text == "\u{1B}[2J\u{7F}\u{9B}")
    }

    /// A value of 1,024 bytes is whole; of a longer one the end is cut, between characters.
    @Test func shouldCutLongValues() {
        let (logger, lines) = logger(.trace)
        let whole = String(repeating: "a", count: 1_024)
        logger.info("m", metadata: ["v": "\(whole)"])
        logger.info("m", metadata: ["v": "\(whole)a"])
        logger.info("m", metadata: ["v": "\(whole.dropLast())é"])
        logger.info("\(whole + whole)")
        #expect(
            lines.all == [
                "… info message=\"m\" v=\(whole)\n", "… info message=\"m\" v=\"\(whole)…\"\n",
                "… info message=\"m\" v=\"\(whole.dropLast())…\"\n",
                "… info message=\"\(whole)…\"\n",
            ])
    }

    @Test(arguments: Logger.Level.allCases)
    func shouldWriteFromItsLevelOn(_ level: Logger.Level) {
        let (logger, lines) = logger(level)
        for each in Logger.Level.allCases { logger.log(level: each, "m") }
        let expected = Logger.Level.allCases.filter { $0 >= level }
        #expect(lines.all == expected.map { "… \($0.rawValue) message=\"m\"\n" })
    }
}
