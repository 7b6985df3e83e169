#if KillPoints
internal import Foundation
internal import GraphCore
internal import NodeRuntime

/// Kills this process at a point, as if somebody else had, where `KINDRED_KILL_AT` says so:
/// `POINT:COUNT` at the point's passage of that number, `POINT:COUNT:opened` at that since the store
/// was open, `list` to print the points' names. It says on standard error where it did, so that no
/// other end is taken for this one.
enum KillSwitch {
    private static let variable = "KINDRED_KILL_AT"

    /// Arms the point that the variable names; nothing without it.
    ///
    /// - Throws: `CommandEnd` where it names none.
    static func arm() throws(CommandEnd) {
        guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else {
            return
        }
        if text == "list" {
            for point in KillPoint.allCases { Output.line(point.rawValue) }
            throw CommandEnd(ExitStatus.done, nil)
        }
        let words = text.split(separator: ":", omittingEmptySubsequences: false)
        guard words.count == 2 || words.count == 3 && words[2] == KillPoint.opened.rawValue,
            let point = KillPoint(rawValue: String(words[0])),
            let count = Int(words[1]), count > 0
        else {
            throw CommandEnd(
                ExitStatus.usage,
                "\(variable) is \(text); give it POINT:COUNT, POINT:COUNT:opened, or list")
        }
        let line = Array("killed at \(text)\n".utf8)
        let passages = Passages(of: point, until: count, isOpened: words.count == 2)
        KillPoint.arm { passed in
            guard passages.isLast(passed) else { return }
            _ = write(STDERR_FILENO, line, line.count)
            kill(getpid(), SIGKILL)
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

        /// So many passages; where the store is not taken to be open, of those behind its opening.
        init(of point: KillPoint, until count: Int, isOpened: Bool) {
            self.point = point
            self.isOpened = isOpened
            left = count
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
