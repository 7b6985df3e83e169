internal import Foundation

/// Standard output, buffered. A reader that has gone away ends the program quietly.
enum Output {
    private static let flushBytes = 1 << 16
    // nonisolated(unsafe): commands print from the main thread alone.
    nonisolated(unsafe) private static var buffer: [UInt8] = []

    /// Prints a line.
    static func line(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= flushBytes { flush() }
    }

    /// Prints bytes as they are.
    static func write(_ bytes: [UInt8]) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= flushBytes { flush() }
    }

    /// Hands everything to the operating system.
    static func flush() {
        defer { buffer.removeAll(keepingCapacity: true) }
        do {
            try FileOutput.writeAll(buffer, to: STDOUT_FILENO)
        } catch {
            if error.isClosedPipe { exit(ExitStatus.done) }
            Diagnostics.line(
                "kindred: cannot write to standard output: \(error.reason); make room where it "
                    + "leads, then run the command again")
            exit(ExitStatus.failed)
        }
    }

    /// Whether standard output is a terminal.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether somebody may still read it: false once the other end of a pipe is closed.
    static var isRead: Bool {
        var entry = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&entry, 1, 0) <= 0 || entry.revents & Int16(POLLERR) == 0
    }
}

/// Standard error: what is not an answer. Never an identifier's value.
enum Diagnostics {
    /// Prints a line at once.
    static func line(_ text: String) { write(text + "\n") }

    /// Prints text at once.
    static func write(_ text: String) {
        try? FileOutput.writeAll(Array(text.utf8), to: STDERR_FILENO)
    }

    /// Whether standard error is a terminal.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// How many columns the terminal behind standard error has; 80 where it does not say.
    static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
