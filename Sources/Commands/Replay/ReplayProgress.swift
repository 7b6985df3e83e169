internal import Foundation
internal import NodeRuntime

/// Says on standard error how far a replay is: on a terminal one line that is written over, else
/// a line every ten seconds.
struct ReplayProgress {
    private let interval: Double
    private let isTerminal: Bool
    private let start = ReplayProgress.seconds()
    private var last: Double
    private var isLineOpen = false

    /// Erases what stands behind the cursor on its line (ECMA-48, EL).
    private static let eraseRest = "\u{1b}[K"

    /// Progress every `interval` seconds, or as often as suits standard error.
    init(every interval: Double?) {
        isTerminal = Diagnostics.isTerminal
        self.interval = interval ?? (isTerminal ? 0.25 : 10)
        last = start
    }

    /// Seconds since the start.
    var elapsed: Double { Self.seconds() - start }

    /// Says how far it is, if it is time: `place` in words, and which `fraction` of the bytes of
    /// this file are read, if that is known.
    mutating func report(_ summary: ReplaySummary, _ place: String, fraction: Double?) {
        let now = Self.seconds()
        guard now - last >= interval else { return }
        last = now
        let rate = Double(summary.events) / max(now - start, 0.001)
        var done = "\(summary.accepted) events acknowledged\(place), \(Int(rate)) events/s"
        if summary.rejected > 0 { done += ", \(summary.rejected) refused" }
        var left: String?
        if let fraction, fraction > 0 {
            let seconds = (now - start) * (1 - fraction) / fraction
            left = "\(Int(fraction * 100))%, about \(Int(seconds.rounded(.up))) s left"
        }
        if isTerminal {
            // What is cut off where the terminal is narrow is told last.
            let line = Escaping.controls([left, done].compactMap { $0 }.joined(separator: ", "))
            let shown = line.prefix(max(0, Diagnostics.columns - 1))
            Diagnostics.write("\r" + shown + Self.eraseRest)
            isLineOpen = true
        } else {
            Diagnostics.line(
                Escaping.controls([done, left].compactMap { $0 }.joined(separator: ", ")))
        }
    }

    /// Ends the line that is written over.
    mutating func finish() {
        if isLineOpen { Diagnostics.write("\r" + Self.eraseRest) }
        isLineOpen = false
    }

    /// Seconds of a clock that never goes back.
    static func seconds() -> Double {
        Double(MonotonicTime.system.nanoseconds()) / 1e9
    }
}

/// A line of one of the files.
struct ReplayPlace {
    /// Which of the files.
    let fileIndex: Int
    /// The line's number, from 1.
    let line: Int
}
