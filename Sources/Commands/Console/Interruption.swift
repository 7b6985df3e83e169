internal import Foundation

/// Whether the user or the system has asked the program to stop.
///
/// ```
/// signal ──> handler: noted ──> standard input ends (a reader)
///                          └──> a byte in the pipe ──> `wait` returns (a server)
/// wake() ──────────────────────> a byte in the pipe ──> `wait` returns nil
/// ```
/// A command that reads waits without end only there, and all that may wait is read through
/// standard input's descriptor (`ReplayFiles.open`): the handler puts an empty file in its place,
/// so that a read under way ends, and the next one finds the end. What came out of a read may then
/// be cut short; the status is to be looked at behind every line.
package enum Interruption {
    // nonisolated(unsafe): a word that a signal handler sets once and the main thread reads; its
    // reads and writes are single instructions.
    nonisolated(unsafe) private static var received: sig_atomic_t = 0
    // nonisolated(unsafe): set before the handler is, and never again.
    nonisolated(unsafe) private static var emptyFile: Int32 = -1
    // nonisolated(unsafe): as above. Bytes that nobody has waited for stay in the pipe.
    nonisolated(unsafe) private static var bell: (reading: Int32, writing: Int32) = (-1, -1)

    /// From here on SIGINT and SIGTERM are noted; a second one ends the process at once. To be
    /// called by the main thread, before there are others.
    ///
    /// - Returns: whether `wait` can be called: false where no descriptor is left.
    @discardableResult
    package static func watch() -> Bool {
        if emptyFile < 0 { emptyFile = open("/dev/null", O_RDONLY | O_CLOEXEC) }
        if bell.reading < 0 { makeBell() }
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            // No SA_RESTART: a read that waits returns, and is begun again on the empty file.
            action.__sigaction_handler.sa_handler = { number in Interruption.take(number) }
            sigaction(number, &action, nil)
        }
        return bell.reading >= 0
    }

    /// The handler. Whatever it calls is async-signal-safe: `_exit`, `dup2`, `write`.
    private static func take(_ number: Int32) {
        if received != 0 { _exit(128 + number) }
        // The thread that was interrupted may be about to look at its own.
        let saved = errno
        received = number
        if emptyFile >= 0 { dup2(emptyFile, STDIN_FILENO) }
        ring()
        errno = saved
    }

    /// The status to end with, if a signal came.
    static var status: Int32? { received == 0 ? nil : 128 + received }

    // MARK: Waiting

    /// Blocks the calling thread until a signal came or `wake` was called, before or now. One
    /// thread waits, after `watch` has said that it can.
    ///
    /// - Returns: the signal's number, from then on at once; nil where it was only woken.
    package static func wait() -> Int32? {
        precondition(bell.reading >= 0, "wait needs a watch that returned true")
        var entry = pollfd(fd: bell.reading, events: Int16(POLLIN), revents: 0)
        while received == 0, poll(&entry, 1, -1) <= 0 {}
        // However often it was rung until now, this is the one wait that ends by it.
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while read(bell.reading, &bytes, bytes.count) > 0 {}
        return received == 0 ? nil : received
    }

    /// Ends the wait, from any thread; if nobody waits, the next one.
    package static func wake() { ring() }

    /// Writes a byte; where the pipe is full, there is enough in it to end a wait.
    private static func ring() {
        var byte: UInt8 = 1
        if bell.writing >= 0 { _ = write(bell.writing, &byte, 1) }
    }

    private static func makeBell() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            // Ringing may not wait; reading ends where the pipe is empty.
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        bell = (ends[0], ends[1])
    }
}
