#if KillPoints
internal import Foundation
internal import GraphCore
internal import NodeRuntime

/// Kills this process at a point, as if somebody else had, where `KINDRED_KILL_AT` says so.
///
/// `POINT:COUNT` is the point's passage of that number; with `:opened` behind it, that since the
/// store was open; with `:MILLISECONDS` behind that, the thread at the point stays there for so
/// long, while others go on: what they do too early then shows. `list` prints the points' names. It
/// says on standard error where it kills, so that no other end is taken for this one.
enum KillSwitch {
    private static let variable = "KINDRED_KILL_AT"
    /// How long a thread may stay at a point, in milliseconds.
    private static let longestMilliseconds: UInt32 = 60_000

    /// Arms the point that the variable names; nothing without it.
    ///
    /// - Throws: `CommandEnd` where it names none.
    static func arm() throws(CommandEnd) {
        guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else {
            return
        }
        if text == "list" {
            for point in KillPoint.allCases { Output.line(point.rawValue) }
            throw CommandEnd(ExitStatus.done)
        }
        guard let kill = Kill(text) else {
            throw CommandEnd(
                ExitStatus.usage,
                "\(variable) is \(text); give it POINT:COUNT[:opened][:MILLISECONDS], or list")
        }
        let line = Array("killed at \(text)\n".utf8)
        let passages = Passages(kill)
        KillPoint.arm { passed in
            guard passages.isLast(passed) else { return }
            usleep(kill.milliseconds * 1_000)
            _ = write(STDERR_FILENO, line, line.count)
            Glibc.kill(getpid(), SIGKILL)
        }
    }

    /// Where the process is to be killed.
    private struct Kill {
        let point: KillPoint
        let count: Int
        var waitsForOpening = false
        var milliseconds: UInt32 = 0

        init?(_ text: String) {
            var words = text.split(separator: ":", omittingEmptySubsequences: false)[...]
            guard let name = words.popFirst(), let point = KillPoint(rawValue: String(name)),
                let number = words.popFirst(), let count = Int(number), count > 0
            else { return nil }
            (self.point, self.count) = (point, count)
            if words.first == "opened" {
                waitsForOpening = true
                words.removeFirst()
            }
            if let word = words.popFirst() {
                guard let milliseconds = UInt32(word), milliseconds <= longestMilliseconds
                else { return nil }
                self.milliseconds = milliseconds
            }
            guard words.isEmpty else { return nil }
        }
    }

    /// Passages of the point.
    ///
    /// `@unchecked Sendable`: `left` and `isOpened` are read and written under `mutex` alone.
    private final class Passages: @unchecked Sendable {
        private let mutex = Mutex()
        private let point: KillPoint
        private var left: Int
        private var isOpened: Bool

        init(_ kill: Kill) {
            point = kill.point
            left = kill.count
            isOpened = !kill.waitsForOpening
        }

        /// Counts a passage of any point, and says whether it is the one.
        func isLast(_ passed: KillPoint) -> Bool {
            mutex.locked {
                if passed == .opened { isOpened = true }
                guard passed == point, isOpened else { return false }
                left -= 1
                return left == 0
            }
        }
    }
}
#endif
